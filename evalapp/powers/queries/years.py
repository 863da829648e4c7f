"""The whole list at two moments: what was added, what was withdrawn, what was changed between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from evalapp.core.base import Moment
from evalapp.core.paging import Page, clamped, encoded
from evalapp.powers.models import Power, PowerVersion
from evalapp.powers.queries.lists import after_code
from evalapp.powers.rules.history import Change
from evalapp.powers.rules.kinds import PowerKind
from evalapp.units.models import Unit

_BATCH = 100
_old, _new = aliased(PowerVersion), aliased(PowerVersion)


@dataclass(frozen=True, kw_only=True)
class Between:
    """Two moments, the earlier one first."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class ChangedPower:
    """A power that is not the same at two moments. Documents come with one that was changed."""

    code: str
    name: str
    kind: PowerKind
    unit: str
    unit_slug: str
    old_number: int | None
    new_number: int | None
    reason: str
    old: Mapping[str, Any] = field(default_factory=dict)
    new: Mapping[str, Any] = field(default_factory=dict)
    has_new_flowchart: bool = False


def first_shown(session: Session) -> datetime | None:
    """Return when the first power was shown."""
    return session.scalar(select(func.min(PowerVersion.shown_from)))


def counts(session: Session, between: Between) -> dict[Change, int]:
    """Return how many powers were added, withdrawn and changed, in one statement."""
    found = dict.fromkeys(Change, 0)
    for change, number in session.execute(_counted(), {"start": between.start, "end": between.end}):
        if change is not None:
            found[Change(change)] = number
    return found


def changes_page(
    session: Session, between: Between, change: Change, *, limit: int = 25, cursor: str | None = None
) -> Page[ChangedPower]:
    """Return a piece of the changes of one kind, by code, in one statement. Raises `Invalid` for a cursor no list gave."""
    size = clamped(limit)
    found = _read(session, between, change, after=after_code(cursor), limit=size + 1)
    return Page(items=found[:size], next=encoded([found[size - 1].code]) if len(found) > size else None)


def all_changes(session: Session, between: Between) -> Iterator[tuple[Change, ChangedPower]]:
    """Give every change, kind by kind; some hundred are held at a time."""
    for change in (Change.ADDED, Change.WITHDRAWN, Change.CHANGED):
        after = ""
        while found := _read(session, between, change, after=after, limit=_BATCH):
            yield from ((change, each) for each in found)
            after = found[-1].code


def _read(
    session: Session, between: Between, change: Change, *, after: str, limit: int
) -> list[ChangedPower]:
    rows = session.execute(
        _listed(change), {"start": between.start, "end": between.end, "after": after, "limit": limit}
    )
    return [ChangedPower(**row) for row in rows.mappings()]


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=Moment())


def _stood(version: type[PowerVersion], moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the version of an outer join was shown at a moment, and its power not withdrawn by then."""
    return and_(version.id.is_not(None), or_(Power.withdrawn_at.is_(None), Power.withdrawn_at >= moment))


@cache
def _conditions() -> Mapping[Change, ColumnElement[bool]]:
    before, after = _stood(_old, _moment("start")), _stood(_new, _moment("end"))
    return {
        Change.CHANGED: and_(before, after, _old.fingerprint != _new.fingerprint),
        Change.ADDED: and_(_old.id.is_(None), after),
        Change.WITHDRAWN: and_(before, Power.withdrawn_at < _moment("end")),
    }


def _joined(statement: Select[Any]) -> Select[Any]:
    """Powers to which anything happened in the time, found by two indexes, with the version at each of the moments."""
    start, end = _moment("start"), _moment("end")
    touched = union_all(
        select(PowerVersion.power_id).where(PowerVersion.shown_from >= start, PowerVersion.shown_from < end),
        select(Power.id).where(Power.withdrawn_at >= start, Power.withdrawn_at < end),
    )
    return (
        statement.select_from(Power)
        .outerjoin(_old, and_(_old.power_id == Power.id, _was_shown(_old, start)))
        .outerjoin(_new, and_(_new.power_id == Power.id, _was_shown(_new, end)))
        .where(Power.id.in_(touched))
    )


def _was_shown(version: type[PowerVersion], moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(
        version.shown_from < moment, or_(version.shown_until.is_(None), version.shown_until >= moment)
    )


@cache
def _counted() -> Select[str | None, int]:
    kind = case(*((condition, change.value) for change, condition in _conditions().items()), else_=None)
    found = _joined(select(kind.label("change"))).subquery()
    return select(found.c.change, func.count()).group_by(found.c.change)


@cache
def _listed(change: Change) -> Select[Any]:
    columns: list[Any] = [
        Power.code,
        Power.name,
        Power.kind,
        Unit.short_name.label("unit"),
        Unit.slug.label("unit_slug"),
        _old.number.label("old_number"),
        _new.number.label("new_number"),
        (Power.withdrawn_reason if change is Change.WITHDRAWN else _new.reason).label("reason"),
    ]
    if change is Change.CHANGED:
        columns += [
            _old.document.label("old"),
            _new.document.label("new"),
            (func.coalesce(_old.flowchart_id, Power.id) != func.coalesce(_new.flowchart_id, Power.id)).label(
                "has_new_flowchart"
            ),
        ]
    return (
        _joined(select(*columns))
        .join(Unit, Unit.id == Power.unit_id)
        .where(_conditions()[change], Power.code > bindparam("after"))
        .order_by(Power.code)
        .limit(bindparam("limit"))
    )
