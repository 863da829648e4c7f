"""A thread as everybody sees it: masked words, days and never times, replies, and marks of what is not shown."""

import enum
import uuid
from collections.abc import Collection, Iterable
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
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, ReplyWording
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.wording import signature
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
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
class ShownComment:
    """A comment that is public, or was: of one that is no longer only the mark is left."""

    reference: str
    day: date
    at_seconds: int | None
    text: str
    state: CommentState
    reply: ReplyShown | None

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


def thread_page(
    session: Session,
    thread_id: uuid.UUID,
    *,
    only: ThreadFilter = ThreadFilter.NEWEST,
    after: str | None = None,
    limit: int = PAGE,
) -> ThreadPage:
    """Return a page, the newest day first and inside a day in an order that tells nothing: one statement, or two.

    `after` is the cursor of the page before. Raises `NotFound` for one that this thread does not know.
    """
    asked: dict[str, Any] = {"thread_id": thread_id, "most": limit + 1}
    if after is not None:
        asked |= {"cursor": after, "day": _day_of(session, thread_id, after)}
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
    )


def with_replies(
    query: Select[*tuple[Any, ...]], comment_id: ColumnElement[uuid.UUID]
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


def replies_to(session: Session, comment_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ReplyShown]:
    """Return the replies to these comments with all their wordings, in one statement."""
    return replies_in(session.execute(_replies_statement(), {"comment_ids": list(comment_ids)}))


@cache
def _replies_statement() -> Select[*tuple[Any, ...]]:
    among = Comment.id.in_(bindparam("comment_ids", expanding=True))
    return with_replies(select(Comment.reference), Comment.id.expression).where(among)


@cache
def _page_statement(only: ThreadFilter, *, is_later: bool) -> Select[*tuple[Any, ...]]:
    """Counts of the whole thread beside a page of it; made once, because making it costs more than running it."""
    counted = (
        select(
            _number(CommentState.SHOWN).label("shown"),
            func.count(Reply.id).filter(Comment.state == CommentState.SHOWN).label("answered"),
            _number(CommentState.REFUSED).label("refused"),
            _number(CommentState.WITHDRAWN, CommentState.ERASED).label("withdrawn"),
        )
        .select_from(Comment)
        .outerjoin(Reply, Reply.comment_id == Comment.id)
        .where(Comment.thread_id == bindparam("thread_id"))
        .subquery("counted")
    )
    wanted: list[ColumnElement[bool]] = [
        Comment.thread_id == bindparam("thread_id"),
        Comment.shown_on.is_not(None),
    ]
    if only is ThreadFilter.ANSWERED:
        wanted += [Comment.state == CommentState.SHOWN, Comment.id.in_(select(Reply.comment_id))]
    if is_later:
        day, cursor = bindparam("day", type_=Date()), bindparam("cursor", type_=String())
        wanted.append(
            or_(Comment.written_on < day, and_(Comment.written_on == day, Comment.reference < cursor))
        )
    listed = (
        select(
            Comment.id, Comment.reference, Comment.written_on, Comment.at_seconds, Comment.text, Comment.state
        )
        .where(*wanted)
        .order_by(Comment.written_on.desc(), Comment.reference.desc())
        .limit(bindparam("most", type_=Integer()))
        .subquery("listed")
    )
    beside = (
        select(*counted.c, *listed.c["reference", "written_on", "at_seconds", "text", "state"])
        .select_from(counted)
        .outerjoin(listed, true())
        .order_by(listed.c.written_on.desc(), listed.c.reference.desc())
    )
    return with_replies(beside, listed.c.id)


def _number(*states: CommentState) -> ColumnElement[int]:
    return func.count().filter(Comment.state.in_(states))


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
    return ShownComment(
        reference=row.reference,
        day=row.written_on,
        at_seconds=row.at_seconds if is_shown else None,
        text=row.text if is_shown else "",
        state=row.state,
        reply=reply if is_shown else None,
    )
