"""Counts running clocks again when the calendar has changed: one load of it, one pass, rows written in bulk."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.calendar import CalendarChanged, Pause, WorkCalendar
from evalapp.core.permissions import Actor
from evalapp.supervision.models import Deadline, DeadlinePause, Matter, MatterEvent
from evalapp.supervision.queries import escalation, profiles
from evalapp.supervision.rules import terms
from evalapp.supervision.rules.profile import SupervisionProfile
from evalapp.supervision.rules.states import UNIT_STAGES, Act
from evalapp.supervision.rules.terms import ClockFacts, Counted, Made

_PIECE = 5_000  # rows a statement
_EVENTS = MatterEvent.metadata.tables[MatterEvent.__tablename__]


def on_calendar_changed(session: Session, event: CalendarChanged) -> None:
    """React to another calendar: every clock that runs and that a changed day touches is counted again."""
    days = [*event.days]
    for year in event.years:
        days += [date(year, 1, 1), date(year, 12, 31)]
    if days:
        recount(session, first=min(days), last=max(days), actor=event.actor)


@dataclass(frozen=True, kw_only=True)
class _Values:
    """What is written of a clock; many clocks share it, and each such group is one statement."""

    due_on: date | None
    listed_on: date
    due_at: datetime | None
    soon_at: datetime | None
    very_late_at: datetime | None
    is_provisional: bool
    next_act_at: datetime | None


@dataclass
class _Recount:
    """What a pass finds: new values of deadlines, and the entries that matters get for another last day."""

    days: WorkCalendar
    made: dict[uuid.UUID, Made]
    pauses: dict[uuid.UUID, list[Pause]]
    known: dict[tuple[Any, ...], Counted] = field(default_factory=dict)
    acts: dict[tuple[Any, ...], datetime | None] = field(default_factory=dict)
    values: dict["_Values", list[uuid.UUID]] = field(default_factory=lambda: defaultdict(list))
    moved: list[tuple[Any, date | None]] = field(default_factory=list)


def recount(session: Session, *, first: date, last: date, actor: Actor) -> int:
    """Count the running clocks whose stretch touches the days from `first` to `last`; return how many last days moved.

    Holds their matters, so that nobody acts on one meanwhile; whoever acts waits.
    """
    touched = and_(
        Deadline.ended_at.is_(None),
        Deadline.started_on <= last,
        or_(Deadline.very_late_at.is_(None), Deadline.very_late_at >= clock.start_of(first)),
    )
    rows = session.execute(
        select(
            Deadline.id,
            Deadline.matter_id,
            Deadline.stage,
            Deadline.started_at,
            Deadline.started_on,
            Deadline.working_days,
            Deadline.fixed_on,
            Deadline.due_on,
            Deadline.listed_on,
            Deadline.due_at,
            Deadline.soon_at,
            Deadline.very_late_at,
            Deadline.is_provisional,
            Deadline.next_act_at,
            Matter.version,
            Matter.profile_id,
        )
        .join(Matter, Matter.id == Deadline.matter_id)
        .where(touched)
        .order_by(Matter.id)
        .with_for_update()
    ).all()
    found = _Recount(
        days=calendar.load(session), made=escalation.made(session, touched), pauses=_pauses(session, touched)
    )
    for row in rows:
        _one(found, row, profiles.profile_of(session, row.profile_id))
    for values, ids in found.values.items():
        for start in range(0, len(ids), _PIECE):
            written = update(Deadline).where(Deadline.id.in_(ids[start : start + _PIECE]))
            session.execute(written.values(asdict(values)).execution_options(synchronize_session=False))
    _tell(session, found.moved, actor=actor)
    session.expire_all()
    return len(found.moved)


def _one(found: _Recount, row: Any, profile: SupervisionProfile) -> None:
    pauses = found.pauses.get(row.id, [])
    counted = _counted(found, row, profile, pauses)
    made = found.made.get(row.id, escalation.NOTHING_MADE)
    next_at = _next_act_at(found, row, profile, counted, made)
    values = _Values(
        due_on=counted.due_on,
        listed_on=counted.listed_on,
        due_at=counted.times.due_at,
        soon_at=counted.times.soon_at,
        very_late_at=counted.times.very_late_at,
        is_provisional=counted.is_provisional,
        next_act_at=next_at,
    )
    if any(getattr(row, name) != value for name, value in vars(values).items()):
        found.values[values].append(row.id)
    if counted.due_on != row.due_on:
        found.moved.append((row, counted.due_on))


def _counted(found: _Recount, row: Any, profile: SupervisionProfile, pauses: Sequence[Pause]) -> Counted:
    """Many clocks share their first day and term: each such pair is counted once."""
    key = (row.profile_id, row.started_on, row.working_days, row.fixed_on)
    known = None if pauses else found.known.get(key)
    if known is None:
        known = terms.counted(
            found.days,
            profile,
            started_on=row.started_on,
            working_days=row.working_days,
            fixed_on=row.fixed_on,
            pauses=pauses,
        )
        if not pauses:
            found.known[key] = known
    return known


def _next_act_at(
    found: _Recount, row: Any, profile: SupervisionProfile, counted: Counted, made: Made
) -> datetime | None:
    is_of_unit = row.stage in UNIT_STAGES
    facts = ClockFacts(due_on=counted.due_on, started_at=row.started_at, is_of_unit=is_of_unit)
    if made.notices:
        act = terms.next_act(found.days, profile, facts, made)
        return act.at if act else None
    # The hour of the start decides only about reminders that fall before it: the day is enough to know that.
    key = (row.profile_id, counted.due_on, row.started_at.date(), is_of_unit, made.reminders)
    if key not in found.acts or counted.due_on is None or row.working_days == 0:
        act = terms.next_act(found.days, profile, facts, made)
        found.acts[key] = act.at if act else None
    return found.acts[key]


def _pauses(session: Session, touched: Any) -> dict[uuid.UUID, list[Pause]]:
    found: dict[uuid.UUID, list[Pause]] = defaultdict(list)
    rows = session.scalars(
        select(DeadlinePause)
        .join(Deadline, Deadline.id == DeadlinePause.deadline_id)
        .where(touched)
        .order_by(DeadlinePause.noticed_on, DeadlinePause.id)
    )
    for row in rows:
        found[row.deadline_id].append(Pause(noticed_on=row.noticed_on, resumed_on=row.resumed_on))
    return found


def _tell(session: Session, moved: Sequence[tuple[Any, date | None]], *, actor: Actor) -> None:
    """Put into each timeline that the last day moved, from which day to which."""
    now = clock.now()
    for start in range(0, len(moved), _PIECE):
        piece = moved[start : start + _PIECE]
        session.execute(
            insert(_EVENTS),
            [
                {
                    "id": uuid.uuid4(),
                    "matter_id": row.matter_id,
                    "number": row.version + 1,
                    "at": now,
                    "written_at": now,
                    "kind": Act.RECOUNTED,
                    "is_public": True,
                    "staff_id": actor.id if actor.is_staff else None,
                    "post": actor.name,
                    "note": "",
                    "detail": {
                        "was": row.due_on.isoformat() if row.due_on else "",
                        "is": due_on.isoformat() if due_on else "",
                    },
                }
                for row, due_on in piece
            ],
        )
        ids = [row.matter_id for row, _ in piece]
        raised = update(Matter).where(Matter.id.in_(ids)).values(version=Matter.version + 1)
        session.execute(raised.execution_options(synchronize_session=False))
