"""Facts about units that others may act on."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class UnitAdded(Event):
    unit_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class UnitChanged(Event):
    """Its names, its place in the tree or its profile."""

    unit_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class UnitClosed(Event):
    unit_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class UnitReopened(Event):
    unit_id: uuid.UUID
