"""Which version of a power was in force when, and what differs between two of them."""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class Change(enum.StrEnum):
    """What became of a power between two moments."""

    CHANGED = "changed"
    ADDED = "added"
    WITHDRAWN = "withdrawn"


class Past(Protocol):
    """A version with its time."""

    @property
    def number(self) -> int: ...
    @property
    def shown_from(self) -> datetime: ...


def shown_at(versions: Sequence[Past], moment: datetime) -> int | None:
    """Return the number of the version that was shown at a moment; the newest for one that has not come."""
    return max((version.number for version in versions if version.shown_from < moment), default=None)


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name the fields in which two documents differ, in the order in which a power is written."""
    return [name for name, said in new.items() if old.get(name) != said]
