"""The unit's inbox: shown comments of its own threads, what is due first comes first; never who wrote them, never when."""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Row,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from evalapp.comments.models import Comment, Reply, ReplyDraft, ReplyTemplate, Thread
from evalapp.comments.queries.threads import (
    AskedShown,
    ReplyShown,
    asked_columns,
    asked_in,
    replies_in,
    with_replies,
)
from evalapp.comments.rules.moderation import CommentState
from evalapp.core import clock
from evalapp.core.base import Moment
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.queries.matters import ShownMatter
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act, Stage
from evalapp.units.models import Unit

PAGE = 20
MOST_COUNTED = 100
_FURTHEST = 500  # pages
_OWNER = aliased(Unit, name="owner")  # of the thread; the reply has its own


class InboxFilter(enum.StrEnum):
    WAITING = "waiting"  # a clock runs
    SIGN = "sign"  # drafts that wait for the head
    FREE = "free"  # no clock, no reply
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class ListedComment:
    """A row of the inbox."""

    reference: str
    text: str
    day: date
    shown_on: date
    thread_title: str
    asked: AskedShown | None


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    """A comment before its unit. `asked` is its matter with the clock, where it has one."""

    reference: str
    text: str
    day: date
    shown_on: date
    at_seconds: int | None
    met: int
    thread_id: uuid.UUID
    thread_title: str
    thread_reference: str
    path: str
    asked: ShownMatter | None
    draft: ReplyDraft | None
    reply: ReplyShown | None = None

    @property
    def may_be_answered(self) -> bool:
        """Whether an answer is possible now: the first one, or the next after a reopening."""
        if self.asked is None:
            return self.reply is None
        return states.may(Act.ANSWERED, self.asked.matter.phase)


@dataclass(frozen=True, kw_only=True)
class InboxCounts:
    """How many wait, by lamp, and how many for the head; `MOST_COUNTED` means so many or more."""

    late: int
    soon: int
    in_time: int
    to_sign: int

    @property
    def waiting(self) -> int:
        return self.late + self.soon + self.in_time


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """A piece of the inbox. `has_more` says that there is another after it."""

    items: tuple[ListedComment, ...]
    only: InboxFilter
    counts: InboxCounts
    page: int
    has_more: bool


def inbox(session: Session, unit_id: uuid.UUID, *, only: InboxFilter, page: int) -> Inbox:
    """Return a piece of one unit's inbox with its counts: one statement."""
    now, page = clock.now(), min(max(page, 1), _FURTHEST)
    asked = {"unit_id": unit_id, "passed": (page - 1) * PAGE, "today": clock.local(now).date(), "now": now}
    rows = session.execute(_statement(only), asked).all()
    counts, items = rows[0], [_listed(row) for row in rows if row.reference is not None]
    return Inbox(
        items=tuple(items[:PAGE]),
        only=only,
        counts=InboxCounts(
            late=counts.late, soon=counts.soon, in_time=counts.in_time, to_sign=counts.to_sign
        ),
        page=page,
        has_more=len(items) > PAGE,
    )


def inbox_item(session: Session, unit_id: uuid.UUID, reference: str) -> InboxItem:
    """Return one comment as this unit's with the reply to it: one statement. Raises `NotFound` for another unit's."""
    rows = session.execute(_item_statement(), {"unit_id": unit_id, "reference": reference}).all()
    if not rows:
        raise NotFound(N_("没有找到这条留言。"))
    return _item(rows[0], clock.now(), replies_in(rows).get(rows[0].comment_id))


def templates(session: Session, unit_id: uuid.UUID) -> Sequence[ReplyTemplate]:
    """Return the templates of a unit by their titles."""
    return session.scalars(
        select(ReplyTemplate)
        .where(ReplyTemplate.unit_id == unit_id)
        .order_by(ReplyTemplate.title, ReplyTemplate.id)
        .limit(100)
    ).all()


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


@cache
def _statement(only: InboxFilter) -> Select[*tuple[Any, ...]]:
    """The counts in every row, and a row without a comment where there is none."""
    counts, rows = _counted().subquery("counts"), _list(only).subquery("rows")
    order = (rows.c.first, rows.c.second)
    return (
        select(counts, rows)
        .select_from(counts.outerjoin(rows, true()))
        .order_by(*(column.desc() for column in order) if only is InboxFilter.ANSWERED else order)
    )


def _counted() -> Select[*tuple[Any, ...]]:
    """What waits by lamp, and for the head; no more rows are read than are counted."""
    now = bindparam("now", type_=Moment())
    over, soon = Deadline.listed_on < bindparam("today", type_=Date()), Deadline.soon_at <= now
    signs = (
        select(ReplyDraft.id)
        .where(ReplyDraft.unit_id == _unit(), ReplyDraft.submitted_at.is_not(None))
        .limit(MOST_COUNTED)
    )
    return select(
        _up_to(_asks(over)).label("late"),
        _up_to(_asks(~over, soon)).label("soon"),
        _up_to(_asks(~over, (Deadline.soon_at > now) | Deadline.soon_at.is_(None))).label("in_time"),
        _up_to(signs).label("to_sign"),
    )


def _asks(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Deadline.matter_id)
        .join(Comment, Comment.matter_id == Deadline.matter_id)
        .where(
            Deadline.unit_id == _unit(),
            Deadline.ended_at.is_(None),
            Deadline.stage == Stage.ANSWER,
            *conditions,
        )
        .limit(MOST_COUNTED)
    )


def _up_to(found: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _unit() -> BindParameter[uuid.UUID]:
    return bindparam("unit_id", type_=Uuid())


def _list(only: InboxFilter) -> Select[*tuple[Any, ...]]:
    """Each list by what an index gives in its order; the unit is asked of that table and of the thread."""
    if only is InboxFilter.FREE:
        return _rows(Comment.shown_on, Comment.reference).where(Comment.reference.in_(_free()))
    lists = {
        InboxFilter.WAITING: _rows(Deadline.listed_on, Deadline.matter_id)
        .where(Deadline.unit_id == _unit(), Deadline.stage == Stage.ANSWER)
        .order_by(Deadline.listed_on, Deadline.matter_id),
        InboxFilter.SIGN: _rows(ReplyDraft.submitted_at, ReplyDraft.id)
        .join(ReplyDraft, ReplyDraft.comment_id == Comment.id)
        .where(ReplyDraft.unit_id == _unit(), ReplyDraft.submitted_at.is_not(None))
        .order_by(ReplyDraft.submitted_at, ReplyDraft.id),
        InboxFilter.ANSWERED: _rows(Reply.answered_at, Reply.id)
        .join(Reply, Reply.comment_id == Comment.id)
        .where(Reply.unit_id == _unit())
        .order_by(Reply.answered_at.desc(), Reply.id.desc()),
    }
    mine = lists[only].where(Thread.unit_id == _unit(), Comment.state == CommentState.SHOWN)
    return mine.offset(_passed()).limit(PAGE + 1)


def _free() -> Select[str]:
    """The references of a piece of what has neither clock nor reply: all that is read for it is in one index."""
    threads = select(Thread.id).where(Thread.unit_id == _unit())
    return (
        select(Comment.reference)
        .where(
            Comment.thread_id.in_(threads),
            Comment.state == CommentState.SHOWN,
            Comment.is_answered == false(),
            Comment.matter_id.is_(None),
        )
        .order_by(Comment.shown_on, Comment.reference)
        .offset(_passed())
        .limit(PAGE + 1)
    )


def _passed() -> BindParameter[int]:
    return bindparam("passed", type_=Integer())


def _rows(*order: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    first, second = order
    return (
        select(
            Comment.reference,
            Comment.text,
            Comment.written_on,
            Comment.shown_on,
            Thread.title,
            first.label("first"),
            second.label("second"),
            *asked_columns(),
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Matter, Matter.id == Comment.matter_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Comment.matter_id, Deadline.ended_at.is_(None)))
    )


def _listed(row: Row[Any]) -> ListedComment:
    return ListedComment(
        reference=row.reference,
        text=row.text,
        day=row.written_on,
        shown_on=row.shown_on,
        thread_title=row.title,
        asked=asked_in(row),
    )


@cache
def _item_statement() -> Select[*tuple[Any, ...]]:
    return with_replies(
        select(Comment, Thread, _OWNER, Matter, Deadline, ReplyDraft)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(_OWNER, _OWNER.id == Thread.unit_id)
        .outerjoin(Matter, Matter.id == Comment.matter_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Comment.matter_id, Deadline.ended_at.is_(None)))
        .outerjoin(ReplyDraft, ReplyDraft.comment_id == Comment.id)
        .where(
            Comment.reference == bindparam("reference"),
            Comment.state == CommentState.SHOWN,
            Thread.unit_id == _unit(),
        ),
        Comment.id,
    )


def _item(row: Row[Any], now: datetime, reply: ReplyShown | None) -> InboxItem:
    comment: Comment = row.Comment
    thread: Thread = row.Thread
    assert comment.shown_on is not None
    return InboxItem(
        reference=comment.reference,
        text=comment.text,
        day=comment.written_on,
        shown_on=comment.shown_on,
        at_seconds=comment.at_seconds,
        met=comment.met,
        thread_id=thread.id,
        thread_title=thread.title,
        thread_reference=thread.reference,
        path=thread.path,
        asked=ShownMatter(matter=row.Matter, unit=row.owner, running=row.Deadline, now=now)
        if row.Matter
        else None,
        draft=row.ReplyDraft,
        reply=reply,
    )
