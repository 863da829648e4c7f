"""What grading tells an episode: its window, and how far the count is. `ballots` and `results` call these."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode


def set_window(session: Session, episode_id: uuid.UUID, *, opens_at: datetime, closes_at: datetime) -> None:
    """Record the window that the announced boxes have."""
    episode = locked(session, Episode, episode_id)
    episode.opens_at, episode.closes_at = opens_at, closes_at


def mark_counted(session: Session, episode_id: uuid.UUID) -> None:
    """Record that the boxes were opened and counted."""
    locked(session, Episode, episode_id).counted_at = clock.now()


def mark_published(session: Session, episode_id: uuid.UUID, *, final_at: datetime) -> None:
    """Record that the result stands in public; it is final when the objection term is over."""
    episode = locked(session, Episode, episode_id)
    episode.published_at, episode.final_at = clock.now(), final_at


def mark_void(session: Session, episode_id: uuid.UUID, *, reason: str) -> None:
    """Record that the boxes are void; the episode stays on show."""
    episode = locked(session, Episode, episode_id)
    episode.voided_at, episode.void_reason = clock.now(), reason
