"""Lists of cases on the desks, by lamp: what is red longest first, then what turns red next.

An open case lies in one of two stretches of an index: it has a moment at which it is or turns red, or none (nothing runs: it is
held, or waits for papers). A piece of a list reads a piece of each in the order of the index, whatever the number of cases.
"""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case
from evalapp.approvals.queries import tracing as numbers
from evalapp.approvals.queries.lamps import IS_RED, IS_YELLOW, NOT_YELLOW, NOW
from evalapp.approvals.rules import reckoning, tracing
from evalapp.approvals.rules.counting import whole_day
from evalapp.approvals.rules.kinds import STATE_WORDS, CaseState, Lamp
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, decoded, encoded
from evalapp.powers.models import ServiceItem
from evalapp.powers.rules.kinds import PowerState
from evalapp.units.models import Unit

PAGE = 20
_MOST_FOUND = 50
_MOST_ITEMS = 500


class Which(enum.StrEnum):
    """Which cases a list holds."""

    OPEN = "open"
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    CLOSED = "closed"


class _Stretch(enum.IntEnum):
    """Where an open case lies; pieces are read in this order."""

    DATED = 0  # it has a moment for red
    UNDATED = 1


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is asked for; of all units without one."""

    which: Which = Which.OPEN
    unit_id: uuid.UUID | None = None
    state: CaseState | None = None
    item_id: uuid.UUID | None = None
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListedCase:
    """A case as a list shows it: no name, no number of whoever applied."""

    reference: str
    number: str
    unit_name: str
    item_name: str
    state: CaseState
    lamp: Lamp
    due_at: datetime | None
    due_on: date | None
    is_running: bool  # a clock that people read runs, or is held
    began_at: datetime
    closed_at: datetime | None
    step_post: str
    late_events: int

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]


def listed(session: Session, wanted: Wanted, *, now: datetime) -> Page[ListedCase]:
    """Return a piece of a list, in one statement. Raises `Invalid` for a cursor that this list did not give."""
    after = _after(wanted)
    is_closed = wanted.which is Which.CLOSED
    shape = _Shape(
        which=wanted.which,
        has_unit=wanted.unit_id is not None,
        has_state=wanted.state is not None,
        has_item=wanted.item_id is not None,
        after=after.stretch if after is not None else None,
    )
    given: dict[str, Any] = {
        "now": now,
        "unit_id": wanted.unit_id,
        "state": wanted.state,
        "item_id": wanted.item_id,
        "after_at": after.at if after is not None else None,
        "after_id": after.id if after is not None else None,
    }
    statement = _closed(shape) if is_closed else _open(shape)
    rows = session.execute(statement, given).mappings().all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    more = (
        encoded([last["stretch"], last["at"].isoformat() if last["at"] else "", last["id"]]) if last else None
    )
    return Page(items=[_listed(row, now) for row in rows[:PAGE]], next=more)


def found(
    session: Session, number: str, *, unit_id: uuid.UUID | None = None, now: datetime
) -> Sequence[ListedCase]:
    """The cases that a number means, ours or a unit's own, of one unit or of any."""
    plain = tracing.plain_number(number)
    wanted = _columns().where(Case.id.in_([each.id for each in numbers.candidates(session, plain)]))
    if unit_id is not None:
        wanted = wanted.where(Case.unit_id == unit_id)
    rows = session.execute(wanted.order_by(Case.reference).limit(_MOST_FOUND)).mappings()
    return [_listed(row, now) for row in rows]


@dataclass(frozen=True, kw_only=True)
class OfferedItem:
    """An item that a unit handles."""

    id: uuid.UUID
    code: str
    name: str


def items_of(session: Session, unit_id: uuid.UUID, *, only_published: bool = False) -> Sequence[OfferedItem]:
    """The items of a unit and of its sections that were ever published, by name."""
    wanted = (
        select(ServiceItem.id, ServiceItem.code, ServiceItem.name)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(or_(Unit.id == unit_id, Unit.parent_id == unit_id))
        .order_by(ServiceItem.name, ServiceItem.code)
        .limit(_MOST_ITEMS)
    )
    states = {PowerState.PUBLISHED} if only_published else {PowerState.PUBLISHED, PowerState.WITHDRAWN}
    rows = session.execute(wanted.where(ServiceItem.state.in_(states))).mappings()
    return [OfferedItem(**row) for row in rows]


@dataclass(frozen=True, kw_only=True)
class _After:
    """The last row that was seen."""

    stretch: int
    at: datetime | None
    id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What a statement looks like, whatever is put into it: each is made once."""

    which: Which
    has_unit: bool
    has_state: bool
    has_item: bool
    after: int | None


def _after(wanted: Wanted) -> _After | None:
    if not wanted.cursor:
        return None
    refusal = Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor")
    stretch, at, key = decoded(wanted.cursor, length=3)
    try:
        after = _After(
            stretch=_Stretch(int(stretch)), at=_moment(str(at)) if at else None, id=uuid.UUID(str(key))
        )
    except (ValueError, OverflowError) as error:
        raise refusal from error
    is_dated = after.stretch is _Stretch.DATED
    is_shown = is_dated if wanted.which is Which.CLOSED else (wanted.which, after.stretch) in _SHOWS
    if not is_shown or (after.at is not None) is not is_dated:
        raise refusal
    return after


def _moment(said: str) -> datetime:
    """Raises `ValueError` for one of no zone, `OverflowError` for one that is none in ours."""
    found = datetime.fromisoformat(said)
    if found.tzinfo is None:
        raise ValueError(said)
    return found.astimezone(UTC)


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id,
            Case.reference,
            Case.number,
            Unit.short_name.label("unit_name"),
            ServiceItem.name.label("item_name"),
            Case.state,
            Case.clock,
            Case.due_at,
            Case.yellow_at,
            Case.red_at,
            Case.began_at,
            Case.closed_at,
            Case.step_post,
            Case.late_events,
        )
        .join(Unit, Unit.id == Case.unit_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
    )


@lru_cache(maxsize=256)
def _open(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """A piece from each stretch of the index, put one after the other."""
    pieces = [
        _piece(shape, stretch)
        for stretch in _Stretch
        if (shape.which, stretch) in _SHOWS and stretch >= (shape.after or _Stretch.DATED)
    ]
    read = union_all(*(select(piece) for piece in pieces)).subquery()
    return (
        _columns()
        .add_columns(read.c.stretch, read.c.at)
        .join(read, read.c.id == Case.id)
        .order_by(read.c.stretch, read.c.at, read.c.id)
        .limit(PAGE + 1)
    )


def _piece(shape: _Shape, stretch: _Stretch) -> Subquery:
    is_dated = stretch is _Stretch.DATED
    wanted = _filtered(
        select(literal(int(stretch)).label("stretch"), Case.red_at.label("at"), Case.id),
        shape,
        Case.closed_at.is_(None),
        Case.red_at.is_not(None) if is_dated else Case.red_at.is_(None),
        *_SHOWS[shape.which, stretch],
    )
    if shape.after == stretch:
        last_at, last_id = bindparam("after_at", type_=_MOMENT), bindparam("after_id", type_=Case.id.type)
        if is_dated:
            wanted = wanted.where(tuple_(Case.red_at, Case.id) > tuple_(last_at, last_id))
        else:
            wanted = wanted.where(Case.id > last_id)
    order = (Case.red_at, Case.id) if is_dated else (Case.id,)
    return wanted.order_by(*order).limit(PAGE + 1).subquery()


@lru_cache(maxsize=64)
def _closed(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """Those that were closed, the latest first."""
    wanted = _filtered(
        _columns().add_columns(literal(0).label("stretch"), Case.closed_at.label("at")),
        shape,
        Case.closed_at.is_not(None),
    )
    if shape.after is not None:
        last = tuple_(bindparam("after_at", type_=_MOMENT), bindparam("after_id", type_=Case.id.type))
        wanted = wanted.where(tuple_(Case.closed_at, Case.id) < last)
    return wanted.order_by(Case.closed_at.desc(), Case.id.desc()).limit(PAGE + 1)


def _filtered(
    wanted: Select[*tuple[Any, ...]], shape: _Shape, *conditions: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    wanted = wanted.where(*conditions)
    if shape.has_unit:
        wanted = wanted.where(Case.unit_id == bindparam("unit_id", type_=Case.unit_id.type))
    if shape.has_state:
        wanted = wanted.where(Case.state == bindparam("state", type_=Case.state.type))
    if shape.has_item:
        wanted = wanted.where(Case.item_id == bindparam("item_id", type_=Case.item_id.type))
    return wanted


_MOMENT = Case.red_at.type
_SHOWS: dict[tuple[Which, _Stretch], tuple[ColumnElement[bool], ...]] = {
    (Which.OPEN, _Stretch.DATED): (),
    (Which.OPEN, _Stretch.UNDATED): (),
    (Which.RED, _Stretch.DATED): (IS_RED,),
    (Which.YELLOW, _Stretch.DATED): (Case.red_at > NOW, IS_YELLOW),
    (Which.YELLOW, _Stretch.UNDATED): (IS_YELLOW,),
    (Which.GREEN, _Stretch.DATED): (Case.red_at > NOW, NOT_YELLOW),
    (Which.GREEN, _Stretch.UNDATED): (NOT_YELLOW,),
}


def _listed(row: RowMapping, now: datetime) -> ListedCase:
    due_at = row["due_at"]
    return ListedCase(
        reference=row["reference"],
        number=row["number"],
        unit_name=row["unit_name"],
        item_name=row["item_name"],
        state=row["state"],
        lamp=reckoning.lamp(row["yellow_at"], row["red_at"], now),
        due_at=due_at,
        due_on=whole_day(due_at) if due_at is not None else None,
        is_running=row["clock"] is not None,
        began_at=row["began_at"],
        closed_at=row["closed_at"],
        step_post=row["step_post"],
        late_events=row["late_events"],
    )
