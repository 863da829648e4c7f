"""Every page that the public may know of, for the map of the site, and which episodes it may not know of yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, not_, or_, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.pledges.models import Pledge
from evalapp.programme.models import Airing, Episode
from evalapp.units.models import Unit

MOST = 15_000  # a map may name fifty thousand pages


def is_announced() -> ColumnElement[bool]:
    """Whether the public may know of the episode of the surrounding select: graded, aired or planned to be aired."""
    airing = select(Airing.id).where(Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None))
    return Episode.withdrawn_at.is_(None) & or_(Episode.opens_at.is_not(None), airing.exists())


@dataclass(frozen=True, kw_only=True)
class HiddenEpisodes:
    """The numbers of episodes that the public does not know of, or may not watch yet."""

    unannounced: Sequence[int]
    unwatchable: Sequence[int]


def hidden_episodes(session: Session) -> HiddenEpisodes:
    """Return what no search tells of now: one statement."""
    rows = session.execute(_hidden(), {"now": clock.now()}).all()
    return HiddenEpisodes(
        unannounced=[row.number for row in rows if not row.is_announced],
        unwatchable=[row.number for row in rows],
    )


@cache
def _hidden() -> Select[*tuple[Any, ...]]:
    now = bindparam("now", type_=Episode.opens_at.type)
    airing = select(Airing.id).where(
        Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None), Airing.starts_at <= now
    )
    has_begun = or_(and_(Episode.opens_at.is_not(None), Episode.opens_at <= now), airing.exists())
    return (
        select(Episode.number, is_announced().label("is_announced"))
        .where(not_(and_(is_announced(), has_begun)))
        .order_by(Episode.number)
    )


def public_paths(session: Session) -> list[str]:
    """Return the addresses of episodes, units and pledges, in three statements."""
    numbers = session.scalars(
        select(Episode.number).where(is_announced()).order_by(Episode.number).limit(MOST)
    )
    slugs = session.scalars(select(Unit.slug).where(Unit.closed_at.is_(None)).order_by(Unit.slug).limit(MOST))
    pledges = session.scalars(
        select(Pledge.reference).where(Pledge.withdrawn_at.is_(None)).order_by(Pledge.reference).limit(MOST)
    )
    return [
        *(f"/episodes/{number}" for number in numbers),
        *(f"/units/{slug}" for slug in slugs),
        *(f"/pledges/{reference}" for reference in pledges),
    ]
