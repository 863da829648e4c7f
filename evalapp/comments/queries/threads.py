"""A thread as everybody sees it: masked words, days and never times, replies, and marks of what is not shown."""

import enum
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
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
    """Return a page, the newest day first and inside a day in an order that tells nothing: three or four statements.

    `after` is the cursor of the page before. Raises `NotFound` for one that this thread does not know.
    """
    wanted = [Comment.thread_id == thread_id, Comment.shown_on.is_not(None)]
    if only is ThreadFilter.ANSWERED:
        wanted += [Comment.state == CommentState.SHOWN, Comment.id.in_(select(Reply.comment_id))]
    if after is not None:
        wanted.append(_beyond(session, thread_id, after))
    rows = session.scalars(
        select(Comment)
        .where(*wanted)
        .order_by(Comment.written_on.desc(), Comment.reference.desc())
        .limit(limit + 1)
    ).all()
    replies = replies_to(session, [row.id for row in rows[:limit]])
    states = _counts(session, thread_id)
    return ThreadPage(
        comments=tuple(_shown(row, replies.get(row.id)) for row in rows[:limit]),
        shown=states[CommentState.SHOWN].comments,
        answered=states[CommentState.SHOWN].answered,
        refused=states[CommentState.REFUSED].comments,
        withdrawn=states[CommentState.WITHDRAWN].comments + states[CommentState.ERASED].comments,
        next=rows[limit - 1].reference if len(rows) > limit else None,
    )


def replies_to(session: Session, comment_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ReplyShown]:
    """Return the replies to these comments with all their wordings, in one statement."""
    rows = session.execute(
        select(Reply.comment_id, Reply.version, Unit.id, Unit.name, Unit.slug, ReplyWording)
        .join(Unit, Unit.id == Reply.unit_id)
        .join(ReplyWording, ReplyWording.reply_id == Reply.id)
        .where(Reply.comment_id.in_(comment_ids))
        .order_by(Reply.id, ReplyWording.number)
    ).all()
    wordings: dict[uuid.UUID, list[WordingShown]] = defaultdict(list)
    for comment_id, _, _, _, _, said in rows:
        day = clock.local(said.written_at).date()
        wordings[comment_id].append(WordingShown(text=said.text, post=said.post, day=day))
    return {
        comment_id: ReplyShown(
            unit_id=unit_id, unit=name, unit_slug=slug, version=version, wordings=tuple(wordings[comment_id])
        )
        for comment_id, version, unit_id, name, slug, _ in rows
    }


@dataclass(frozen=True, kw_only=True)
class _Count:
    comments: int = 0
    answered: int = 0


def _counts(session: Session, thread_id: uuid.UUID) -> dict[CommentState, _Count]:
    rows = session.execute(
        select(Comment.state, func.count(), func.count(Reply.id))
        .outerjoin(Reply, Reply.comment_id == Comment.id)
        .where(Comment.thread_id == thread_id)
        .group_by(Comment.state)
    ).all()
    counts: dict[CommentState, _Count] = {state: _Count() for state in CommentState}
    return counts | {state: _Count(comments=all_, answered=answered) for state, all_, answered in rows}


def _beyond(session: Session, thread_id: uuid.UUID, cursor: str) -> ColumnElement[bool]:
    day = session.scalar(
        select(Comment.written_on).where(
            Comment.thread_id == thread_id, Comment.reference == cursor, Comment.shown_on.is_not(None)
        )
    )
    if day is None:
        raise NotFound(N_("没有这一页，请从第一页看起。"))
    return or_(Comment.written_on < day, and_(Comment.written_on == day, Comment.reference < cursor))


def _shown(row: Comment, reply: ReplyShown | None) -> ShownComment:
    is_shown = row.state is CommentState.SHOWN
    return ShownComment(
        reference=row.reference,
        day=row.written_on,
        at_seconds=row.at_seconds if is_shown else None,
        text=row.text if is_shown else "",
        state=row.state,
        reply=reply if is_shown else None,
    )
