"""The district's working days: a table of its own, seeded from what the State Council announced."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evalapp.core import clock
from evalapp.core.base import Base


class DayKind(enum.StrEnum):
    HOLIDAY = "holiday"  # a weekday that is off
    MAKE_UP = "make_up"  # a Saturday or Sunday that is worked


class CalendarDay(Base):
    """A day that is not what its weekday says. Days without a row are: Monday to Friday working, else off."""

    __tablename__ = "work_calendar"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column()
    note: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """The exceptions of a stretch of days, to count with without asking the database again."""

    holidays: frozenset[date]
    make_up_days: frozenset[date]

    def is_working(self, day: date) -> bool:
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.make_up_days

    def add_working_days(self, day: date, days: int) -> date:
        """Return the last day of a term of `days` working days that is received on `day`.

        Day 0 is the day of receipt, on a day off the next working day; counting starts the working day after
        (domain rule of the house, one for replies and cases).
        """
        while not self.is_working(day):
            day += timedelta(days=1)
        for _ in range(days):
            day += timedelta(days=1)
            while not self.is_working(day):
                day += timedelta(days=1)
        return day


def load(session: Session, *, around: date) -> WorkCalendar:
    """Return the calendar from a year before `around` to two years after it."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind)
        .where(CalendarDay.day.between(around - timedelta(days=366), around + timedelta(days=732)))
        .order_by(CalendarDay.day)
    ).all()
    return WorkCalendar(
        holidays=frozenset(day for day, kind in rows if kind is DayKind.HOLIDAY),
        make_up_days=frozenset(day for day, kind in rows if kind is DayKind.MAKE_UP),
    )


def term_ends_at(session: Session, *, received_at: datetime, working_days: int) -> datetime:
    """Return when a term of working days is over: 24:00 of its last day, in UTC."""
    received_on = clock.local(received_at).date()
    calendar = load(session, around=received_on)
    return clock.end_of(calendar.add_working_days(received_on, working_days))


def seed(session: Session) -> int:
    """Write the announced exceptions of the years that chinesecalendar knows; return how many were new.

    Reads its tables only: its functions refuse years that it does not know.
    """
    known = set(session.scalars(select(CalendarDay.day)))
    rows = [*_announced(chinese_calendar.constants.holidays, DayKind.HOLIDAY)]
    rows += _announced(chinese_calendar.constants.workdays, DayKind.MAKE_UP)
    new = [row for row in rows if row.day not in known and _is_exception(row)]
    session.add_all(new)
    return len(new)


def _announced(table: dict[date, str], kind: DayKind) -> Iterable[CalendarDay]:
    return [CalendarDay(day=day, kind=kind, note=str(note)) for day, note in sorted(table.items())]


def _is_exception(row: CalendarDay) -> bool:
    on_weekend = row.day.weekday() >= 5
    return on_weekend if row.kind is DayKind.MAKE_UP else not on_weekend
