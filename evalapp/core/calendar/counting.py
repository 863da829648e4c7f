"""Counting working days: when a term is over, and what became of each of its days."""

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property

import chinese_calendar

LONGEST_EXPLANATION = 800  # days; what is longer is explained up to there
_DAY = timedelta(days=1)


class DayKind(enum.StrEnum):
    HOLIDAY = "holiday"  # a weekday that is off
    MAKE_UP = "make_up"  # a Saturday or Sunday that is worked


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A stretch that does not count: the days after the notice up to and with the day of resumption."""

    noticed_on: date
    resumed_on: date | None = None


class TermDay(enum.StrEnum):
    """What became of a day of a term."""

    RECEIVED = "received"  # day 0, a working day
    RECEIVED_OFF = "received_off"  # received on a day off: day 0 is the next working day
    FIRST = "first"  # that next working day
    COUNTED = "counted"
    MADE_UP = "made_up"  # counted, a Saturday or Sunday that is worked
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class ExplainedDay:
    """A day of a term. `number` is the how manieth counted day it is; `note` names the holiday."""

    day: date
    state: TermDay
    number: int | None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """The exceptions to Monday to Friday, to count with without asking the database again.

    Each year is counted through once, at its first use; a term then costs a search in it.
    """

    holidays: frozenset[date]
    make_up_days: frozenset[date]
    notes: Mapping[date, str] = field(default_factory=dict, compare=False)
    published_years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.make_up_days

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a stretch touches a year whose days off nobody has announced yet."""
        return any(year not in self.published_years for year in range(first.year, last.year + 1))

    def add_working_days(self, day: date, days: int) -> date:
        """Return the last day of a term of `days` working days that is received on `day`."""
        ends = self.term_ends_on(day, days)
        assert ends is not None  # without a pause every term ends
        return ends

    def first_day(self, received_on: date) -> date:
        """Return day 0: the day of receipt, on a day off the next working day."""
        return received_on if self.is_working(received_on) else self.shifted(received_on, 1)

    def term_ends_on(self, received_on: date, days: int, pauses: Sequence[Pause] = ()) -> date | None:
        """Return the last day of a term, or none while a pause without end holds it.

        Day 0 is the day of receipt, on a day off the next working day; counting starts the working day after. A pause
        excludes the days after its notice up to the day of resumption. (Domain rule of the house, one for replies and
        cases.)
        """
        at, left = self.first_day(received_on), days
        for pause in sorted(pauses, key=lambda each: each.noticed_on):
            if pause.resumed_on is not None and pause.resumed_on <= at:
                continue
            before = self.between(at, pause.noticed_on) if pause.noticed_on > at else 0
            if before >= left:
                break
            left -= before
            if pause.resumed_on is None:
                return None
            at = pause.resumed_on
        return self.shifted(at, left)

    def shifted(self, day: date, days: int) -> date:
        """Return the working day that lies `days` working days after `day`, or before it when negative."""
        if days == 0:
            return day
        year = day.year
        if days > 0:
            place = bisect_right(self._working(year), day)
            while place + days > len(self._working(year)):
                days -= len(self._working(year)) - place
                year, place = year + 1, 0
            return self._working(year)[place + days - 1]
        place = bisect_left(self._working(year), day)
        while place + days < 0:
            days += place
            year -= 1
            place = len(self._working(year))
        return self._working(year)[place + days]

    def explained(
        self, received_on: date, days: int, pauses: Sequence[Pause] = (), *, until: date
    ) -> list[ExplainedDay]:
        """Return what became of each day from the receipt to the end of the term; of one without end, to `until`."""
        first = self.first_day(received_on)
        last = self.term_ends_on(received_on, days, pauses) or max(until, first)
        found: list[ExplainedDay] = []
        counted, day = 0, received_on
        while day <= last and len(found) < LONGEST_EXPLANATION:
            state = self._state(day, received_on=received_on, first=first, pauses=pauses)
            counts = state in {TermDay.COUNTED, TermDay.MADE_UP}
            counted += counts
            is_zero = state in {TermDay.RECEIVED, TermDay.FIRST}
            found.append(
                ExplainedDay(
                    day=day,
                    state=state,
                    number=counted if counts else 0 if is_zero else None,
                    note=self.notes.get(day, "") or self._neighbour_note(day, state),
                )
            )
            day += _DAY
        return found

    def _state(self, day: date, *, received_on: date, first: date, pauses: Sequence[Pause]) -> TermDay:
        if day == received_on:
            return TermDay.RECEIVED if day == first else TermDay.RECEIVED_OFF
        if day == first:
            return TermDay.FIRST
        if day > first and any(_holds(pause, day) for pause in pauses):
            return TermDay.PAUSED
        if not self.is_working(day):
            is_holiday = day in self.holidays or bool(self._neighbour_note(day, TermDay.HOLIDAY))
            return TermDay.HOLIDAY if is_holiday else TermDay.WEEKEND
        return TermDay.MADE_UP if day in self.make_up_days else TermDay.COUNTED

    def _neighbour_note(self, day: date, state: TermDay) -> str:
        """The holiday that a weekend lies within: only weekdays off are in the table."""
        if state is not TermDay.HOLIDAY or day.weekday() < 5:
            return ""
        before = day - timedelta(days=day.weekday() - 4)
        after = day + timedelta(days=7 - day.weekday())
        inside = next((near for near in (before, after) if near in self.holidays), None)
        return self.notes.get(inside, "") if inside is not None else ""

    def between(self, after: date, up_to: date) -> int:
        """How many working days lie after `after` up to and with `up_to`."""
        return self._ordinal(up_to) - self._ordinal(after)

    def _ordinal(self, day: date) -> int:
        return self._before_year(day.year) + bisect_right(self._working(day.year), day)

    def _before_year(self, year: int) -> int:
        """Working days of the years before, from a year that is the same for every question to this calendar."""
        sums = self._sums
        if year not in sums:
            known = max((each for each in sums if each < year), default=None)
            if known is None:
                earliest = min(sums, default=year)
                sums[year] = sums.get(earliest, 0) - sum(
                    len(self._working(each)) for each in range(year, earliest)
                )
            else:
                sums[year] = sums[known] + sum(len(self._working(each)) for each in range(known, year))
        return sums[year]

    def _working(self, year: int) -> list[date]:
        found = self._years.get(year)
        if found is None:
            make_up = {day for day in self.make_up_days if day.year == year}
            days = _weekdays(year) | make_up if make_up else _weekdays(year)
            found = self._years[year] = sorted(days - self.holidays)
        return found

    @cached_property
    def _years(self) -> dict[int, list[date]]:
        return {}

    @cached_property
    def _sums(self) -> dict[int, int]:
        return {}


@cache
def _weekdays(year: int) -> frozenset[date]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return frozenset(day for day in days if day.weekday() < 5)


def announced() -> WorkCalendar:
    """Return what the State Council announced for the years that chinesecalendar knows.

    Reads its tables only: its functions refuse years that it does not know.
    """
    tables = chinese_calendar.constants
    holidays = {day: note for day, note in tables.holidays.items() if day.weekday() < 5}
    worked = {day: note for day, note in tables.workdays.items() if day.weekday() >= 5}
    names = {str(each.value): str(each.chinese) for each in tables.Holiday}
    return WorkCalendar(
        holidays=frozenset(holidays),
        make_up_days=frozenset(worked),
        notes={day: names.get(str(note), str(note)) for day, note in (holidays | worked).items()},
        published_years=frozenset(day.year for day in tables.holidays),
    )


def _holds(pause: Pause, day: date) -> bool:
    return pause.noticed_on < day and (pause.resumed_on is None or day <= pause.resumed_on)
