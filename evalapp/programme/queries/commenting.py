"""What somebody needs who comments on an episode: its thread, its path, and how long the recording lasts."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Recording
from evalapp.programme.queries.planning import episode_with_state


@dataclass(frozen=True, kw_only=True)
class Commentable:
    """An episode that the public may watch. `duration` in seconds."""

    number: int
    thread_id: uuid.UUID
    duration: float | None


def commentable(session: Session, number: int) -> Commentable:
    """Return episode `number` for commenting; raises `NotFound` unless the public may watch it."""
    found = episode_with_state(session, number)
    if not found.is_shown:
        raise NotFound(N_("没有找到这一期节目。"))
    length = session.scalar(
        select(Recording.duration_ms).where(
            Recording.episode_id == found.episode.id,
            Recording.prepared_at.is_not(None),
            Recording.replaced_at.is_(None),
        )
    )
    return Commentable(
        number=number,
        thread_id=found.episode.thread_id,
        duration=length / 1000 if length is not None else None,
    )
