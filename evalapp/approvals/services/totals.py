"""Keeps totals up: what cases were counted as is taken off, what they are counted as now is put on. In sets, as cases are folded.

What is kept is a sum of what `rules.totals.counted` says of each case, whatever the order in which events came; `rebuild` makes
the same from nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.approvals.models import (
    ArrivalTotal,
    Case,
    CaseStep,
    DayTotal,
    HandledTotal,
    OpenTotal,
    StepTotal,
)
from evalapp.approvals.queries.folding import Counters, fold_kept
from evalapp.approvals.rules.reckoning import used
from evalapp.approvals.rules.totals import (
    Arrived,
    Countable,
    Handled,
    Key,
    Measure,
    OfDay,
    OfStep,
    Open,
    Step,
    counted,
)
from evalapp.core import calendar
from evalapp.core.bulk import insert_rows

_PIECE = 5_000
_CASES = Case.metadata.tables[Case.__tablename__]
_STEPS = CaseStep.metadata.tables[CaseStep.__tablename__]
_TABLES: tuple[tuple[type[Key], Table], ...] = (
    (Handled, HandledTotal.metadata.tables[HandledTotal.__tablename__]),
    (OfDay, DayTotal.metadata.tables[DayTotal.__tablename__]),
    (OfStep, StepTotal.metadata.tables[StepTotal.__tablename__]),
    (Open, OpenTotal.metadata.tables[OpenTotal.__tablename__]),
    (Arrived, ArrivalTotal.metadata.tables[ArrivalTotal.__tablename__]),
)
_NAMES = {kind: [each.name for each in fields(kind)] for kind, _ in _TABLES}
_COUNTED = tuple(each.name for each in fields(Countable) if each.name != "measure")

Totals = dict[Key, tuple[int, int]]


def of_cases(session: Session, ids: Sequence[uuid.UUID], *, with_steps: bool = True) -> Totals:
    """Return what cases are counted as, by what is written of them: two statements for some thousands."""
    found: Totals = {}
    for begin in range(0, len(ids), _PIECE):
        piece = ids[begin : begin + _PIECE]
        steps = _steps_of(session, _STEPS.c.case_id.in_(piece)) if with_steps else {}
        _count_rows(found, session.execute(_rows().where(_CASES.c.id.in_(piece))), steps)
    return found


def add(totals: Totals, case: Mapping[str, Any], steps: Iterable[Step]) -> None:
    """Count one more case by the columns of its row."""
    said = {name: case[name] for name in _COUNTED}
    _add(totals, Countable(**said, measure=case["used_in"]), steps)


def move(session: Session, before: Totals, after: Totals) -> None:
    """Write the difference between what cases were counted as and what they are now: some statements for each of five tables."""
    for kind, table in _TABLES:
        names = [*_NAMES[kind], "cases", *(["total"] if "total" in table.c else [])]
        more, less = list[dict[str, Any]](), list[dict[str, Any]]()
        keys = {key: None for totals in (before, after) for key in totals if type(key) is kind}
        for key in sorted(keys, key=_place):  # in one order, so that nobody waits for one another
            (was, took), (now, takes) = before.get(key, (0, 0)), after.get(key, (0, 0))
            if (was, took) != (now, takes):
                values = [getattr(key, name) for name in _NAMES[kind]]
                row = dict(zip(names, [*values, now - was, takes - took], strict=False))
                (more if now > was else less).append(row)
        _add_rows(session, table, names, more)
        _take_rows(session, table, names, less)


def rebuild(session: Session) -> None:
    """Make all totals anew from what is written of the cases; nobody else may write cases meanwhile."""
    for _, table in _TABLES:
        session.execute(delete(table))
    found: Totals = {}
    after: uuid.UUID | None = None
    while True:
        wanted = _rows().order_by(_CASES.c.id).limit(_PIECE)
        rows = session.execute(wanted if after is None else wanted.where(_CASES.c.id > after)).all()
        if not rows:
            break
        ids = [row.id for row in rows]
        _count_rows(found, rows, _steps_of(session, _STEPS.c.case_id.in_(ids)))
        after = ids[-1]
    for kind, table in _TABLES:
        names = [*_NAMES[kind], "cases", *(["total"] if "total" in table.c else [])]
        rows_of_kind = [
            dict(zip(names, [*(getattr(key, name) for name in _NAMES[kind]), *numbers], strict=False))
            for key, numbers in found.items()
            if type(key) is kind
        ]
        insert_rows(session, table, rows_of_kind)


def rebuild_where_empty(session: Session) -> None:
    """Make the totals of cases that were there before them, by what their handling was measured in. Not for a busy hour."""
    if session.scalar(select(DayTotal.cases).limit(1)) is None:
        _measure(session)
        rebuild(session)


def _measure(session: Session) -> None:
    """Write what the handling of decided cases was measured in, where it was not written down."""
    wanted = select(_CASES.c.id, _CASES.c.unit_id, _CASES.c.basis_id).where(
        _CASES.c.used.is_not(None), _CASES.c.used_in.is_(None)
    )
    units = session.scalars(select(wanted.subquery().c.unit_id).distinct()).all()
    if not units:
        return
    counters = Counters(calendar.load(session))
    for unit_id in units:
        rows = session.execute(wanted.where(_CASES.c.unit_id == unit_id)).all()
        for begin in range(0, len(rows), _PIECE):
            bases = {row.id: row.basis_id for row in rows[begin : begin + _PIECE]}
            measures = defaultdict[Measure, list[uuid.UUID]](list)
            for one in fold_kept(session, unit_id, bases, counters):
                if taken := used(one.reckoned, counters.of(one.told.known)):
                    measures[taken.measure].append(one.told.id)
            for measure, ids in measures.items():
                session.execute(update(_CASES).where(_CASES.c.id.in_(ids)).values(used_in=measure))


def _rows() -> Any:
    columns = [_CASES.c[name] for name in _COUNTED]
    return select(_CASES.c.id, _CASES.c.used_in, *columns)


def _steps_of(session: Session, which: ColumnElement[bool]) -> dict[uuid.UUID, list[Step]]:
    found: dict[uuid.UUID, list[Step]] = defaultdict(list)
    rows = session.execute(
        select(_STEPS.c.case_id, _STEPS.c.key, _STEPS.c.started_at, _STEPS.c.ended_at).where(
            which, _STEPS.c.ended_at.is_not(None)
        )
    )
    for case_id, key, began, ended in rows:
        found[case_id].append((key, began, ended))
    return found


def _count_rows(totals: Totals, rows: Iterable[Any], steps: Mapping[uuid.UUID, Sequence[Step]]) -> None:
    for row in rows:
        add(totals, row._mapping, steps.get(row.id, ()))  # noqa: SLF001  public, whatever its name


def _add(totals: Totals, case: Countable, steps: Iterable[Step]) -> None:
    for key, amount in counted(case, steps):
        cases, total = totals.get(key, (0, 0))
        totals[key] = cases + 1, total + amount


def _place(key: Key) -> tuple[str, ...]:
    return tuple(str(getattr(key, name)) for name in _NAMES[type(key)])


def _add_rows(
    session: Session, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    maker = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = maker(table)
    sums = {name: table.c[name] + statement.excluded[name] for name in names if name in {"cases", "total"}}
    written = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)
    session.execute(written, list(rows))


def _take_rows(
    session: Session, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """What is there loses, or its sum alone changes."""
    if not rows:
        return
    sums = {name: table.c[name] + bindparam(f"d_{name}") for name in names if name in {"cases", "total"}}
    is_it = and_(*(column == bindparam(f"d_{column.name}") for column in table.primary_key))
    marked = [{f"d_{name}": value for name, value in row.items()} for row in rows]
    session.connection().execute(update(table).where(is_it).values(sums), marked)
