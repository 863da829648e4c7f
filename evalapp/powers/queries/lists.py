"""The list of powers: filtered, in pieces, with counts by unit and kind."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, clamped, decoded, encoded
from evalapp.powers.models import Power, PowerDraft
from evalapp.powers.rules.finding import plain
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
class UnitWithPowers:
    """A unit that has powers, as filters name it."""

    id: uuid.UUID
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How many published powers there are: in all, by kind, by unit, and by both."""

    total: int
    units: Sequence[UnitWithPowers]
    by_kind: Mapping[PowerKind | None, Mapping[uuid.UUID, int]]  # None: of all kinds together
    by_unit: Mapping[uuid.UUID | None, Mapping[PowerKind, int]]  # None: of all units together


def powers_page(
    session: Session, wanted: Wanted, *, limit: int = 50, cursor: str | None = None
) -> Page[ListedPower]:
    """Return a piece of the list by code, in one statement. Raises `Invalid` for a cursor that no list gave."""
    size = clamped(limit)
    after = after_code(cursor)
    words = plain(wanted.text[:TEXT_LIMIT])
    statement = _listed(
        has_unit=wanted.unit_id is not None, has_kind=wanted.kind is not None, has_text=bool(words)
    )
    rows = session.execute(
        statement,
        {
            "unit_id": wanted.unit_id,
            "kind": wanted.kind,
            "state": wanted.state,
            "after": after,
            "words": words,
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


def overview(session: Session) -> Overview:
    """Return how many published powers each unit has of each kind, in two statements."""
    by_kind: dict[PowerKind | None, dict[uuid.UUID, int]] = {kind: {} for kind in (None, *PowerKind)}
    by_unit: dict[uuid.UUID | None, dict[PowerKind, int]] = {None: dict.fromkeys(PowerKind, 0)}
    for unit_id, kind, number in session.execute(_counted()):
        by_kind[kind][unit_id] = number
        by_kind[None][unit_id] = by_kind[None].get(unit_id, 0) + number
        by_unit.setdefault(unit_id, dict.fromkeys(PowerKind, 0))[kind] = number
        by_unit[None][kind] += number
    found = session.execute(_units(), {"ids": list(by_kind[None])})
    return Overview(
        total=sum(by_unit[None].values()),
        units=[UnitWithPowers(id=key, slug=slug, name=name) for key, slug, name in found],
        by_kind=by_kind,
        by_unit=by_unit,
    )


def unit_list(
    session: Session, unit_id: uuid.UUID, *, limit: int = 100, cursor: str | None = None
) -> Page[ListedPower]:
    """Return a piece of a unit's own list for its desk: every state, and whether there is a draft."""
    size = clamped(limit)
    after = after_code(cursor)
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


class Holds(FunctionElement[int]):
    """Where a text stands in another, 0 when it does not: by what each database calls it; faster than LIKE."""

    type = Integer()
    inherit_cache = True


@compiles(Holds)
def _strpos(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


@compiles(Holds, "sqlite")
def _instr(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


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
        conditions.append(Holds(Power.folded, bindparam("words")) > 0)
    found = select(Power.id).where(*conditions).order_by(Power.code).limit(bindparam("limit"))
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
        .where(Power.id.in_(found))
        .order_by(Power.code)
    )


@cache
def _counted() -> Select[uuid.UUID, PowerKind, int]:
    return (
        select(Power.unit_id, Power.kind, func.count().label("number"))
        .where(Power.state == PowerState.PUBLISHED)
        .group_by(Power.unit_id, Power.kind)
    )


@cache
def _units() -> Select[uuid.UUID, str, str]:
    return (
        select(Unit.id, Unit.slug, Unit.short_name)
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


def after_code(cursor: str | None) -> str:
    """The code that the piece before ended with. Raises `Invalid` for a cursor that no list gave."""
    if not cursor:
        return ""
    (code,) = decoded(cursor, length=1)
    if not isinstance(code, str) or not code.isascii() or not code.isprintable():
        raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor")
    return code
