"""What the office reads beside its queue: watched words, appeals, and which comments were moved to the misconduct channel."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from evalapp.comments.models import (
    Comment,
    CommentAppeal,
    CommentDecision,
    MisconductReport,
    Thread,
    WatchedList,
)
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import paging
from evalapp.core.errors import Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.units.models import Unit

PAGE = 20
VERSIONS = 20


@dataclass(frozen=True, kw_only=True)
class AppealWaiting:
    """An appeal on the desk: the comment as typed, why it was refused and by which post, what the author says."""

    id: uuid.UUID
    version: int
    made_on: date
    text: str
    reference: str
    comment: str
    thread_title: str
    path: str
    unit: str
    reason: RefusalReason | None
    note: str
    refused_by: str
    is_own: bool  # refused by whoever reads this


@dataclass(frozen=True, kw_only=True)
class ReportListed:
    """That a comment was moved, and what became of it: no word of it, and not what it was about."""

    reference: str
    moved_on: date
    taken_on: date | None
    returned_on: date | None
    post: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of reports; `next` is the cursor of the next."""

    reports: Sequence[ReportListed]
    next: str | None


def watched_list(session: Session) -> WatchedList | None:
    """Return the list of watched words that holds, or none."""
    return session.scalar(select(WatchedList).order_by(WatchedList.number.desc()).limit(1))


def list_versions(session: Session) -> Sequence[WatchedList]:
    """Return the newest wordings of the list, the newest first."""
    return session.scalars(select(WatchedList).order_by(WatchedList.number.desc()).limit(VERSIONS)).all()


def appeals_waiting(
    session: Session, *, reader_id: uuid.UUID | None, keys: CommentKeys
) -> list[AppealWaiting]:
    """Return the appeals that wait, the oldest first: one statement."""
    rows = session.execute(_appeals()).all()
    return [_waiting(row, reader_id=reader_id, keys=keys) for row in rows]


@cache
def _appeals() -> Select[*tuple[Any, ...]]:
    """The next page is found along the index before anything is joined to it."""
    still_refused = select(Comment.id).where(
        Comment.id == CommentAppeal.comment_id, Comment.state == CommentState.REFUSED
    )
    page = (
        select(CommentAppeal.id)
        .where(CommentAppeal.outcome.is_(None), still_refused.correlate(CommentAppeal).exists())
        .order_by(CommentAppeal.made_on, CommentAppeal.id)
        .limit(PAGE)
        .subquery("page")
    )
    return (
        select(CommentAppeal, Comment, Thread.title, Thread.path, Unit.name.label("unit"), CommentDecision)
        .join_from(page, CommentAppeal, CommentAppeal.id == page.c.id)
        .join(Comment, Comment.id == CommentAppeal.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Unit, Unit.id == Thread.unit_id)
        .outerjoin(
            CommentDecision,
            and_(
                CommentDecision.comment_id == Comment.id,
                CommentDecision.number == Comment.version,
                CommentDecision.verdict == Verdict.REFUSED,
            ),
        )
        .order_by(CommentAppeal.made_on, CommentAppeal.id)
    )


def report_listed(session: Session, reference: str) -> ReportListed:
    """Return what is listed of one report; raises `NotFound`."""
    rows = session.execute(_listed().where(MisconductReport.reference == reference))
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这件。"))
    return ReportListed(**row)


def reports(session: Session, *, after: str | None = None) -> Listed:
    """Return which comments were moved, the newest day first: one statement. Raises `Invalid` for a false cursor."""
    wanted = []
    if after is not None:
        day, reference = paging.decoded(after, length=2)
        try:
            moved_on = date.fromisoformat(str(day))
        except ValueError as error:
            raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor") from error
        wanted.append(
            or_(
                MisconductReport.moved_on < moved_on,
                and_(MisconductReport.moved_on == moved_on, MisconductReport.reference < str(reference)),
            )
        )
    rows = session.execute(
        _listed()
        .where(*wanted)
        .order_by(MisconductReport.moved_on.desc(), MisconductReport.reference.desc())
        .limit(PAGE + 1)
    )
    listed = [ReportListed(**row) for row in rows.mappings()]
    found = listed[:PAGE]
    following = (
        paging.encoded([found[-1].moved_on.isoformat(), found[-1].reference]) if len(listed) > PAGE else None
    )
    return Listed(reports=found, next=following)


def _listed() -> Select[*tuple[Any, ...]]:
    return select(
        MisconductReport.reference,
        MisconductReport.moved_on,
        MisconductReport.taken_on,
        MisconductReport.returned_on,
        MisconductReport.post,
    )


def _waiting(row: Any, *, reader_id: uuid.UUID | None, keys: CommentKeys) -> AppealWaiting:
    made: CommentAppeal = row.CommentAppeal
    comment: Comment = row.Comment
    decision: CommentDecision | None = row.CommentDecision
    typed = sealing.open_original(keys, comment.id, comment.original) if comment.original else comment.text
    return AppealWaiting(
        id=made.id,
        version=made.version,
        made_on=made.made_on,
        text=made.text,
        reference=comment.reference,
        comment=typed,
        thread_title=row.title,
        path=row.path,
        unit=row.unit,
        reason=decision.reason if decision else None,
        note=decision.note if decision else "",
        refused_by=decision.post if decision else "",
        is_own=reader_id is not None and made.refused_by_id == reader_id,
    )
