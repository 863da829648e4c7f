"""Which version of a power was in force when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Past(Protocol):
    """A version with its time."""

    @property
    def number(self) -> int: ...
    @property
    def shown_from(self) -> datetime: ...


def shown_at(versions: Sequence[Past], moment: datetime) -> int | None:
    """Return the number of the version that was shown at a moment; the newest for one that has not come."""
    return max((version.number for version in versions if version.shown_from < moment), default=None)
