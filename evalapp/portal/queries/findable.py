"""Every page that the public may know of, for the map of the site."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from evalapp.pledges.models import Pledge
from evalapp.programme.models import Airing, Episode
from evalapp.units.models import Unit

MOST = 15_000  # a map may name fifty thousand pages


def is_announced() -> ColumnElement[bool]:
    """Whether the public may know of the episode of the surrounding select: graded, aired or planned to be aired."""
    airing = select(Airing.id).where(Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None))
    return Episode.withdrawn_at.is_(None) & or_(Episode.opens_at.is_not(None), airing.exists())


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
