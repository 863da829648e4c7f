"""Facts of the programme that others may act on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class EpisodeCreated(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class EpisodeEdited(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class DossierHandedIn(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AiringPlanned(Event):
    episode_id: uuid.UUID
    airing_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AiringPostponed(Event):
    """The window of grading does not move by itself: ballots may void and announce anew before it opens."""

    episode_id: uuid.UUID
    airing_id: uuid.UUID
    was_at: datetime
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class AiringReplaced(Event):
    episode_id: uuid.UUID
    airing_id: uuid.UUID
    by_episode_id: uuid.UUID
    by_airing_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AiringCancelled(Event):
    episode_id: uuid.UUID
    airing_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class EpisodeWithdrawn(Event):
    """The episode is no longer shown: ballots voids its box."""

    episode_id: uuid.UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordingDelivered(Event):
    episode_id: uuid.UUID
    recording_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class EpisodeReady(Event):
    """A recording of the episode was prepared; from now on it is the one that is watched."""

    episode_id: uuid.UUID
    recording_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaptionsChanged(Event):
    """The captions of a recording were written, changed or taken away."""

    episode_id: uuid.UUID
    recording_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class RecordingRefused(Event):
    episode_id: uuid.UUID
    recording_id: uuid.UUID
