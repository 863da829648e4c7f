"""The office's queue: what waits, oldest day first, with the words as typed beside what others will see."""

import enum
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, CommentDecision, Thread
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.units.models import Unit

PAGE = 20


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


@dataclass(frozen=True, kw_only=True)
class Queue:
    items: tuple[Queued, ...]
    total: int  # of the filter
    held: int
    masked: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def queue(session: Session, *, only: QueueFilter, page: int, keys: CommentKeys) -> Queue:
    """Return a page of the queue: two statements. A page beyond the last is the last."""
    conditions = {kind: _condition(kind) for kind in QueueFilter}
    counts = session.execute(
        select(
            func.count().filter(conditions[QueueFilter.HELD]),
            func.count().filter(conditions[QueueFilter.MASKED]),
            func.count().filter(conditions[only]),
        ).select_from(Comment)
    ).one()
    page = min(max(page, 1), max(1, -(-counts[2] // PAGE)))
    waits = only in {QueueFilter.HELD, QueueFilter.MASKED}
    order = Comment.written_on.asc() if waits else Comment.written_on.desc()
    rows = session.execute(
        select(Comment, Thread, Unit.name, CommentDecision)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Unit, Unit.id == Thread.unit_id)
        .outerjoin(
            CommentDecision,
            (CommentDecision.comment_id == Comment.id)
            & (CommentDecision.number == Comment.version)
            & (CommentDecision.verdict == Verdict.REFUSED),
        )
        .where(conditions[only])
        .order_by(order, Comment.reference)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    items = tuple(
        _queued(comment, thread, unit, decision, keys=keys) for comment, thread, unit, decision in rows
    )
    return Queue(items=items, total=counts[2], held=counts[0], masked=counts[1], page=page)


def comment_by_reference(session: Session, reference: str) -> Comment:
    """Return a comment for the command line; raises `NotFound`."""
    found = session.scalar(select(Comment).where(Comment.reference == reference))
    if found is None:
        raise NotFound(N_("没有找到这条留言。"))
    return found


def _condition(only: QueueFilter) -> ColumnElement[bool]:
    if only is QueueFilter.MASKED:
        return (Comment.state == CommentState.HELD) & Comment.original.is_not(None)
    return Comment.state == CommentState(only.value)


def _queued(
    comment: Comment, thread: Thread, unit: str, decision: CommentDecision | None, *, keys: CommentKeys
) -> Queued:
    return Queued(
        reference=comment.reference,
        version=comment.version,
        state=comment.state,
        day=comment.written_on,
        at_seconds=comment.at_seconds,
        text=comment.text,
        original=sealing.open_original(keys, comment.id, comment.original) if comment.original else None,
        thread_title=thread.title,
        thread_reference=thread.reference,
        path=thread.path,
        unit=unit,
        reason=decision.reason if decision else None,
        note=decision.note if decision else "",
    )
