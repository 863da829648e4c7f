"""Reading what a unit's comments say, as it was counted last, and the comments themselves for its export."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Thread, UnitVoice
from evalapp.comments.rules.moderation import CommentState

MOST_COMMENTS = 5_000


@dataclass(frozen=True, kw_only=True)
class CommentRow:
    """A shown comment as everybody reads it."""

    reference: str
    day: date
    title: str
    at_seconds: int | None
    text: str
    is_answered: bool
    met: int


def counted(session: Session, unit_id: uuid.UUID) -> UnitVoice | None:
    """What was counted for a unit; None before the first count."""
    return session.get(UnitVoice, unit_id)


def comments(session: Session, unit_id: uuid.UUID) -> Sequence[CommentRow]:
    """A unit's shown comments, the newest first."""
    rows = session.execute(
        select(
            Comment.reference,
            Comment.written_on,
            Thread.title,
            Comment.at_seconds,
            Comment.text,
            Comment.is_answered,
            Comment.met,
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.unit_id == unit_id, Comment.state == CommentState.SHOWN)
        .order_by(Comment.written_on.desc(), Comment.reference.desc())
        .limit(MOST_COMMENTS)
    )
    return [
        CommentRow(
            reference=row.reference,
            day=row.written_on,
            title=row.title,
            at_seconds=row.at_seconds,
            text=row.text,
            is_answered=row.is_answered,
            met=row.met,
        )
        for row in rows
    ]
