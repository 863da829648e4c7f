"""Comments as their author sees them: as typed, with the hour, with what was decided and why."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Resident
from evalapp.comments.models import Comment, CommentAppeal, CommentAuthor, CommentDecision, Thread
from evalapp.comments.queries.threads import (
    AskedShown,
    ReplyShown,
    asked_columns,
    asked_in,
    replies_in,
    with_replies,
)
from evalapp.comments.rules import moderation, sealing
from evalapp.comments.rules.moderation import AppealOutcome, CommentState, RefusalReason
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.supervision.models import Deadline, Matter


@dataclass(frozen=True, kw_only=True)
class OwnComment:
    """One's own comment. `text` as typed, `public_text` as others see it; reason and note when it was refused.

    Of what was moved to the misconduct channel no word is shown again: a telephone lies open on many tables.
    """

    reference: str
    thread_title: str
    path: str
    written_at: datetime
    at_seconds: int | None
    text: str
    public_text: str
    state: CommentState
    reason: RefusalReason | None
    note: str
    reply: ReplyShown | None
    appealed_on: date | None = None
    outcome: AppealOutcome | None = None
    asked: AskedShown | None = None

    @property
    def may_be_appealed(self) -> bool:
        return self.state is CommentState.REFUSED and self.appealed_on is None

    @property
    def is_masked(self) -> bool:
        return self.text != self.public_text

    @property
    def reason_text(self) -> str:
        """The reason as a source text; whoever shows it translates it."""
        return moderation.REASONS[self.reason] if self.reason else ""

    @property
    def may_be_withdrawn(self) -> bool:
        return moderation.may_be_withdrawn(self.state)


@dataclass(frozen=True, kw_only=True)
class AuthorOf:
    """Who wrote a comment: for making a notice and for nothing else."""

    comment_id: uuid.UUID
    resident_id: uuid.UUID
    written_at: datetime


def authors_in_thread(
    session: Session, thread_id: uuid.UUID, *, after: uuid.UUID | None, limit: int, keys: CommentKeys
) -> list[AuthorOf]:
    """Return who wrote the shown comments of a thread, opened one by one, in the order of their random keys."""
    query = (
        select(CommentAuthor.comment_id, CommentAuthor.sealed)
        .join(Comment, Comment.id == CommentAuthor.comment_id)
        .where(Comment.thread_id == thread_id, Comment.state == CommentState.SHOWN)
        .order_by(CommentAuthor.comment_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(CommentAuthor.comment_id > after)
    opened = [
        (row.comment_id, sealing.open_author(keys, row.comment_id, row.sealed))
        for row in session.execute(query)
    ]
    return [
        AuthorOf(comment_id=comment_id, resident_id=one.resident_id, written_at=one.written_at)
        for comment_id, one in opened
    ]


def own_in_thread(
    session: Session, thread_id: uuid.UUID, *, resident_id: uuid.UUID, keys: CommentKeys
) -> list[OwnComment]:
    """Return what this resident wrote in one thread, newest first: one statement."""
    return _own(session, [thread_id], resident_id=resident_id, keys=keys)


def comments_of(session: Session, *, resident_id: uuid.UUID, keys: CommentKeys) -> list[OwnComment]:
    """Return everything this resident wrote, newest first: one pseudonym is computed for each thread there is."""
    threads = session.scalars(select(Thread.id).order_by(Thread.id)).all()
    return _own(session, threads, resident_id=resident_id, keys=keys)


def _own(
    session: Session, threads: Iterable[uuid.UUID], *, resident_id: uuid.UUID, keys: CommentKeys
) -> list[OwnComment]:
    names = [sealing.pseudonym(keys, thread_id=thread, resident_id=resident_id) for thread in threads]
    rows = session.execute(_statement(), {"names": names, "resident_id": resident_id}).all()
    replies = replies_in(rows)
    own = [
        _one(row, reply=replies.get(row.comment_id), keys=keys)
        for row in {row.comment_id: row for row in rows}.values()
    ]
    theirs = [one for one in own if one.written_at >= rows[0].known_since]  # a number may have changed hands
    return sorted(theirs, key=lambda one: one.written_at, reverse=True)


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    """Everything about one's own comments; made once, because making it costs more than running it."""
    still_there = and_(Resident.id == bindparam("resident_id"), Resident.erased_at.is_(None))
    query = (
        select(
            Comment,
            CommentAuthor.sealed,
            Thread.title.label("thread_title"),
            Thread.path,
            CommentDecision,
            CommentAppeal.made_on,
            CommentAppeal.outcome,
            Resident.known_since,
            *asked_columns(),
        )
        .join(CommentAuthor, CommentAuthor.comment_id == Comment.id)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Resident, still_there)
        .outerjoin(
            CommentDecision,
            and_(CommentDecision.comment_id == Comment.id, CommentDecision.number == Comment.version),
        )
        .outerjoin(CommentAppeal, CommentAppeal.comment_id == Comment.id)
        .outerjoin(Matter, Matter.id == Comment.matter_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Matter.id, Deadline.ended_at.is_(None)))
        .where(Comment.pseudonym.in_(bindparam("names", expanding=True)))
        .order_by(Comment.written_on.desc(), Comment.reference)
    )
    return with_replies(query, Comment.id.expression)


def _one(row: Row[Any], *, reply: ReplyShown | None, keys: CommentKeys) -> OwnComment:
    comment: Comment = row.Comment
    decision: CommentDecision | None = row.CommentDecision
    refusal = decision if comment.state is CommentState.REFUSED else None
    note = decision.note if decision and (refusal or row.outcome) else ""
    typed = sealing.open_original(keys, comment.id, comment.original) if comment.original else comment.text
    return OwnComment(
        reference=comment.reference,
        thread_title=row.thread_title,
        path=row.path,
        written_at=sealing.open_author(keys, comment.id, row.sealed).written_at,
        at_seconds=comment.at_seconds,
        text=typed,
        public_text=comment.text,
        state=comment.state,
        reason=refusal.reason if refusal else None,
        note=note,
        reply=reply,
        appealed_on=row.made_on,
        outcome=row.outcome,
        asked=asked_in(row),
    )
