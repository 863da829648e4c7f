"""Facts about boxes that others may act on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class GradingAnnounced(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class GradingClosed(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class GradingExtended(Event):
    episode_id: uuid.UUID
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class GradingVoided(Event):
    episode_id: uuid.UUID
