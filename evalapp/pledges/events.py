"""Facts about pledges and highlights that others may act on."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PledgeShown(Event):
    """A new pledge, or a new wording of one."""

    pledge_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PledgeWithdrawn(Event):
    pledge_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class HighlightShown(Event):
    """A new highlight, or a new wording of one."""

    highlight_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class HighlightWithdrawn(Event):
    highlight_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ProgressReported(Event):
    highlight_id: uuid.UUID
