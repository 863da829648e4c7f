"""Facts about boards that others may act on."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DisclosureShown(Event):
    """A new posting, or a new version of one."""

    disclosure_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class DisclosureWithdrawn(Event):
    disclosure_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StatementShown(Event):
    """The finances of a period, or a new version of them."""

    statement_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StatementWithdrawn(Event):
    statement_id: uuid.UUID
