"""The list of episodes: all of a season, or those that can be graded."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.portal.queries.cards import EpisodeCard, cards, with_pictures
from evalapp.portal.queries.findable import is_announced
from evalapp.programme.models import Episode, Season
from evalapp.programme.queries import planning

PAGE_SIZE = 24


class Shown(enum.StrEnum):
    """Which episodes a list holds."""

    ALL = "all"
    OPEN = "open"
    RESULTS = "results"


@dataclass(frozen=True, kw_only=True)
class EpisodeList:
    cards: Sequence[EpisodeCard]
    seasons: Sequence[Season]
    year: int | None
    total: int
    page: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


def episode_list(session: Session, *, shown: Shown, year: int | None, page: int) -> EpisodeList:
    """Return a page of what the public may know of: aired, announced or planned to be aired, newest first."""
    now = clock.now()
    conditions: list[ColumnElement[bool]] = [is_announced()]
    if shown is Shown.OPEN:
        conditions += [Episode.opens_at <= now, Episode.closes_at > now, Episode.voided_at.is_(None)]
    elif shown is Shown.RESULTS:
        conditions.append(Episode.published_at.is_not(None))
    seasons = planning.seasons(session)
    if year is not None:
        conditions.append(Episode.season_id.in_([season.id for season in seasons if season.year == year]))
    total = session.scalar(select(func.count()).select_from(Episode).where(*conditions)) or 0
    listed = with_pictures().where(*conditions).order_by(Episode.number.desc())
    listed = listed.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return EpisodeList(cards=cards(session, listed), seasons=seasons, year=year, total=total, page=page)
