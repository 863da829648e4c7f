"""What was sent for a deadline, and what falls due next."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evalapp.supervision.models import Deadline, Matter, Reminder, SupervisionNotice
from evalapp.supervision.rules.states import UNIT_STAGES
from evalapp.supervision.rules.terms import ClockFacts, IssuedNotice, Made

NOTHING_MADE = Made()


def made(session: Session, *conditions: ColumnElement[bool]) -> dict[uuid.UUID, Made]:
    """Return what was sent for the deadlines that fit, in two statements; those without anything are left out."""
    codes: dict[uuid.UUID, set[str]] = defaultdict(set)
    reminded = (
        select(Reminder.deadline_id, Reminder.code)
        .join(Deadline, Deadline.id == Reminder.deadline_id)
        .where(*conditions)
    )
    for deadline_id, code in session.execute(reminded):
        codes[deadline_id].add(code)
    notices: dict[uuid.UUID, list[SupervisionNotice]] = defaultdict(list)
    issued = (
        select(SupervisionNotice)
        .join(Deadline, Deadline.id == SupervisionNotice.deadline_id)
        .where(*conditions)
        .order_by(SupervisionNotice.issued_at)
    )
    for notice in session.scalars(issued):
        notices[notice.deadline_id].append(notice)
    return {
        key: Made(
            reminders=frozenset(codes[key]),
            notices={row.colour: issued_notice(row) for row in notices.get(key, [])},
        )
        for key in codes.keys() | notices.keys()
    }


def issued_notice(row: SupervisionNotice) -> IssuedNotice:
    """Return of a notice what decides about the next."""
    return IssuedNotice(
        colour=row.colour, due_at=row.due_at, answered_at=row.answered_at, withdrawn_at=row.withdrawn_at
    )


def clock_facts(deadline: Deadline) -> ClockFacts:
    """Return of a deadline what reminders and notices depend on."""
    return ClockFacts(
        due_on=deadline.due_on,
        started_at=deadline.started_at,
        is_of_unit=deadline.stage in UNIT_STAGES,
    )


def next_due(session: Session, now: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Return the deadline for which something fell due first, with its matter; or nothing."""
    found = session.execute(
        select(Deadline.id, Deadline.matter_id)
        .join(Matter, Matter.id == Deadline.matter_id)
        .where(Deadline.next_act_at <= now)
        .order_by(Deadline.next_act_at, Matter.reference)
        .limit(1)
    ).all()
    return [(row.id, row.matter_id) for row in found]
