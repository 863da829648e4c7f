"""Groups that wait: comments that are alike and floods of one author, each shown by its first and its newest."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Subquery,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session, aliased

from evalapp.comments.models import Comment, CommentGroup, Thread
from evalapp.comments.rules.moderation import CommentState, GroupKind
from evalapp.units.models import Unit

SHOWN = 5  # above the queue; decided ones make room for the next
AT_ONCE = 200  # decided with one key


@dataclass(frozen=True, kw_only=True)
class WaitingGroup:
    """A group in the queue. `count` comments wait up to place `upto`, which is what one decision is about; maybe more."""

    id: uuid.UUID
    kind: GroupKind
    day: date
    count: int
    upto: int
    has_more: bool
    first: str
    newest: str
    thread_title: str
    path: str
    unit: str


def waiting_groups(session: Session) -> list[WaitingGroup]:
    """Return the next groups that wait: one statement, which reads no more of a group than it decides at once."""
    rows = session.execute(_waiting(), {"at_once": AT_ONCE}).all()
    return [
        WaitingGroup(
            id=row.id,
            kind=row.kind,
            day=row.opened_on,
            count=row.waiting,
            upto=row.upto,
            has_more=row.last_place > row.upto,
            first=row.text,
            newest=row.newest,
            thread_title=row.title,
            path=row.path,
            unit=row.name,
        )
        for row in rows
    ]


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    ids = _waiting_ids().subquery("ids")
    first, newest = aliased(Comment), aliased(Comment)
    piece = (
        select(Comment.place)
        .where(Comment.group_id == ids.c.group_id, Comment.state == CommentState.HELD)
        .order_by(Comment.place)
        .limit(bindparam("at_once", type_=Integer()))
        .correlate(ids)
        .subquery("piece")
    )
    return (
        select(
            CommentGroup.id,
            CommentGroup.kind,
            CommentGroup.opened_on,
            select(func.count()).select_from(piece).correlate(ids).scalar_subquery().label("waiting"),
            select(func.max(piece.c.place)).correlate(ids).scalar_subquery().label("upto"),
            first.text,
            newest.text.label("newest"),
            newest.place.label("last_place"),
            Thread.title,
            Thread.path,
            Unit.name,
        )
        .select_from(ids)
        .join(CommentGroup, CommentGroup.id == ids.c.group_id)
        .join(first, first.id == _end(ids, Comment.place.asc()))
        .join(newest, newest.id == _end(ids, Comment.place.desc()))
        .join(Thread, Thread.id == first.thread_id)
        .join(Unit, Unit.id == Thread.unit_id)
        .order_by(CommentGroup.opened_on, CommentGroup.id)
    )


def _waiting_ids() -> Select[uuid.UUID]:
    """The groups that have something waiting, found by leaping over the index from one to the next."""
    held = (Comment.state == CommentState.HELD, Comment.group_id.is_not(None))
    leap = (
        select(
            select(Comment.group_id)
            .where(*held)
            .order_by(Comment.group_id)
            .limit(1)
            .scalar_subquery()
            .label("group_id"),
            literal(1, Integer).label("number"),
        )
    ).cte("leap", recursive=True)
    following = (
        select(Comment.group_id)
        .where(Comment.state == CommentState.HELD, Comment.group_id > leap.c.group_id)
        .order_by(Comment.group_id)
        .limit(1)
        .correlate(leap)
        .scalar_subquery()
    )
    leaps = leap.union_all(
        select(following, leap.c.number + 1).where(leap.c.group_id.is_not(None), leap.c.number < SHOWN)
    )
    return select(leaps.c.group_id).where(leaps.c.group_id.is_not(None))


def _end(ids: Subquery, order: ColumnElement[Any]) -> ScalarSelect[uuid.UUID]:
    return (
        select(Comment.id)
        .where(Comment.group_id == ids.c.group_id, Comment.state == CommentState.HELD)
        .order_by(order)
        .limit(1)
        .correlate(ids)
        .scalar_subquery()
    )
