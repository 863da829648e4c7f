"""When a feed has fallen silent."""

from datetime import datetime

from evalapp.approvals.rules.profile import Feeds
from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar


def is_silent(last_at: datetime, rule: Feeds, *, calendar: WorkCalendar, now: datetime) -> bool:
    """Whether nothing came for so many whole working days after the day on which something came last."""
    last = calendar.add_working_days(clock.local(last_at).date(), rule.silent_days)
    return now >= clock.end_of(last)
