"""The list of powers: filtered, in pieces, with counts by unit and kind."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, clamped, decoded, encoded
from evalapp.powers.models import Power, PowerDraft
from evalapp.powers.rules.kinds import Level, PowerKind, PowerState
from evalapp.units.models import Unit

TEXT_LIMIT = 40


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which powers a list is asked for."""

    unit_id: uuid.UUID | None = None
    kind: PowerKind | None = None
    state: PowerState = PowerState.PUBLISHED
    text: str = ""  # words of the name, the letters that its pinyin begins with, or the beginning of a code


@dataclass(frozen=True, kw_only=True)
class ListedPower:
    """A power as lists show it."""

    code: str
    name: str
    kind: PowerKind
    level: Level
    state: PowerState
    unit: str
    unit_slug: str
    has_draft: bool = False
    basis_ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many published powers there are, by unit and kind."""

    by_both: Mapping[tuple[uuid.UUID, PowerKind], int]

    @property
    def total(self) -> int:
        return sum(self.by_both.values())

    def by_kind(self, unit_id: uuid.UUID | None = None) -> dict[PowerKind, int]:
        found = dict.fromkeys(PowerKind, 0)
        for (unit, kind), count in self.by_both.items():
            if unit_id in {None, unit}:
                found[kind] += count
        return found

    def by_unit(self, kind: PowerKind | None = None) -> dict[uuid.UUID, int]:
        found: dict[uuid.UUID, int] = {}
        for (unit, of), count in self.by_both.items():
            if kind in {None, of}:
                found[unit] = found.get(unit, 0) + count
        return found


def powers_page(
    session: Session, wanted: Wanted, *, limit: int = 50, cursor: str | None = None
) -> Page[ListedPower]:
    """Return a piece of the list by code, in one statement. Raises `Invalid` for a cursor that no list gave."""
    size = clamped(limit)
    after = ""
    if cursor:
        (after,) = (str(value) for value in decoded(cursor, length=1))
        if not after.isascii():
            raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor")
    plain = wanted.text.strip().casefold()[:TEXT_LIMIT]
    statement = _listed(
        has_unit=wanted.unit_id is not None, has_kind=wanted.kind is not None, has_text=bool(plain)
    )
    rows = session.execute(
        statement,
        {
            "unit_id": wanted.unit_id,
            "kind": wanted.kind,
            "state": wanted.state,
            "after": after,
            "words": f"%{_escaped(plain)}%",
            "letters": f"%{_escaped(plain)}%" if plain.isascii() else "",
            "code": f"{_escaped(plain.upper())}%",
            "limit": size + 1,
        },
    ).all()
    shown = rows[:size]
    return Page(
        items=[
            ListedPower(
                code=row.code,
                name=row.name,
                kind=row.kind,
                level=Level(row.level),
                state=row.state,
                unit=row.unit_name,
                unit_slug=row.slug,
            )
            for row in shown
        ],
        next=encoded([shown[-1].code]) if len(rows) > size else None,
    )


def counts(session: Session) -> Counts:
    """Return how many published powers each unit has of each kind, in one statement."""
    return Counts(by_both={(row.unit_id, row.kind): row.number for row in session.execute(_counted())})


def units_with_powers(session: Session, ids: Sequence[uuid.UUID]) -> list[Unit]:
    """Return the units that have some, by pinyin."""
    return list(session.scalars(_units(), {"ids": list(ids)}))


def unit_list(
    session: Session, unit_id: uuid.UUID, *, limit: int = 100, cursor: str | None = None
) -> Page[ListedPower]:
    """Return a piece of a unit's own list for its desk: every state, and whether there is a draft."""
    size = clamped(limit)
    after = str(decoded(cursor, length=1)[0]) if cursor else ""
    rows = session.execute(_own(), {"unit_id": unit_id, "after": after, "limit": size + 1}).all()
    shown = rows[:size]
    return Page(
        items=[
            ListedPower(
                code=row.code,
                name=row.name,
                kind=row.kind,
                level=Level(row.level),
                state=row.state,
                unit="",
                unit_slug="",
                has_draft=row.draft is not None,
                basis_ends_on=row.basis_ends_on,
            )
            for row in shown
        ],
        next=encoded([shown[-1].code]) if len(rows) > size else None,
    )


@cache
def _listed(
    *, has_unit: bool, has_kind: bool, has_text: bool
) -> Select[str, str, PowerKind, int, PowerState, str, str]:
    """Made once for each set of filters: making it costs more than running it."""
    conditions: list[ColumnElement[bool]] = [
        Power.state == bindparam("state"),
        Power.code > bindparam("after"),
    ]
    if has_unit:
        conditions.append(Power.unit_id == bindparam("unit_id"))
    if has_kind:
        conditions.append(Power.kind == bindparam("kind"))
    if has_text:
        conditions.append(
            or_(
                func.lower(Power.name).like(bindparam("words"), escape="/"),
                Power.initials.like(bindparam("letters"), escape="/"),
                Power.code.like(bindparam("code"), escape="/"),
            )
        )
    return (
        select(
            Power.code,
            Power.name,
            Power.kind,
            Power.level,
            Power.state,
            Unit.name.label("unit_name"),
            Unit.slug,
        )
        .join(Unit, Unit.id == Power.unit_id)
        .where(*conditions)
        .order_by(Power.code)
        .limit(bindparam("limit"))
    )


@cache
def _counted() -> Select[uuid.UUID, PowerKind, int]:
    return (
        select(Power.unit_id, Power.kind, func.count().label("number"))
        .where(Power.state == PowerState.PUBLISHED)
        .group_by(Power.unit_id, Power.kind)
    )


@cache
def _units() -> Select[Unit]:
    return (
        select(Unit)
        .where(Unit.id.in_(bindparam("ids", expanding=True)))
        .order_by(Unit.sort_key, Unit.id)
        .limit(5_000)
    )


@cache
def _own() -> Select[str, str, PowerKind, int, PowerState, date | None, uuid.UUID]:
    return (
        select(
            Power.code,
            Power.name,
            Power.kind,
            Power.level,
            Power.state,
            Power.basis_ends_on,
            PowerDraft.power_id.label("draft"),
        )
        .outerjoin(PowerDraft, PowerDraft.power_id == Power.id)
        .where(Power.unit_id == bindparam("unit_id"), Power.code > bindparam("after"))
        .order_by(Power.code)
        .limit(bindparam("limit"))
    )


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
