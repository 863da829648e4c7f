"""Episodes as lists show them: title, unit, state, length, a picture."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_
from sqlalchemy.orm import Session, aliased

from evalapp.core import clock
from evalapp.portal.rules.pictures import drawing_of
from evalapp.programme.models import Episode, Recording
from evalapp.programme.queries import planning
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.recordings import watched
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


@cache
def with_pictures() -> Select[*tuple[Any, ...]]:
    """Episodes with what their state follows from and with length and picture of what is watched; `cards` reads them."""
    version = aliased(Recording)
    return (
        planning.with_facts()
        .add_columns(
            version.duration_ms.label("duration_ms"),
            version.token.label("token"),
            version.facts["card"].as_string().label("picture"),
        )
        .outerjoin(version, and_(version.episode_id == Episode.id, watched(version)))
    )


def cards(session: Session, statement: Select[*tuple[Any, ...]], **asked: Any) -> list[EpisodeCard]:
    """Return the episodes of a statement that began `with_pictures`, in one statement."""
    return [card(row, more) for row, more in planning.episodes_with_more(session, statement, **asked)]


def card(row: EpisodeWithState, more: Row[Any]) -> EpisodeCard:
    """Return the card of an episode from its row of a statement that began `with_pictures`."""
    episode = row.episode
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
        seconds=more.duration_ms / 1000 if more.duration_ms else None,
        picture=f"{MEDIA}/{more.token}/{more.picture}" if more.picture and row.is_shown else "",
        drawing=drawing_of(episode.title, row.unit.name),
    )
