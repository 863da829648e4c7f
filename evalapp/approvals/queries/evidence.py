"""What the record of cases says of promised terms, read from totals: the same cost whatever the number of cases."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, HandledTotal
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.evidence import Evidence, Period, Record, Verdict, evidence, record_of
from evalapp.approvals.rules.totals import Measure, limit_of, measure_of
from evalapp.core import clock
from evalapp.core.terms import Term

PAGE_SIZE = 20


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A term that cases are held against, and what the law allows."""

    term: Term | None
    statutory: Term | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredCase:
    """A case behind a figure, as everybody may see it: nobody can trace it by this."""

    number: str  # all but its last three digits masked
    decided_on: date
    used: int
    measure: Measure
    is_granted: bool
    kept: bool


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """A piece of the cases of a month."""

    items: Sequence[MeasuredCase]
    page: int
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class ItemRecord:
    """What an item's cases took in a year, and in each month that had some."""

    evidence: Evidence
    months: Mapping[date, Record]


def counting(items: Subquery) -> Select[*tuple[Any, ...]]:
    """Return the statement that `measured` runs; made once. `items` has the columns `key` and `item_id`."""
    first, last = (bindparam(name, type_=HandledTotal.month.type) for name in ("first", "last"))
    return (
        select(
            items.c.key,
            HandledTotal.measure,
            HandledTotal.used,
            func.sum(HandledTotal.cases).label("cases"),
            func.sum(HandledTotal.total).label("total"),
            profiles.newest_id().label("profile_id"),
        )
        .join(HandledTotal, HandledTotal.item_id == items.c.item_id)
        .where(HandledTotal.month.between(first, last))
        .group_by(items.c.key, HandledTotal.measure, HandledTotal.used)
    )


def measured(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    asked: Mapping[str, object],
    promises: Mapping[uuid.UUID, Promise],
    *,
    at: datetime | None = None,
) -> dict[uuid.UUID, Evidence]:
    """Return the evidence of each promise for the year up to the month of `at`; one statement, none where no promise has a term."""
    period = Period.of_year(clock.local(at or clock.now()).date())
    counted: dict[tuple[uuid.UUID, Measure], list[tuple[int, int, int]]] = defaultdict(list)
    profile_id = None
    if any(promise.term for promise in promises.values()):
        for row in session.execute(statement, {**asked, "first": period.first, "last": period.last}):
            counted[row.key, row.measure].append((row.used, int(row.cases), int(row.total)))
            profile_id = row.profile_id
    rule = profiles.known(session, profile_id).own.verdict
    found = {}
    for key, promise in promises.items():
        term = promise.term
        record = record_of(counted[key, measure_of(term)], term) if term else None
        found[key] = evidence(term, record, rule, period=period, statutory=promise.statutory)
    return found


def of_item(
    session: Session, item_id: uuid.UUID, promise: Promise, *, at: datetime | None = None
) -> ItemRecord:
    """Return the evidence of what one item's guide promises, and each of its months, in one statement."""
    period = Period.of_year(clock.local(at or clock.now()).date())
    if promise.term is None:
        return ItemRecord(evidence=Evidence(verdict=Verdict.NO_DATA, term=None, period=period), months={})
    asked = {
        "item_id": item_id,
        "measure": measure_of(promise.term),
        "first": period.first,
        "last": period.last,
    }
    rows = session.execute(_of_item(), asked).all()
    rule = profiles.known(session, rows[0].profile_id if rows else None).own.verdict
    by_month: dict[date, list[tuple[int, int, int]]] = defaultdict(list)
    for row in rows:
        by_month[row.month].append((row.used, row.cases, row.total))
    record = record_of([each for some in by_month.values() for each in some], promise.term)
    found = {month: record_of(some, promise.term) for month, some in sorted(by_month.items())}
    return ItemRecord(
        evidence=evidence(promise.term, record, rule, period=period, statutory=promise.statutory),
        months={month: each for month, each in found.items() if each is not None},
    )


def cases_of_month(
    session: Session, item_id: uuid.UUID, month: date, *, term: Term | None, page: int = 1
) -> CasePage:
    """Return a piece of the cases of an item that were decided in a month, what was decided last first.

    Whether one kept the term is told by `term`, as the rate is; of one that was measured otherwise, by its own clock.
    """
    limit, measure = (limit_of(term), measure_of(term)) if term else (None, None)
    after = Period(first=month, last=month).after
    rows = session.execute(
        select(Case.reference, Case.decided_at, Case.used, Case.used_in, Case.is_granted, Case.kept_at)
        .where(
            Case.item_id == item_id,
            Case.decided_at >= clock.start_of(month),
            Case.decided_at < clock.start_of(after),
            Case.used.is_not(None),
        )
        .order_by(Case.decided_at.desc(), Case.reference)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = [
        MeasuredCase(
            number=masked_number(row.reference),
            decided_on=clock.local(row.decided_at).date(),
            used=row.used,
            measure=row.used_in,
            is_granted=row.is_granted,
            kept=row.used <= limit
            if limit is not None and row.used_in is measure
            else row.kept_at is not None,
        )
        for row in rows[:PAGE_SIZE]
    ]
    return CasePage(items=shown, page=page, has_more=len(rows) > PAGE_SIZE)


def masked_number(reference: str) -> str:
    """BJ-2026-000042 as everybody may see it: BJ-2026-***042."""
    return f"{reference[:-6]}***{reference[-3:]}"


@cache
def _of_item() -> Select[*tuple[Any, ...]]:
    first, last = (bindparam(name, type_=HandledTotal.month.type) for name in ("first", "last"))
    return select(
        HandledTotal.month,
        HandledTotal.used,
        HandledTotal.cases,
        HandledTotal.total,
        profiles.newest_id().label("profile_id"),
    ).where(
        HandledTotal.item_id == bindparam("item_id", type_=HandledTotal.item_id.type),
        HandledTotal.measure == bindparam("measure", type_=HandledTotal.measure.type),
        HandledTotal.month.between(first, last),
    )
