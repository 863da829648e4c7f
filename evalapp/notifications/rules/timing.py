"""When a letter goes: at once or once a day, and never at night. Everything follows from times."""

import enum
from datetime import datetime, time, timedelta

from evalapp.core import clock
from evalapp.core.settings import QuietHours


class Rhythm(enum.StrEnum):
    """How often a reader wants to hear of us."""

    AT_ONCE = "at_once"
    DAILY = "daily"


def hour_of(moment: datetime) -> datetime:
    """Return the hour that a moment lies in: a letter that waits says no more of when its reason came up."""
    return moment.replace(minute=0, second=0, microsecond=0)


def quiet_until(now: datetime, quiet: QuietHours | None) -> datetime | None:
    """Return when the quiet hours end in which `now` lies; None when nobody is disturbed."""
    if quiet is None:
        return None
    local = clock.local(now)
    if not _is_inside(local.time(), quiet):
        return None
    end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def last_digest(now: datetime, hour: int) -> datetime:
    """Return the newest moment, up to `now`, at which the letters of readers went who want one a day."""
    local = clock.local(now)
    moment = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return moment if moment <= local else moment - timedelta(days=1)


def _is_inside(moment: time, quiet: QuietHours) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= moment < quiet.end
    return moment >= quiet.start or moment < quiet.end
