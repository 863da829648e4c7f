"""The unit's inbox: shown comments of its own threads, waiting or answered; never who wrote them, never when exactly."""

import enum
import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, Thread
from evalapp.comments.queries.threads import ReplyShown, replies_to
from evalapp.comments.rules.moderation import CommentState
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_

PAGE = 20


class InboxFilter(enum.StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    reference: str
    text: str
    day: date
    shown_on: date
    at_seconds: int | None
    thread_title: str
    thread_reference: str
    path: str
    reply: ReplyShown | None = None


@dataclass(frozen=True, kw_only=True)
class Inbox:
    items: tuple[InboxItem, ...]
    only: InboxFilter
    waiting: int
    answered: int
    page: int

    @property
    def pages(self) -> int:
        total = self.waiting if self.only is InboxFilter.WAITING else self.answered
        return max(1, -(-total // PAGE))


def inbox(session: Session, unit_id: uuid.UUID, *, only: InboxFilter, page: int) -> Inbox:
    """Return a page of one unit's inbox, the longest waiting first: two statements."""
    counts = session.execute(
        select(func.count().filter(Reply.id.is_(None)), func.count(Reply.id))
        .select_from(Comment)
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Reply, Reply.comment_id == Comment.id)
        .where(Thread.unit_id == unit_id, Comment.state == CommentState.SHOWN)
    ).one()
    waiting, answered = int(counts[0]), int(counts[1])
    total = waiting if only is InboxFilter.WAITING else answered
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    is_answered = Comment.id.in_(select(Reply.comment_id))
    order = Comment.shown_on.asc() if only is InboxFilter.WAITING else Comment.shown_on.desc()
    rows = session.execute(
        _of_unit(unit_id)
        .where(~is_answered if only is InboxFilter.WAITING else is_answered)
        .order_by(order, Comment.reference)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    items = tuple(_item(comment, thread, None) for comment, thread in rows)
    return Inbox(items=items, only=only, waiting=waiting, answered=answered, page=page)


def inbox_item(session: Session, unit_id: uuid.UUID, reference: str) -> InboxItem:
    """Return one comment as this unit's; raises `NotFound` for another unit's."""
    row = session.execute(_of_unit(unit_id).where(Comment.reference == reference)).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这条留言。"))
    comment, thread = row
    return _item(comment, thread, replies_to(session, [comment.id]).get(comment.id))


def unit_before(session: Session, reference: str) -> uuid.UUID:
    """Return the unit whose thread a comment stands in; raises `NotFound`."""
    unit_id: uuid.UUID | None = session.scalar(
        select(Thread.unit_id)
        .join(Comment, Comment.thread_id == Thread.id)
        .where(Comment.reference == reference)
    )
    if unit_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    return unit_id


def _of_unit(unit_id: uuid.UUID) -> Select[Comment, Thread]:
    return (
        select(Comment, Thread)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.unit_id == unit_id, Comment.state == CommentState.SHOWN)
    )


def _item(comment: Comment, thread: Thread, reply: ReplyShown | None) -> InboxItem:
    assert comment.shown_on is not None
    return InboxItem(
        reference=comment.reference,
        text=comment.text,
        day=comment.written_on,
        shown_on=comment.shown_on,
        at_seconds=comment.at_seconds,
        thread_title=thread.title,
        thread_reference=thread.reference,
        path=thread.path,
        reply=reply,
    )
