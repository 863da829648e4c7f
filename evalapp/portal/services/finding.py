"""Keeps units, pledges and episodes findable: reactions to their events, in the transaction that changed them."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.pledges import queries as pledges
from evalapp.pledges.events import PledgeShown, PledgeWithdrawn
from evalapp.pledges.queries import ShownPledge
from evalapp.portal.models import FoundKind
from evalapp.portal.services.indexing import Findable, put, remove
from evalapp.programme.events import EpisodeCreated, EpisodeEdited, EpisodeWithdrawn
from evalapp.programme.models import Episode
from evalapp.units import queries as units
from evalapp.units.events import UnitAdded, UnitChanged, UnitClosed, UnitReopened
from evalapp.units.models import Unit

_MOST_EPISODES = 1_000


def on_unit(session: Session, event: UnitAdded | UnitChanged | UnitClosed | UnitReopened) -> None:
    """A unit says something else of itself; what is listed under its name follows. A closed one stays findable."""
    unit = units.unit_by_id(session, event.unit_id)
    put(session, _unit(session, unit))
    for pledge in pledges.shown_pledges(session, unit.id):
        put(session, _pledge(pledge, unit))
    for episode in session.scalars(
        select(Episode)
        .where(Episode.unit_id == unit.id, Episode.withdrawn_at.is_(None))
        .order_by(Episode.number)
        .limit(_MOST_EPISODES)
    ):
        put(session, _episode(episode, unit))


def on_pledge_shown(session: Session, event: PledgeShown) -> None:
    """A pledge is found under its newest wording."""
    pledge = pledges.shown_pledge(session, pledges.pledge_by_id(session, event.pledge_id).reference)
    put(session, _pledge(pledge, units.unit_by_id(session, pledge.unit_id)))


def on_pledge_withdrawn(session: Session, event: PledgeWithdrawn) -> None:
    """A withdrawn pledge keeps its page and is no longer found."""
    remove(session, _pledge_path(pledges.pledge_by_id(session, event.pledge_id).reference))


def on_episode(session: Session, event: EpisodeCreated | EpisodeEdited) -> None:
    """An episode is found under its title, its summary and its unit."""
    episode = _episode_by_id(session, event.episode_id)
    put(session, _episode(episode, units.unit_by_id(session, episode.unit_id)))


def on_episode_withdrawn(session: Session, event: EpisodeWithdrawn) -> None:
    """An episode that is no longer shown is no longer found."""
    remove(session, _episode_path(_episode_by_id(session, event.episode_id)))


def _episode_by_id(session: Session, episode_id: uuid.UUID) -> Episode:
    return session.scalars(select(Episode).where(Episode.id == episode_id)).one()


def _unit(session: Session, unit: Unit) -> Findable:
    above = units.above(session, unit)
    functions = units.functions(session, unit.id)
    said = [
        unit.short_name,
        unit.summary,
        *(f"{each.title} {each.text} {each.handled_by}" for each in functions),
    ]
    return Findable(
        kind=FoundKind.UNIT,
        path=f"/units/{unit.slug}",
        title=unit.name,
        place=above[-1].name if above else "",
        body="\n".join(part for part in said if part),
        initials=unit.initials,
    )


def _pledge(pledge: ShownPledge, unit: Unit) -> Findable:
    return Findable(
        kind=FoundKind.PLEDGE,
        path=_pledge_path(pledge.reference),
        title=pledge.title,
        place=unit.name,
        body=f"{pledge.text}\n{pledge.measured} {pledge.reference}",
    )


def _pledge_path(reference: str) -> str:
    return f"/pledges/{reference}"


def _episode(episode: Episode, unit: Unit) -> Findable:
    return Findable(
        kind=FoundKind.EPISODE,
        path=_episode_path(episode),
        title=episode.title,
        place=unit.name,
        body=f"{episode.summary}\n第 {episode.number} 期 {episode.speaker_post} {episode.reference}",
    )


def _episode_path(episode: Episode) -> str:
    return f"/episodes/{episode.number}"
