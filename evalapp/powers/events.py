"""Facts about powers that others may act on."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PowerShown(Event):
    """A new power, or a new version of one."""

    power_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PowerWithdrawn(Event):
    power_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ItemShown(Event):
    """A new guide to a service item, or a new version of one."""

    item_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ItemWithdrawn(Event):
    item_id: uuid.UUID
