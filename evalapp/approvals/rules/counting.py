"""When a term of a case is over, how much of it is left, and what became of each of its days."""

import calendar as months
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from evalapp.approvals.rules.profile import ApprovalsProfile, Mark
from evalapp.core import clock
from evalapp.core.calendar import ExplainedDay, Pause, TermDay, WorkCalendar
from evalapp.core.terms import Basis, Term, TimeUnit

LONGEST_EXPLANATION = 800  # days; what is longer is explained up to there
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()
_INSTANT = timedelta(microseconds=1)
_MOST_DAYS = 20_000
_WHOLE = 100

Pauses = Sequence[Pause]
Stretches = Sequence[tuple[timedelta, timedelta]]


@dataclass(frozen=True, kw_only=True)
class Left:
    """How much of a term is left, in its days or in minutes; negative when it is over."""

    amount: int
    unit: TimeUnit


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Counts with one calendar and one profile; remembers what it counted, for cases share days and terms."""

    calendar: WorkCalendar
    windows: Stretches
    near_percent: int
    last_day_off_moves: bool
    _known: dict[tuple[Term, date, int, int], date] = field(default_factory=dict, compare=False, repr=False)
    _ends: dict[date, datetime] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, calendar: WorkCalendar, profile: ApprovalsProfile) -> "Counter":
        """Return the counter of a profile."""
        return cls(
            calendar=calendar,
            windows=[(opens * _MINUTE, shuts * _MINUTE) for opens, shuts in profile.window.minutes],
            near_percent=profile.window.near_percent,
            last_day_off_moves=profile.last_day_off_moves,
        )

    def ends_at(
        self,
        term: Term,
        start: datetime,
        pauses: Pauses = (),
        *,
        more: int = 0,
        percent: int = _WHOLE,
    ) -> datetime | None:
        """Return when a term that begins at `start` is over, or that much of it has run; none while a pause holds it.

        `more` is by how many days it was extended. Parts of a term in days are whole days, rounded down.
        """
        if term.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
            return self._minutes_later(term.basis, start, _minutes(term) * percent // _WHOLE, pauses)
        on = clock.local(start).date()
        if pauses:
            last = self._last_day(term, on, pauses, more, percent)
            return self.end_of(last) if last is not None else None
        key = (term, on, more, percent)
        known = self._known.get(key)
        if known is None:
            known = self._last_day(term, on, (), more, percent)
            assert known is not None  # nothing holds it
            self._known[key] = known
        return self.end_of(known)

    def mark_at(
        self, mark: Mark, term: Term, start: datetime, due_at: datetime, pauses: Pauses, *, more: int = 0
    ) -> datetime:
        """Return the moment of a mark of a clock that is over at `due_at`; never before it starts."""
        percent = mark.percent
        if percent is None:
            assert mark.days is not None
            if mark.days == 0:
                return due_at
            if mark.days > 0 or term.unit in {TimeUnit.DAY, TimeUnit.MONTH}:
                on = self.calendar.shifted(last_day(due_at), mark.days)
                return max(self.end_of(on), start)
            percent = self.near_percent
        at = self.ends_at(term, start, pauses, more=more, percent=percent)
        assert at is not None  # it is over at a moment, so that each part of it is
        return max(at, start)

    def left(
        self,
        term: Term,
        start: datetime,
        due_at: datetime | None,
        pauses: Pauses,
        *,
        more: int = 0,
        now: datetime,
    ) -> Left:
        """Return how much is left of a clock that runs or is held."""
        if term.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
            return self._minutes_left(term, start, due_at, pauses, now)
        first = self.calendar.first_day(clock.local(start).date())
        if due_at is None:
            return Left(amount=self._left_at_pause(term, first, pauses, more), unit=TimeUnit.DAY)
        on, today = last_day(due_at), max(clock.local(now).date(), first)
        if term.basis is Basis.WORKING:
            sign, begin, end = (1, today, on) if today <= on else (-1, on, today)
            return Left(amount=sign * self.calendar.between(begin, end), unit=TimeUnit.DAY)
        return Left(amount=(on - today).days, unit=TimeUnit.DAY)

    def used(self, term: Term, start: datetime, end: datetime, pauses: Pauses) -> int:
        """Return how many days (minutes, for a term in hours) handling took: the least term that would not have been over at `end`.

        So that a case kept a term if and only if it used no more than that, whatever days off and pauses lie at its end.
        """
        if term.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
            stretches = self._stretches(term.basis, start, last=clock.local(end), pauses=pauses)
            return sum((stretch for _, stretch in stretches), _NOTHING) // _MINUTE + 1
        on, last = clock.local(start).date(), clock.local(end).date()
        enough = self._days(term.basis, on, last) + 1  # the day after a day off may be the one
        return bisect_left(
            range(enough), True, key=lambda days: self._lasts(term.basis, days, on, last, pauses)
        )

    def _lasts(self, basis: Basis, days: int, on: date, day: date, pauses: Pauses) -> bool:
        """Whether a term of so many days is not over on `day`."""
        last = self._last_day(Term(amount=days, unit=TimeUnit.DAY, basis=basis), on, pauses, 0, _WHOLE)
        return last is None or last >= day

    def explained(
        self, term: Term, start: datetime, pauses: Pauses = (), *, more: int = 0, until: date
    ) -> list[ExplainedDay]:
        """Return what became of each day of a term; of one that is held, up to `until`. Numbers of hours are minutes."""
        on = clock.local(start).date()
        if term.unit is TimeUnit.DAY and term.basis is Basis.WORKING:
            return self.calendar.explained(on, term.amount + more, pauses, until=until)
        due_at = self.ends_at(term, start, pauses, more=more)
        last = last_day(due_at) if due_at else max(until, on)
        if term.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
            return self._explained_hours(term, start, due_at, pauses, last)
        first, found, counted = self.calendar.first_day(on), list[ExplainedDay](), 0
        total = self._in_days(term, first, more)
        for day in _days(on, last):
            is_within = counted < total  # beyond it the last day, which is off, moves
            state = self._state(day, on=on, first=first, pauses=pauses, every_day=is_within)
            counts = is_within and state in {TermDay.COUNTED, TermDay.MADE_UP}
            counted += counts
            zero = 0 if state in {TermDay.RECEIVED, TermDay.FIRST} else None
            note = self.calendar.notes.get(day, "")
            found.append(ExplainedDay(day=day, state=state, number=counted if counts else zero, note=note))
        return found

    def end_of(self, day: date) -> datetime:
        """24:00 of a day."""
        found = self._ends.get(day)
        if found is None:
            found = self._ends[day] = clock.end_of(day)
        return found

    def _last_day(self, term: Term, on: date, pauses: Pauses, more: int, percent: int) -> date | None:
        if term.basis is Basis.WORKING:
            return self.calendar.term_ends_on(on, (term.amount + more) * percent // _WHOLE, pauses)
        at = self.calendar.first_day(on)
        left = self._in_days(term, at, more) * percent // _WHOLE
        for pause in sorted(pauses, key=lambda each: each.noticed_on):
            if pause.resumed_on is not None and pause.resumed_on <= at:
                continue
            before = max(0, (pause.noticed_on - at).days)
            if before >= left:
                break
            left -= before
            if pause.resumed_on is None:
                return None
            at = pause.resumed_on
        last = at + left * _DAY
        moves = percent == _WHOLE and self.last_day_off_moves and not self.calendar.is_working(last)
        return self.calendar.shifted(last, 1) if moves else last

    def _in_days(self, term: Term, first: date, more: int) -> int:
        if term.unit is TimeUnit.DAY:
            return term.amount + more
        year, month = divmod(first.year * 12 + first.month - 1 + term.amount, 12)
        day = min(first.day, months.monthrange(year, month + 1)[1])
        return (date(year, month + 1, day) - first).days

    def _left_at_pause(self, term: Term, first: date, pauses: Pauses, more: int) -> int:
        at, left = first, self._in_days(term, first, more)
        for pause in sorted(pauses, key=lambda each: each.noticed_on):
            left -= self._days(term.basis, at, max(at, pause.noticed_on))
            if pause.resumed_on is None:
                break
            at = max(at, pause.resumed_on)
        return left

    def _days(self, basis: Basis, after: date, up_to: date) -> int:
        if up_to <= after:
            return 0
        return self.calendar.between(after, up_to) if basis is Basis.WORKING else (up_to - after).days

    def _minutes_later(self, basis: Basis, start: datetime, minutes: int, pauses: Pauses) -> datetime | None:
        left = minutes * _MINUTE
        for begin, stretch in self._stretches(basis, start, pauses=pauses):
            if stretch >= left:
                return begin + left
            left -= stretch
        return None

    def _minutes_left(
        self, term: Term, start: datetime, due_at: datetime | None, pauses: Pauses, now: datetime
    ) -> Left:
        if due_at is None:
            held = min(pause.noticed_on for pause in pauses if pause.resumed_on is None)
            run = self._run(term.basis, start, self.end_of(held), pauses)
            return Left(amount=_minutes(term) - run, unit=TimeUnit.MINUTE)
        if now <= due_at:
            return Left(amount=self._run(term.basis, now, due_at, pauses), unit=TimeUnit.MINUTE)
        return Left(amount=-self._run(term.basis, due_at, now, ()), unit=TimeUnit.MINUTE)

    def _run(self, basis: Basis, begin: datetime, end: datetime, pauses: Pauses) -> int:
        """Whole minutes of a basis that lie between two moments."""
        stretches = self._stretches(basis, begin, last=end, pauses=pauses)
        return sum((stretch for _, stretch in stretches), _NOTHING) // _MINUTE

    def _stretches(
        self, basis: Basis, start: datetime, *, last: datetime | None = None, pauses: Pauses
    ) -> Iterator[tuple[datetime, timedelta]]:
        """The stretches that count from `start` on, each with its beginning; none after a pause without an end."""
        here = clock.local(start)
        every = basis is Basis.CALENDAR
        for number in range(_MOST_DAYS):
            day = here.date() + number * _DAY
            if last is not None and clock.start_of(day) >= last:
                return
            holding = [pause for pause in pauses if _holds(pause, day)]
            if holding:
                if last is None and any(pause.resumed_on is None for pause in holding):
                    return
                continue
            if not every and not self.calendar.is_working(day):
                continue
            midnight = datetime.combine(day, time(), tzinfo=here.tzinfo)
            for opens, shuts in ((_NOTHING, _DAY),) if every else self.windows:
                begin = max((midnight + opens).astimezone(start.tzinfo), start)
                end = (midnight + shuts).astimezone(start.tzinfo)
                end = min(end, last) if last is not None else end
                if begin < end:
                    yield begin, end - begin

    def _explained_hours(
        self, term: Term, start: datetime, due_at: datetime | None, pauses: Pauses, last: date
    ) -> list[ExplainedDay]:
        on, found = clock.local(start).date(), list[ExplainedDay]()
        for day in _days(on, last):
            end = min(self.end_of(day), due_at) if due_at else self.end_of(day)
            run = self._run(term.basis, start, end, pauses)
            state = self._state(
                day, on=None, first=on - _DAY, pauses=pauses, every_day=term.basis is Basis.CALENDAR
            )
            counts = state in {TermDay.COUNTED, TermDay.MADE_UP}
            note = self.calendar.notes.get(day, "")
            found.append(ExplainedDay(day=day, state=state, number=run if counts else None, note=note))
        return found

    def _state(self, day: date, *, on: date | None, first: date, pauses: Pauses, every_day: bool) -> TermDay:
        if day == on:
            return TermDay.RECEIVED if day == first else TermDay.RECEIVED_OFF
        if day == first:
            return TermDay.FIRST
        if day > first and any(_holds(pause, day) for pause in pauses):
            return TermDay.PAUSED
        if self.calendar.is_working(day):
            return TermDay.MADE_UP if day in self.calendar.make_up_days else TermDay.COUNTED
        if every_day and day > first:
            return TermDay.COUNTED
        named = day in self.calendar.holidays or day in self.calendar.notes
        return TermDay.HOLIDAY if named else TermDay.WEEKEND


def last_day(due_at: datetime) -> date:
    """Return the last day of a term that is over at `due_at`: 24:00 belongs to the day before."""
    return clock.local(due_at - _INSTANT).date()


def whole_day(due_at: datetime) -> date | None:
    """Return the last day of a term that is over with that day; none for one that is over at an hour."""
    return last_day(due_at) if clock.local(due_at).time() == time() else None


def _minutes(term: Term) -> int:
    return term.amount * 60 if term.unit is TimeUnit.HOUR else term.amount


def _holds(pause: Pause, day: date) -> bool:
    return pause.noticed_on < day and (pause.resumed_on is None or day <= pause.resumed_on)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(min((last - first).days + 1, LONGEST_EXPLANATION)):
        yield first + number * _DAY
