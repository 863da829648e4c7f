"""A thread as everybody sees it: masked words, days and never times, replies, and marks of what is not shown."""

import enum
import uuid
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, MetToo, Reply, ReplyWording, Thread
from evalapp.comments.rules.moderation import CommentState, public_state
from evalapp.comments.rules.moments import Moment, in_order
from evalapp.comments.rules.wording import signature
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules import states
from evalapp.supervision.rules.grading import GRADE_WORDS, MAY_REOPEN, AnswerGrade
from evalapp.supervision.rules.states import Act, Lamp, MatterFacts, MatterState, Phase, Stage, Times
from evalapp.units.models import Unit

PAGE = 20


class ThreadFilter(enum.StrEnum):
    NEWEST = "newest"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class WordingShown:
    text: str
    post: str
    day: date


@dataclass(frozen=True, kw_only=True)
class ReplyShown:
    """A unit's answer. `wordings` oldest first; the last is what it says now."""

    unit_id: uuid.UUID
    unit: str
    unit_slug: str
    version: int
    wordings: tuple[WordingShown, ...]

    @property
    def current(self) -> WordingShown:
        return self.wordings[-1]

    @property
    def signature(self) -> str:
        return signature(self.unit, self.current.post)

    @property
    def earlier(self) -> tuple[WordingShown, ...]:
        return self.wordings[:-1]


@dataclass(frozen=True, kw_only=True)
class AskedShown:
    """The clock of a comment as everybody sees it: late and very late are told, and what the asker says of the answer."""

    reference: str
    facts: MatterFacts
    grade: AnswerGrade | None
    due_on: date | None
    stage: Stage | None  # what that day is for
    now: datetime

    @property
    def state(self) -> MatterState:
        return states.state(self.facts, self.now)

    @property
    def state_words(self) -> str:
        """The state as a source text; whoever shows it translates it."""
        return states.STATE_WORDS[self.state]

    @property
    def running(self) -> Times | None:
        return self.facts.running

    @property
    def lamp(self) -> Lamp | None:
        return states.lamp(self.running, self.now) if self.running else None

    @property
    def days_left(self) -> int | None:
        """Days up to the last one of the clock that runs, negative when it is past."""
        return (self.due_on - clock.local(self.now).date()).days if self.due_on else None

    @property
    def grade_words(self) -> str:
        return GRADE_WORDS[self.grade] if self.grade else ""

    @property
    def may_be_graded(self) -> bool:
        return states.may(Act.GRADED, self.facts.phase) and self.state is not MatterState.CLOSED

    @property
    def may_be_reopened(self) -> bool:
        return self.may_be_graded and self.grade in MAY_REOPEN

    @property
    def may_be_confirmed(self) -> bool:
        """Whether somebody checked what the unit mended, and the asker has not said yet what they see."""
        return self.facts.phase is Phase.CHECKED and not states.is_reached(self.facts.rests_at, self.now)


@dataclass(frozen=True, kw_only=True)
class ShownComment:
    """A comment that is public, or was: of one that is no longer only the mark is left."""

    reference: str
    day: date
    at_seconds: int | None
    text: str
    state: CommentState  # as the public is told it
    met: int
    is_met: bool  # by the reader
    reply: ReplyShown | None
    asked: AskedShown | None = None

    @property
    def is_shown(self) -> bool:
        return self.state is CommentState.SHOWN


@dataclass(frozen=True, kw_only=True)
class ThreadPage:
    """A page of a thread. `refused` and `withdrawn` are the neutral marks; `next` is the cursor of the next page."""

    comments: tuple[ShownComment, ...]
    shown: int
    answered: int
    refused: int
    withdrawn: int
    next: str | None
    moments: tuple[Moment, ...] = ()


def thread_page(
    session: Session,
    thread_id: uuid.UUID,
    *,
    only: ThreadFilter = ThreadFilter.NEWEST,
    after: str | None = None,
    limit: int = PAGE,
    beginning: str | None = None,
    moments: int = 0,
    mark: str = "",
) -> ThreadPage:
    """Return a page, the newest day first and inside a day in an order that tells nothing: one statement, or two.

    `after` is the cursor of the page before, `beginning` the reference of the comment that is to come first. `moments`: how many of the newest comments that name a moment come along;
    `mark`: under which the reader says 我也遇到. Raises `NotFound` for a page that this thread does not know.
    """
    asked: dict[str, Any] = {
        "thread_id": thread_id,
        "most": limit + 1,
        "most_moments": moments,
        "mark": mark,
        "and_it": "",
    }
    if after is not None:
        asked |= {"cursor": after, "day": _day_of(session, thread_id, after)}
    elif beginning is not None:
        with suppress(NotFound):  # it went: whoever follows an old address sees the newest
            asked["day"] = _day_of(session, thread_id, beginning)
            after = asked["cursor"] = asked["and_it"] = beginning
    rows = session.execute(_page_statement(only, is_later=after is not None), asked).all()
    counts = rows[0]
    replies = replies_in(rows)
    comments = list({row.comment_id: row for row in rows if row.comment_id is not None}.values())
    return ThreadPage(
        comments=tuple(_shown(row, replies.get(row.comment_id)) for row in comments[:limit]),
        shown=counts.shown,
        answered=counts.answered,
        refused=counts.refused,
        withdrawn=counts.withdrawn,
        next=comments[limit - 1].reference if len(comments) > limit else None,
        moments=in_order(
            Moment(reference=row.reference, at_seconds=row.at_seconds, text=row.text)
            for row in rows
            if row.is_paged == 0
        ),
    )


def with_replies(
    query: Select[*tuple[Any, ...]], comment_id: SQLColumnExpression[uuid.UUID]
) -> Select[*tuple[Any, ...]]:
    """Join to `query` the reply to each comment: a row for every wording, in their order. `replies_in` reads them."""
    return (
        query.add_columns(
            comment_id.label("comment_id"),
            Reply.version.label("reply_version"),
            Unit.id.label("replier_id"),
            Unit.name.label("replier"),
            Unit.slug.label("replier_slug"),
            ReplyWording.text.label("wording"),
            ReplyWording.post.label("wording_post"),
            ReplyWording.written_at.label("wording_at"),
        )
        .outerjoin(Reply, Reply.comment_id == comment_id)
        .outerjoin(Unit, Unit.id == Reply.unit_id)
        .outerjoin(ReplyWording, ReplyWording.reply_id == Reply.id)
        .order_by(comment_id, ReplyWording.number)
    )


def replies_in(rows: Iterable[Row[Any]]) -> dict[uuid.UUID, ReplyShown]:
    """The replies in the rows of a query `with_replies`, by comment."""
    found: dict[uuid.UUID, ReplyShown] = {}
    for row in rows:
        if row.wording is None:
            continue
        day = clock.local(row.wording_at).date()
        earlier = found[row.comment_id].wordings if row.comment_id in found else ()
        found[row.comment_id] = ReplyShown(
            unit_id=row.replier_id,
            unit=row.replier,
            unit_slug=row.replier_slug,
            version=row.reply_version,
            wordings=(*earlier, WordingShown(text=row.wording, post=row.wording_post, day=day)),
        )
    return found


def asked_columns() -> tuple[Any, ...]:
    """What `asked_in` reads of the joined `Matter` and its running `Deadline`."""
    return (
        Matter.reference.label("matter"),
        Matter.phase,
        Matter.rests_at,
        Matter.grade,
        Deadline.id.label("running"),
        Deadline.due_on,
        Deadline.stage,
        Deadline.due_at,
        Deadline.soon_at,
        Deadline.very_late_at,
    )


def asked_in(row: Row[Any]) -> AskedShown | None:
    """The clock in a row with `asked_columns`; none where nobody asked."""
    if row.matter is None:
        return None
    times = Times(due_at=row.due_at, soon_at=row.soon_at, very_late_at=row.very_late_at)
    return AskedShown(
        reference=row.matter,
        facts=MatterFacts(phase=row.phase, running=times if row.running else None, rests_at=row.rests_at),
        grade=row.grade,
        due_on=row.due_on,
        stage=row.stage,
        now=clock.now(),
    )


def replies_to(session: Session, comment_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ReplyShown]:
    """Return the replies to these comments with all their wordings, in one statement."""
    return replies_in(session.execute(_replies_statement(), {"comment_ids": list(comment_ids)}))


@cache
def _replies_statement() -> Select[*tuple[Any, ...]]:
    among = Comment.id.in_(bindparam("comment_ids", expanding=True))
    return with_replies(select(Comment.reference), Comment.id.expression).where(among)


@cache
def _page_statement(only: ThreadFilter, *, is_later: bool) -> Select[*tuple[Any, ...]]:
    """The thread's numbers beside a page of it and its moments; made once, because making it costs more than running it.

    A row without a comment's key is a moment, or says that the thread is empty.
    """
    paged, moments = _paged(only, is_later=is_later), _moments()
    shown = union_all(
        select(*paged.c, literal(1, Integer).label("is_paged")),
        select(*moments.c, literal(0, Integer).label("is_paged")),
    ).subquery("listed")
    beside = (
        select(
            Thread.shown,
            Thread.answered,
            Thread.refused,
            Thread.withdrawn,
            *shown.c["reference", "written_on", "at_seconds", "text", "state", "met", "is_paged"],
            MetToo.mark.is_not(None).label("is_met"),
            *asked_columns(),
        )
        .select_from(Thread)
        .outerjoin(shown, true())
        .outerjoin(MetToo, and_(MetToo.comment_id == shown.c.id, MetToo.mark == bindparam("mark")))
        .outerjoin(Matter, and_(Matter.id == shown.c.matter_id, shown.c.is_paged == 1))
        .outerjoin(Deadline, and_(Deadline.matter_id == Matter.id, Deadline.ended_at.is_(None)))
        .where(Thread.id == bindparam("thread_id"))
        .order_by(shown.c.written_on.desc(), shown.c.reference.desc())
    )
    return with_replies(beside, case((shown.c.is_paged == 1, shown.c.id)))


def _paged(only: ThreadFilter, *, is_later: bool) -> Subquery:
    wanted: list[ColumnElement[bool]] = [
        Comment.thread_id == bindparam("thread_id"),
        Comment.shown_on.is_not(None),
    ]
    if only is ThreadFilter.ANSWERED:
        wanted += [Comment.state == CommentState.SHOWN, Comment.is_answered.is_(True)]
    if is_later:
        day, cursor = bindparam("day", type_=Date()), bindparam("cursor", type_=String())
        is_after = or_(Comment.reference < cursor, Comment.reference == bindparam("and_it", type_=String()))
        wanted.append(or_(Comment.written_on < day, and_(Comment.written_on == day, is_after)))
    return _newest(wanted, most="most").subquery("paged")


def _moments() -> Subquery:
    wanted = [
        Comment.thread_id == bindparam("thread_id"),
        Comment.state == CommentState.SHOWN,
        Comment.at_seconds.is_not(None),
    ]
    return _newest(wanted, most="most_moments").subquery("moments")


def _newest(wanted: Sequence[ColumnElement[bool]], *, most: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Comment.id,
            Comment.reference,
            Comment.written_on,
            Comment.at_seconds,
            Comment.text,
            Comment.state,
            Comment.met,
            Comment.matter_id,
        )
        .where(*wanted)
        .order_by(Comment.written_on.desc(), Comment.reference.desc())
        .limit(bindparam(most, type_=Integer()))
    )


def _day_of(session: Session, thread_id: uuid.UUID, cursor: str) -> date:
    day = session.scalar(
        select(Comment.written_on).where(
            Comment.thread_id == thread_id, Comment.reference == cursor, Comment.shown_on.is_not(None)
        )
    )
    if day is None:
        raise NotFound(N_("没有这一页，请从第一页看起。"))
    return day


def _shown(row: Row[Any], reply: ReplyShown | None) -> ShownComment:
    is_shown = row.state is CommentState.SHOWN
    stands = row.state in {
        CommentState.SHOWN,
        CommentState.REFUSED,
    }  # a hidden question does not blame its answer
    return ShownComment(
        reference=row.reference,
        day=row.written_on,
        at_seconds=row.at_seconds if is_shown else None,
        text=row.text if is_shown else "",
        state=public_state(row.state),
        met=row.met if is_shown else 0,
        is_met=bool(row.is_met),
        reply=reply if stands else None,
        asked=asked_in(row),
    )
