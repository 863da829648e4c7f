"""An episode as something that can be followed: its topic, and what its followers and its unit's are told."""

import uuid
from collections.abc import Callable
from functools import cache
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.notifications.models import TopicKind
from evalapp.programme.events import EpisodeEdited
from evalapp.programme.models import Episode, EpisodeTopic
from evalapp.programme.queries import planning
from evalapp.units import queries as units

# What is told to those too who follow the unit, and once only.
_OF_THE_UNIT = frozenset({"episode.planned", "result.published"})


class OfEpisode(Protocol):
    """A fact about an episode, of this domain or of one above."""

    @property
    def episode_id(self) -> uuid.UUID: ...


def topic_of(session: Session, episode_id: uuid.UUID) -> uuid.UUID:
    """Return the topic of an episode, opened at first need. Raises `NotFound`."""
    episode = locked(session, Episode, episode_id)
    topic_id = planning.topic_id(session, episode_id)
    if topic_id is None:
        topic_id = notifications.open_topic(
            session,
            kind=TopicKind.EPISODE,
            reference=episode.reference,
            title=episode.title,
            path=f"/episodes/{episode.number}",
        )
        session.add(EpisodeTopic(episode_id=episode.id, topic_id=topic_id))
        session.flush()
    return topic_id


@cache
def telling(kind: str) -> Callable[[Session, OfEpisode], None]:
    """Return a reaction that tells the followers of an episode of `kind`; the same one for the same kind."""

    def tell(session: Session, event: OfEpisode) -> None:
        episode = session.scalars(select(Episode).where(Episode.id == event.episode_id)).one()
        when = "" if kind in _OF_THE_UNIT else clock.now().isoformat()
        key, reference = f"{kind}:{episode.reference}:{when}", episode.reference
        topic_id = planning.topic_id(session, episode.id)
        notifications.notify_topic(session, topic_id, kind=kind, reference=reference, key=key)
        if kind in _OF_THE_UNIT:
            topic_id = units.topic_id(session, episode.unit_id)
            notifications.notify_topic(session, topic_id, kind=kind, reference=reference, key=f"{key}unit")

    return tell


def title_topic(session: Session, event: EpisodeEdited) -> None:
    """React to an episode's new words: who follows it reads the title that it has now."""
    episode = session.scalars(select(Episode).where(Episode.id == event.episode_id)).one()
    topic_id = planning.topic_id(session, episode.id)
    if topic_id is not None:
        notifications.retitle(session, topic_id, title=episode.title)
