"""Facts about results that others may act on."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class BoxCounted(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ResultPublished(Event):
    episode_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ResultCorrected(Event):
    """Corrected figures are public, or a note stands with those that were."""

    episode_id: uuid.UUID
