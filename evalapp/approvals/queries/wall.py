"""What the monitor's wall shows: today and the last weeks, steps where time goes, windows by the hour.

Read from totals that are kept up as cases are folded, so that it costs the same at any number of cases; only lamps that are lit are
counted, in their indexes.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import ArrivalTotal, Case, CaseBasis, DayTotal, StepTotal
from evalapp.approvals.queries.lamps import LAMPS, LampCounts, lamp_counts, lamps_of_units
from evalapp.approvals.queries.profiles import basis_of
from evalapp.approvals.rules.totals import DayCount
from evalapp.core.terms import Term
from evalapp.powers.models import ServiceItem
from evalapp.units.models import Unit

DAYS = 28
MONTHS = 2  # this one and the last: a month that has just begun says little
_MOST_STEPS = 8
_READ_STEPS = 40  # those that pause are left out of them
_MOST_ITEMS = 500
_SHADES = 5


@dataclass(frozen=True, kw_only=True)
class DayCounts:
    """What happened on a day."""

    day: date
    submitted: int = 0
    decided: int = 0
    kept: int = 0
    closed: int = 0

    @property
    def percent_kept(self) -> int | None:
        """Of what was decided, how much in time; none where nothing was."""
        return round(100 * self.kept / self.decided) if self.decided else None


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit on the wall: its open cases by lamp, and what happened there today."""

    slug: str
    name: str
    counts: LampCounts
    today: DayCounts


@dataclass(frozen=True, kw_only=True)
class SlowStep:
    """A step of an item's flowchart with the time that it really takes. `term` is what the flowchart gives it."""

    item_id: uuid.UUID
    item_name: str
    unit_slug: str
    unit_name: str
    title: str
    term: Term | None
    cases: int
    seconds: int

    @property
    def mean_hours(self) -> float:
        return self.seconds / self.cases / 3600

    @property
    def days(self) -> int:
        """All that it took together."""
        return round(self.seconds / 86_400)


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """How many arrived in each hour of a day, at a window or at all windows of a unit, each with its shade from 0 to 5."""

    name: str
    slug: str
    hours: Sequence[tuple[int, int]]
    all: int


@dataclass(frozen=True, kw_only=True)
class Heat:
    """Where and when people come: rows of the same hours, the busiest first."""

    hours: Sequence[int]
    rows: Sequence[HeatRow]


@dataclass(frozen=True, kw_only=True)
class ItemLamps:
    """An item with how many of its open cases show what."""

    id: uuid.UUID
    name: str
    counts: LampCounts


def unit_rows(session: Session, *, now: datetime, today: date) -> Sequence[UnitRow]:
    """The units with open cases or something done today, those with most red ones first: one statement."""
    rows = session.execute(_unit_rows(), {"now": now, "today": today})
    found = [
        UnitRow(
            slug=row.slug,
            name=row.short_name,
            counts=lamp_counts(row),
            today=DayCounts(
                day=today,
                submitted=int(row.submitted or 0),
                decided=int(row.decided or 0),
                kept=int(row.kept or 0),
                closed=int(row.closed or 0),
            ),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.counts.red, -each.counts.yellow, -each.counts.open))


def all_together(days: Iterable[DayCounts], *, day: date) -> DayCounts:
    """What happened on several days, or in several units, as one."""
    every = list(days)
    return DayCounts(
        day=day,
        submitted=sum(each.submitted for each in every),
        decided=sum(each.decided for each in every),
        kept=sum(each.kept for each in every),
        closed=sum(each.closed for each in every),
    )


def last_days(session: Session, *, today: date, unit_id: uuid.UUID | None = None) -> Sequence[DayCounts]:
    """The last weeks day by day, the last of them today: one statement."""
    first = today - timedelta(days=DAYS - 1)
    counted: dict[date, dict[DayCount, int]] = defaultdict(dict)
    rows = session.connection().execute(
        _last_days(is_one_unit=unit_id is not None), {"first": first, "last": today, "unit_id": unit_id}
    )
    for day, what, cases in rows:
        counted[day][what] = int(cases)
    return [_day(day, counted[day]) for day in (first + timedelta(days=number) for number in range(DAYS))]


def slow_steps(session: Session, *, today: date, unit_id: uuid.UUID | None = None) -> Sequence[SlowStep]:
    """The steps in which most time went: one statement, once all are known.

    Left out are those in which the clock stands still, and those that took no time: the others are drawn as shares of the longest.
    """
    rows = session.connection().execute(
        _slow_steps(is_one_unit=unit_id is not None), {"since": _since(today), "unit_id": unit_id}
    )
    found = []
    for row in rows.all():
        rule = basis_of(session, row.basis_id).basis.steps.get(row.step) if row.basis_id else None
        if rule is not None and not rule.pauses:
            found.append(
                SlowStep(
                    item_id=row.item_id,
                    item_name=row.name,
                    unit_slug=row.slug,
                    unit_name=row.short_name,
                    title=rule.title,
                    term=rule.term,
                    cases=int(row.cases),
                    seconds=int(row.seconds),
                )
            )
    return found[:_MOST_STEPS]


def heat_of_units(session: Session, *, today: date) -> Heat:
    """When people come to which unit: one statement."""
    rows = session.connection().execute(_heat_of_units(), {"since": _since(today)})
    return _heat((name, slug, hour, cases) for name, slug, hour, cases in rows)


def heat_of_windows(session: Session, unit_id: uuid.UUID, *, today: date) -> Heat:
    """When people come to which window of a unit; those that came to none are a row of their own without a name."""
    rows = session.execute(
        select(ArrivalTotal.window, ArrivalTotal.hour, func.sum(ArrivalTotal.cases))
        .where(ArrivalTotal.unit_id == unit_id, ArrivalTotal.month >= _since(today))
        .group_by(ArrivalTotal.window, ArrivalTotal.hour)
    )
    return _heat((window, "", hour, cases) for window, hour, cases in rows)


def item_lamps(session: Session, unit_id: uuid.UUID, *, now: datetime) -> Sequence[ItemLamps]:
    """The items of a unit with open cases, those with most red ones first: one statement over its open cases."""
    rows = session.execute(_item_lamps(), {"now": now, "unit_id": unit_id})
    found = [ItemLamps(id=row.id, name=row.name, counts=lamp_counts(row)) for row in rows]
    return sorted(found, key=lambda each: (-each.counts.red, -each.counts.yellow, -each.counts.open))


@lru_cache(maxsize=1)
def _unit_rows() -> Select[*tuple[Any, ...]]:
    lamps = lamps_of_units().subquery()
    done = (
        select(
            DayTotal.unit_id,
            *(func.sum(DayTotal.cases).filter(DayTotal.what == what).label(what.value) for what in DayCount),
        )
        .where(DayTotal.day == bindparam("today", type_=DayTotal.day.type))
        .group_by(DayTotal.unit_id)
        .subquery()
    )
    return (
        select(
            Unit.slug,
            Unit.short_name,
            *(lamps.c[name] for name in ("red", "yellow", "open")),
            *(done.c[what.value] for what in DayCount),
        )
        .outerjoin(lamps, lamps.c.unit_id == Unit.id)
        .outerjoin(done, done.c.unit_id == Unit.id)
        .where(or_(lamps.c.open > 0, done.c.unit_id.is_not(None)))
        .order_by(Unit.sort_key, Unit.slug)
    )


@lru_cache(maxsize=2)
def _last_days(*, is_one_unit: bool) -> Select[date, DayCount, int]:
    """Made once, as what follows: building and comparing a statement took as long as its answer."""
    first, last = (bindparam(name, type_=DayTotal.day.type) for name in ("first", "last"))
    found = (
        select(DayTotal.day, DayTotal.what, func.sum(DayTotal.cases))
        .where(DayTotal.day.between(first, last))
        .group_by(DayTotal.day, DayTotal.what)
    )
    return found.where(DayTotal.unit_id == bindparam("unit_id")) if is_one_unit else found


@lru_cache(maxsize=2)
def _slow_steps(*, is_one_unit: bool) -> Select[*tuple[Any, ...]]:
    newest = (
        select(CaseBasis.id)
        .where(CaseBasis.item_id == StepTotal.item_id)
        .order_by(CaseBasis.made_at.desc(), CaseBasis.id)
        .limit(1)
        .correlate(StepTotal)
        .scalar_subquery()
    )
    seconds = func.sum(StepTotal.total)
    found = (
        select(
            StepTotal.item_id,
            StepTotal.step,
            ServiceItem.name,
            Unit.slug,
            Unit.short_name,
            newest.label("basis_id"),
            func.sum(StepTotal.cases).label("cases"),
            seconds.label("seconds"),
        )
        .join(ServiceItem, ServiceItem.id == StepTotal.item_id)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(StepTotal.month >= bindparam("since"))
        .group_by(StepTotal.item_id, StepTotal.step, ServiceItem.name, Unit.slug, Unit.short_name)
        .having(func.sum(StepTotal.cases) > 0, seconds > 0)
        .order_by(seconds.desc(), StepTotal.item_id, StepTotal.step)
        .limit(_READ_STEPS)
    )
    return (
        found.where(ServiceItem.unit_id.in_(_with_sections(bindparam("unit_id")))) if is_one_unit else found
    )


@lru_cache(maxsize=1)
def _heat_of_units() -> Select[str, str, int, int]:
    """The totals are added up by unit before its names are looked up."""
    hours = (
        select(ArrivalTotal.unit_id, ArrivalTotal.hour, func.sum(ArrivalTotal.cases).label("cases"))
        .where(ArrivalTotal.month >= bindparam("since"))
        .group_by(ArrivalTotal.unit_id, ArrivalTotal.hour)
        .subquery()
    )
    return select(Unit.short_name, Unit.slug, hours.c.hour, hours.c.cases).join(
        hours, hours.c.unit_id == Unit.id
    )


@lru_cache(maxsize=1)
def _item_lamps() -> Select[*tuple[Any, ...]]:
    return (
        select(ServiceItem.id, ServiceItem.name, *LAMPS)
        .join(Case, Case.item_id == ServiceItem.id)
        .where(Case.unit_id == bindparam("unit_id", type_=Case.unit_id.type), Case.closed_at.is_(None))
        .group_by(ServiceItem.id, ServiceItem.name)
        .order_by(ServiceItem.name, ServiceItem.id)
        .limit(_MOST_ITEMS)
    )


def _since(today: date) -> date:
    """The first day of the earliest month that is looked at."""
    year, month = divmod(today.year * 12 + today.month - MONTHS, 12)
    return date(year, month + 1, 1)


def _with_sections(unit_id: BindParameter[uuid.UUID]) -> Select[uuid.UUID]:
    return select(Unit.id).where((Unit.id == unit_id) | (Unit.parent_id == unit_id))


def _day(day: date, counted: Mapping[DayCount, int]) -> DayCounts:
    return DayCounts(
        day=day,
        submitted=counted.get(DayCount.SUBMITTED, 0),
        decided=counted.get(DayCount.DECIDED, 0),
        kept=counted.get(DayCount.KEPT, 0),
        closed=counted.get(DayCount.CLOSED, 0),
    )


def _heat(cells: Iterable[tuple[str, str, int, int]]) -> Heat:
    """Rows over the same hours: from the first to the last in which anybody came."""
    counted: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for name, slug, hour, cases in cells:
        if cases:
            counted[name, slug][hour] = int(cases)
    seen = {hour for row in counted.values() for hour in row}
    hours = range(min(seen, default=0), max(seen, default=-1) + 1)
    most = max((count for row in counted.values() for count in row.values()), default=1)
    rows = [
        HeatRow(
            name=name,
            slug=slug,
            hours=[(row.get(hour, 0), -(-_SHADES * row.get(hour, 0) // most)) for hour in hours],
            all=sum(row.values()),
        )
        for (name, slug), row in counted.items()
    ]
    return Heat(hours=hours, rows=sorted(rows, key=lambda row: (-row.all, row.name)))
