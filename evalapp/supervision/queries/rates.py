"""How often units keep their terms, and where a talk is suggested. Counted from the clocks whose term is over."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.supervision.models import Deadline
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules import rates
from evalapp.supervision.rules.rates import Month, OnTime
from evalapp.supervision.rules.terms import Ending
from evalapp.units.models import Unit

PERIOD = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class UnitRate:
    unit: Unit
    on_time: OnTime


@dataclass(frozen=True, kw_only=True)
class SuggestedTalk:
    """A unit with the bad months in a row for which a talk is suggested."""

    unit: Unit
    months: Sequence[Month]


def unit_rate(session: Session, unit_id: uuid.UUID) -> OnTime:
    """Return how often a unit kept its terms in the last year: one statement, and one for a profile that this process has not read."""
    now = clock.now()
    asked = {"unit_id": unit_id, "since": now - PERIOD, "until": now}
    due, met, profile_id = session.execute(_unit_rate(), asked).one()
    minimum = profiles.known(session, profile_id).rate_minimum
    return rates.on_time(due=due, met=met, minimum=minimum)


@cache
def _unit_rate() -> Select[int, int, uuid.UUID | None]:
    moment = Deadline.due_at.type
    since, until = bindparam("since", type_=moment), bindparam("until", type_=moment)
    return select(func.count(), func.count().filter(_met()), profiles.newest_id()).where(
        Deadline.unit_id == bindparam("unit_id"), _over(since, until)
    )


def unit_rates(session: Session) -> list[UnitRate]:
    """Return how often each unit kept its terms in the last year, by pinyin; units without a term are left out.

    Reads every clock of the year: for a page that everybody shares, kept for a while.
    """
    now = clock.now()
    counted = (
        select(Deadline.unit_id, func.count().label("due"), func.count().filter(_met()).label("met"))
        .where(Deadline.unit_id.is_not(None), _over(now - PERIOD, now))
        .group_by(Deadline.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(Unit, counted.c.due, counted.c.met)
        .join(counted, counted.c.unit_id == Unit.id)
        .order_by(Unit.sort_key, Unit.id)
    ).all()
    minimum = profiles.in_force(session).rate_minimum
    return [
        UnitRate(unit=unit, on_time=rates.on_time(due=due, met=met, minimum=minimum))
        for unit, due, met in rows
    ]


def suggested_talks(session: Session) -> list[SuggestedTalk]:
    """Return the units whose newest whole months were all bad, as the profile says what that is, by pinyin.

    Reads every clock of those months: for a page that keeps it for a while.
    """
    rules = profiles.in_force(session).talk
    stretches = _whole_months(clock.today(), rules.months)
    spans = [_over(clock.start_of(first), clock.start_of(after)) for first, after in stretches]
    counted = (
        select(
            Deadline.unit_id,
            *(func.count().filter(span).label(f"due_{n}") for n, span in enumerate(spans)),
            *(func.count().filter(span, _met()).label(f"met_{n}") for n, span in enumerate(spans)),
        )
        .where(Deadline.unit_id.is_not(None), or_(*spans))
        .group_by(Deadline.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(Unit, *counted.c).join(counted, counted.c.unit_id == Unit.id).order_by(Unit.sort_key, Unit.id)
    )
    found = [(row[0], row[2 : 2 + len(spans)], row[2 + len(spans) :]) for row in rows]
    talks = [
        SuggestedTalk(
            unit=unit,
            months=[
                Month(year=first.year, month=first.month, due=due, met=met)
                for (first, _after), due, met in zip(stretches, dues, mets, strict=True)
            ],
        )
        for unit, dues, mets in found
    ]
    return [talk for talk in talks if rates.talk_is_suggested(talk.months, rules)]


def _whole_months(today: date, number: int) -> list[tuple[date, date]]:
    """The last whole months, oldest first: first day, and first day of the month after."""
    found, after = [], today.replace(day=1)
    for _ in range(number):
        first = (after - timedelta(days=1)).replace(day=1)
        found.append((first, after))
        after = first
    return found[::-1]


def _over(
    since: datetime | BindParameter[datetime], until: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Terms that were over in a stretch; a clock that another took the place of, or that was called off, is no term."""
    is_term = Deadline.ended_how.is_(None) | (Deadline.ended_how == Ending.MET)
    return and_(Deadline.due_at > since, Deadline.due_at <= until, is_term)


def _met() -> ColumnElement[bool]:
    return Deadline.ended_at < Deadline.due_at
