"""The one clock. Everything that asks what time it is asks here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_offset = timedelta(0)
_zone = ZoneInfo("Asia/Shanghai")


def configure(*, offset_seconds: int, timezone: str) -> None:
    """Move the clock ahead by `offset_seconds` and name the district's timezone (both from the settings)."""
    global _offset, _zone  # noqa: PLW0603  one clock for the process is the point
    _offset = timedelta(seconds=offset_seconds)
    _zone = ZoneInfo(timezone)


def now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def unshifted() -> datetime:
    """Return the moment without the offset of the settings: what a person's telephone shows (second factors)."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """Return the district's timezone."""
    return _zone


def local(moment: datetime) -> datetime:
    """Return `moment` as the clocks of the district show it."""
    return moment.astimezone(_zone)


def today() -> date:
    """Return the day that the district's calendar shows."""
    return local(now()).date()


def start_of(day: date) -> datetime:
    """Return the first moment of `day` in the district, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return 24:00 of `day` in the district, in UTC (the first moment that no longer belongs to it)."""
    return start_of(day + timedelta(days=1))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Have the clock stand at `moment` and go on from there: how the demonstration lives through a past season.

    Not for a process that serves: every thread sees it.
    """
    global _offset  # noqa: PLW0603  one clock for the process is the point
    before = _offset
    _offset = moment - datetime.now(UTC)
    try:
        yield
    finally:
        _offset = before
