"""Counts what a unit's comments say, so that its page counts nothing; what was moved away is forgotten at once."""

import uuid
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalapp.comments.events import CommentMoved
from evalapp.comments.models import Comment, Thread, UnitVoice
from evalapp.comments.rules import voices
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.voices import Pledged, Said
from evalapp.core import clock

PIECE = 2_000


def stale(session: Session) -> Sequence[uuid.UUID]:
    """The units whose comments are not counted as they stand, or were counted on an earlier day."""
    rows = session.execute(
        select(Thread.unit_id, *_SUMS, UnitVoice.stamp, UnitVoice.counted_at)
        .outerjoin(UnitVoice, UnitVoice.unit_id == Thread.unit_id)
        .group_by(Thread.unit_id, UnitVoice.stamp, UnitVoice.counted_at)
        .order_by(Thread.unit_id)
    ).all()
    today = clock.today()
    return [
        row[0]
        for row in rows
        if row.stamp != _stamp(row[1:6])
        or (row.counted_at is not None and clock.local(row.counted_at).date() != today)
    ]


def count(session: Session, unit_id: uuid.UUID, pledges: Iterable[Pledged]) -> bool:
    """Count a unit's shown comments; return whether that was kept: not when comments changed meanwhile."""
    before = stamp_of(session, unit_id)
    document = voices.counted(_said(session, unit_id), pledges)
    if stamp_of(session, unit_id) != before:
        return False
    kept = session.get(UnitVoice, unit_id)
    if kept is None:
        kept = UnitVoice(unit_id=unit_id)
        session.add(kept)
    kept.stamp, kept.counted_at, kept.document = before, clock.now(), document
    session.flush()
    return True


def on_comment_moved(session: Session, event: CommentMoved) -> None:
    """React to a comment that went to the misconduct channel: nothing of it is in a count any more."""
    unit_id = (
        select(Thread.unit_id)
        .join(Comment, Comment.thread_id == Thread.id)
        .where(Comment.id == event.comment_id)
    )
    session.execute(delete(UnitVoice).where(UnitVoice.unit_id == unit_id.scalar_subquery()))


_SUMS = (
    func.count(Thread.id),
    func.sum(Thread.shown),
    func.sum(Thread.answered),
    func.sum(Thread.refused),
    func.sum(Thread.withdrawn),
)


def stamp_of(session: Session, unit_id: uuid.UUID) -> str:
    """What changes whenever a comment of the unit changes its state."""
    return _stamp(session.execute(select(*_SUMS).where(Thread.unit_id == unit_id)).one())


def _stamp(sums: Iterable[int | None]) -> str:
    return " ".join(str(one or 0) for one in sums)


def _said(session: Session, unit_id: uuid.UUID) -> Iterator[Said]:
    rows = session.execute(
        select(
            Thread.id,
            Thread.path,
            Thread.title,
            Comment.pseudonym,
            Comment.written_on,
            Comment.at_seconds,
            Comment.text,
            Comment.is_answered,
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.unit_id == unit_id, Comment.state == CommentState.SHOWN)
        .execution_options(yield_per=PIECE)
    )
    for row in rows:
        yield Said(
            person=f"{row.id}{row.pseudonym}",
            path=row.path,
            title=row.title,
            day=row.written_on,
            at_seconds=row.at_seconds,
            text=row.text,
            is_answered=row.is_answered,
        )
