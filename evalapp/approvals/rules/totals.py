"""How a case is counted: what it adds to the totals from which evidence and the wall are read."""

import enum
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from evalapp.core import clock
from evalapp.core.terms import Basis, Term, TimeUnit

MINUTES_A_STEP = 5  # of what took minutes: a term of whole steps is compared exactly


class Measure(enum.StrEnum):
    """What a handling is measured in: days or minutes, of the working calendar or of every day."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    WORKING_MINUTES = "working_minutes"
    CALENDAR_MINUTES = "calendar_minutes"


class DayCount(enum.StrEnum):
    """What a case adds to a day."""

    SUBMITTED = "submitted"
    DECIDED = "decided"
    KEPT = "kept"  # decided on that day, in time
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Handled:
    """Cases of an item decided in a month, by how much their handling took."""

    item_id: uuid.UUID
    month: date
    measure: Measure
    used: int


@dataclass(frozen=True, slots=True)
class OfDay:
    """Cases of a unit on a day."""

    day: date
    unit_id: uuid.UUID
    what: DayCount


@dataclass(frozen=True, slots=True)
class OfStep:
    """A step of an item's flowchart, by the month in which it ended."""

    month: date
    item_id: uuid.UUID
    step: str


@dataclass(frozen=True, slots=True)
class Open:
    """Cases of a unit that are open."""

    unit_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Arrived:
    """Cases that arrived at a window, by the hour of the day."""

    month: date
    unit_id: uuid.UUID
    window: str
    hour: int


Key = Handled | OfDay | OfStep | Open | Arrived
Step = tuple[str, datetime, datetime]  # its key, when it began, when it ended


@dataclass(frozen=True, kw_only=True, slots=True)
class Countable:
    """Of a case, what is counted."""

    unit_id: uuid.UUID
    item_id: uuid.UUID
    window: str
    submitted_at: datetime | None
    decided_at: datetime | None
    kept_at: datetime | None
    closed_at: datetime | None
    used: int | None
    measure: Measure | None


def measure_of(term: Term) -> Measure:
    """What `used` of a case under this term is counted in: minutes for hours and minutes, else days."""
    is_working = term.basis is Basis.WORKING
    if term.unit in {TimeUnit.HOUR, TimeUnit.MINUTE}:
        return Measure.WORKING_MINUTES if is_working else Measure.CALENDAR_MINUTES
    return Measure.WORKING_DAYS if is_working else Measure.CALENDAR_DAYS


def limit_of(term: Term) -> int | None:
    """A term in its measure; none for months, which have no fixed number of days."""
    if term.unit is TimeUnit.MONTH:
        return None
    return term.amount * 60 if term.unit is TimeUnit.HOUR else term.amount


def counted(case: Countable, steps: Iterable[Step]) -> Iterator[tuple[Key, int]]:
    """Yield what a case is counted as, one case each, with what it adds: days or minutes used, seconds of a step."""
    if case.submitted_at is not None:
        at = clock.local(case.submitted_at)
        yield OfDay(at.date(), case.unit_id, DayCount.SUBMITTED), 0
        yield Arrived(at.date().replace(day=1), case.unit_id, case.window, at.hour), 0
    if case.decided_at is not None:
        day = clock.local(case.decided_at).date()
        yield OfDay(day, case.unit_id, DayCount.DECIDED), 0
        if case.kept_at is not None:
            yield OfDay(day, case.unit_id, DayCount.KEPT), 0
        if case.used is not None and case.measure is not None:
            step = _stepped(case.used, case.measure)
            yield Handled(case.item_id, day.replace(day=1), case.measure, step), case.used
    if case.closed_at is None:
        yield Open(case.unit_id), 0
    else:
        yield OfDay(clock.local(case.closed_at).date(), case.unit_id, DayCount.CLOSED), 0
    for key, began, ended in steps:
        month = clock.local(ended).date().replace(day=1)
        yield OfStep(month, case.item_id, key), int((ended - began).total_seconds())


def _stepped(used: int, measure: Measure) -> int:
    if measure in {Measure.WORKING_DAYS, Measure.CALENDAR_DAYS}:
        return used
    return -(-used // MINUTES_A_STEP) * MINUTES_A_STEP
