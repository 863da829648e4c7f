"""The office's queue: what waits, oldest day first, with the words as typed beside what others will see."""

import enum
import uuid
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, CommentAppeal, CommentCatch, CommentDecision, Thread, WatchedList
from evalapp.comments.rules import sealing
from evalapp.comments.rules.asking import Asking, suggested
from evalapp.comments.rules.moderation import CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import paging
from evalapp.core.errors import Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.units.models import Unit

PAGE = 20
COUNTED = 999  # further than this nobody counts: the page stays as fast


class QueueFilter(enum.StrEnum):
    HELD = "held"
    MASKED = "masked"  # held, with numbers that were masked
    SHOWN = "shown"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A comment on the moderator's desk. `original` is set where masking took something away."""

    reference: str
    version: int
    state: CommentState
    day: date
    at_seconds: int | None
    text: str
    original: str | None
    thread_title: str
    thread_reference: str
    path: str
    unit: str
    reason: RefusalReason | None
    note: str
    caught: tuple[str, ...]  # watched words
    caught_by: int | None  # the number of the list
    asking: Asking | None

    @property
    def suggested(self) -> Asking:
        """The class that is marked for the moderator beforehand."""
        return self.asking or suggested(self.original or self.text)

    @property
    def may_be_classed(self) -> bool:
        """Whether it is shown and nobody has said what it asks for."""
        return self.state is CommentState.SHOWN and self.asking is None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many wait; of each at most one more than `COUNTED`."""

    held: int
    masked: int
    appeals: int


@dataclass(frozen=True, kw_only=True)
class Queue:
    items: tuple[Queued, ...]
    next: str | None


def counts(session: Session) -> Counts:
    """Return how many wait: one statement, which reads no more rows than it counts."""
    row = session.execute(_counted()).one()
    return Counts(held=row.held, masked=row.masked, appeals=row.appeals)


def queue(
    session: Session,
    *,
    only: QueueFilter,
    keys: CommentKeys,
    after: str | None = None,
    group_id: uuid.UUID | None = None,
    with_grouped: bool = False,
) -> Queue:
    """Return a page of the queue: one statement. `after` is the cursor of the page before; raises `Invalid`.

    What waits in a group is left out of the whole queue, above which the groups stand, unless it is asked for
    `with_grouped`. With `group_id` it is what waits there.
    """
    asked: dict[str, Any] = {"most": PAGE + 1} | ({"group_id": group_id} if group_id else {})
    if after is not None:
        asked |= _place(after)
    statement = _page(
        only, in_group=group_id is not None, is_later=after is not None, with_grouped=with_grouped
    )
    rows = session.execute(statement, asked).all()
    items = tuple(_queued(row, keys=keys) for row in rows[:PAGE])
    more = len(rows) > PAGE
    return Queue(
        items=items,
        next=paging.encoded([items[-1].day.isoformat(), items[-1].reference]) if more else None,
    )


def comment_by_reference(session: Session, reference: str) -> Comment:
    """Return a comment for the command line; raises `NotFound`."""
    found = session.scalar(select(Comment).where(Comment.reference == reference))
    if found is None:
        raise NotFound(N_("没有找到这条留言。"))
    return found


@cache
def _counted() -> Select[int, int, int]:
    held = Comment.state == CommentState.HELD
    return select(
        _bounded(Comment, held).label("held"),
        _bounded(Comment, held & Comment.original.is_not(None)).label("masked"),
        _bounded(CommentAppeal, CommentAppeal.outcome.is_(None)).label("appeals"),
    )


@cache
def _page(
    only: QueueFilter, *, in_group: bool, is_later: bool, with_grouped: bool
) -> Select[*tuple[Any, ...]]:
    waits = only in {QueueFilter.HELD, QueueFilter.MASKED}
    place, order = tuple_(Comment.written_on, Comment.reference), (Comment.written_on, Comment.reference)
    statement = _rows().where(_condition(only, in_group=in_group, with_grouped=with_grouped))
    if is_later:
        before = tuple_(bindparam("day", type_=Date()), bindparam("reference", type_=String()))
        statement = statement.where(place > before if waits else place < before)
    return statement.order_by(*(order if waits else (column.desc() for column in order))).limit(
        bindparam("most", type_=Integer())
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Comment.id,
            Comment.reference,
            Comment.version,
            Comment.state,
            Comment.written_on,
            Comment.at_seconds,
            Comment.text,
            Comment.original,
            Comment.asking,
            Thread.title,
            Thread.reference.label("thread_reference"),
            Thread.path,
            Unit.name.label("unit"),
            CommentDecision.reason,
            CommentDecision.note,
            CommentCatch.words.label("caught"),
            WatchedList.number.label("caught_by"),
        )
        .select_from(Comment)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Unit, Unit.id == Thread.unit_id)
        .outerjoin(
            CommentDecision,
            (CommentDecision.comment_id == Comment.id)
            & (CommentDecision.number == Comment.version)
            & (CommentDecision.verdict == Verdict.REFUSED),
        )
        .outerjoin(CommentCatch, CommentCatch.comment_id == Comment.id)
        .outerjoin(WatchedList, WatchedList.id == CommentCatch.list_id)
    )


def _condition(only: QueueFilter, *, in_group: bool, with_grouped: bool) -> ColumnElement[bool]:
    held = Comment.state == CommentState.HELD
    if in_group:
        return held & (Comment.group_id == bindparam("group_id", type_=Uuid()))
    if only is QueueFilter.MASKED:
        return held & Comment.original.is_not(None)
    if only is QueueFilter.HELD and not with_grouped:
        return held & Comment.group_id.is_(None)
    return Comment.state == CommentState(only.value)


def _place(cursor: str) -> dict[str, object]:
    day, reference = paging.decoded(cursor, length=2)
    try:
        return {"day": date.fromisoformat(str(day)), "reference": str(reference)}
    except ValueError as error:
        raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor") from error


def _bounded(table: type[Comment] | type[CommentAppeal], condition: ColumnElement[bool]) -> Any:
    some = select(literal(1).label("one")).select_from(table).where(condition).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _queued(row: Row[Any], *, keys: CommentKeys) -> Queued:
    return Queued(
        reference=row.reference,
        version=row.version,
        state=row.state,
        day=row.written_on,
        at_seconds=row.at_seconds,
        text=row.text,
        original=sealing.open_original(keys, row.id, row.original) if row.original else None,
        thread_title=row.title,
        thread_reference=row.thread_reference,
        path=row.path,
        unit=row.unit,
        reason=row.reason,
        note=row.note or "",
        caught=tuple(row.caught or ()),
        caught_by=row.caught_by,
        asking=row.asking,
    )
