"""How many open cases show what: of a unit, of each, of all together. A lamp is a comparison with now; nobody refreshes it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, OpenTotal
from evalapp.units.models import Unit

NOW = bindparam("now", type_=Case.red_at.type)
IS_RED = Case.red_at <= NOW
IS_YELLOW = Case.yellow_at <= NOW
_NOT_RED = or_(Case.red_at.is_(None), Case.red_at > NOW)
NOT_YELLOW = or_(Case.yellow_at.is_(None), Case.yellow_at > NOW)
# Of open cases: how many show what, at the moment `now`.
LAMPS = (
    func.count().filter(IS_RED).label("red"),
    func.count().filter(IS_YELLOW, _NOT_RED).label("yellow"),
    func.count().label("open"),
)


@dataclass(frozen=True, kw_only=True)
class LampCounts:
    """How many open cases show what now."""

    red: int
    yellow: int
    green: int

    @property
    def open(self) -> int:
        return self.red + self.yellow + self.green


def unit_counts(session: Session, unit_id: uuid.UUID, *, now: datetime) -> LampCounts:
    """How many open cases of a unit show what."""
    row = session.execute(lamps_of_units().where(OpenTotal.unit_id == unit_id), {"now": now}).one_or_none()
    return lamp_counts(row) if row is not None else LampCounts(red=0, yellow=0, green=0)


def all_counts(session: Session, *, now: datetime) -> Mapping[uuid.UUID, LampCounts]:
    """The same of every unit that has an open case."""
    return {row.unit_id: lamp_counts(row) for row in session.execute(lamps_of_units(), {"now": now})}


def lamp_counts(row: Any) -> LampCounts:
    """What a row says that counted `LAMPS`; where nothing is open it may say nothing."""
    red, yellow = row.red or 0, row.yellow or 0
    return LampCounts(red=red, yellow=yellow, green=(row.open or 0) - red - yellow)


@dataclass(frozen=True, kw_only=True)
class UnitLamps:
    """A unit with how many of its open cases show what."""

    slug: str
    name: str
    counts: LampCounts


def named(session: Session, counts: Mapping[uuid.UUID, LampCounts]) -> Sequence[UnitLamps]:
    """Those counts with the names of the units, most red ones first."""
    rows = session.execute(
        select(Unit.id, Unit.slug, Unit.short_name).where(Unit.id.in_(list(counts))).order_by(Unit.sort_key)
    )
    found = [UnitLamps(slug=slug, name=name, counts=counts[unit_id]) for unit_id, slug, name in rows]
    return sorted(found, key=lambda each: (-each.counts.red, -each.counts.yellow))


def summed(counts: Mapping[uuid.UUID, LampCounts], unit_id: uuid.UUID | None = None) -> LampCounts:
    """The counts of one unit, or of all together."""
    own = [each for key, each in counts.items() if unit_id in {None, key}]
    return LampCounts(
        red=sum(each.red for each in own),
        yellow=sum(each.yellow for each in own),
        green=sum(each.green for each in own),
    )


@lru_cache(maxsize=1)
def lamps_of_units() -> Select[*tuple[Any, ...]]:
    """Unit by unit what `lamp_counts` reads, at the moment `now`.

    What is open is a total, and each colour a stretch of an index: it costs what is lit, however much is open.
    """
    lit = select(func.count()).where(Case.unit_id == OpenTotal.unit_id, Case.closed_at.is_(None))
    red, yellow = lit.where(IS_RED), lit.where(IS_YELLOW, _NOT_RED)
    return select(
        OpenTotal.unit_id,
        red.correlate(OpenTotal).scalar_subquery().label("red"),
        yellow.correlate(OpenTotal).scalar_subquery().label("yellow"),
        OpenTotal.cases.label("open"),
    ).where(OpenTotal.cases > 0)
