"""The district's working days: a table of its own, seeded from what the State Council announced."""

from evalapp.core.calendar.counting import (
    DayKind,
    ExplainedDay,
    Pause,
    TermDay,
    WorkCalendar,
    announced,
)
from evalapp.core.calendar.keeping import (
    CalendarChanged,
    change_day,
    exceptions,
    load,
    publish_year,
    seed,
    term_ends_at,
    years,
)
from evalapp.core.calendar.models import CalendarDay, CalendarYear

__all__ = [
    "CalendarChanged",
    "CalendarDay",
    "CalendarYear",
    "DayKind",
    "ExplainedDay",
    "Pause",
    "TermDay",
    "WorkCalendar",
    "announced",
    "change_day",
    "exceptions",
    "load",
    "publish_year",
    "seed",
    "term_ends_at",
    "years",
]
