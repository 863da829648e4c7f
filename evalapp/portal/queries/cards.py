"""Episodes as lists show them: title, unit, state, length, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.portal.rules.pictures import drawing_of
from evalapp.programme.models import Recording
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.rules import EpisodeState

SOON = timedelta(hours=6)
MEDIA = "/media"


@dataclass(frozen=True, kw_only=True)
class EpisodeCard:
    """What a list shows of an episode. `picture` is a path of its own recording, `drawing` a static file for none."""

    number: int
    title: str
    summary: str
    unit: str
    unit_slug: str
    year: int
    state: EpisodeState
    is_shown: bool
    opens_at: datetime | None
    closes_at: datetime | None
    aired_at: datetime | None
    next_airing_at: datetime | None
    seconds: float | None
    picture: str
    drawing: str

    @property
    def is_open(self) -> bool:
        return self.state is EpisodeState.GRADING

    @property
    def closes_soon(self) -> bool:
        """Whether less than six hours are left: the countdown turns red."""
        return self.is_open and self.closes_at is not None and self.closes_at - clock.now() < SOON


def cards(session: Session, rows: Sequence[EpisodeWithState]) -> list[EpisodeCard]:
    """Return `rows` with lengths and pictures, in one statement more."""
    recordings = {
        recording.episode_id: recording
        for recording in session.scalars(
            select(Recording).where(
                Recording.episode_id.in_([row.episode.id for row in rows]),
                Recording.prepared_at.is_not(None),
                Recording.replaced_at.is_(None),
            )
        )
    }
    return [_card(row, recordings.get(row.episode.id)) for row in rows]


def _card(row: EpisodeWithState, recording: Recording | None) -> EpisodeCard:
    episode = row.episode
    picture = recording.facts.get("card", "") if recording and row.is_shown else ""
    return EpisodeCard(
        number=episode.number,
        title=episode.title,
        summary=episode.summary,
        unit=row.unit.name,
        unit_slug=row.unit.slug,
        year=row.year,
        state=row.state,
        is_shown=row.is_shown,
        opens_at=episode.opens_at,
        closes_at=episode.closes_at,
        aired_at=row.first_airing_at if row.first_airing_at and row.first_airing_at <= clock.now() else None,
        next_airing_at=row.next_airing_at,
        seconds=recording.duration_ms / 1000 if recording and recording.duration_ms else None,
        picture=f"{MEDIA}/{recording.token}/{picture}" if recording and picture else "",
        drawing=drawing_of(episode.title, row.unit.name),
    )
