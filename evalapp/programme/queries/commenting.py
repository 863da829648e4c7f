"""What somebody needs who comments on an episode: its thread, and how long the recording lasts."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode, Recording
from evalapp.programme.queries.planning import episode_with_state


def commentable(session: Session, number: int) -> Episode:
    """Return episode `number` for its comments; raises `NotFound` unless the public may watch it."""
    found = episode_with_state(session, number)
    if not found.is_shown:
        raise NotFound(N_("没有找到这一期节目。"))
    return found.episode


def recorded_seconds(session: Session, episode_id: uuid.UUID) -> float | None:
    """Return how long the recording lasts that is watched, or none."""
    length = session.scalar(
        select(Recording.duration_ms).where(
            Recording.episode_id == episode_id,
            Recording.prepared_at.is_not(None),
            Recording.replaced_at.is_(None),
        )
    )
    return length / 1000 if length is not None else None
