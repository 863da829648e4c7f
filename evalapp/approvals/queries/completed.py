"""Completed cases, as they prove that somebody is a client of a unit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from evalapp.approvals.models import Case
from evalapp.approvals.rules.kinds import CaseState
from evalapp.powers.models import ServiceItem
from evalapp.units.models import Unit

COMPLETED = (
    CaseState.DELIVERED,
    CaseState.REFUSED,
)  # granted or not; one that was taken back was not completed
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A completed case, and every unit whose client it makes one: who handled it, who answers for its item, those above."""

    case_id: uuid.UUID
    closed_at: datetime
    units: frozenset[uuid.UUID]


def of_persons(session: Session, person_ids: Sequence[str], *, since: datetime) -> Sequence[Completed]:
    """The cases under a person's numbers that were completed since, the oldest first."""
    known = [each for each in person_ids if each]
    return _completed(session, Case.person_id.in_(known), since=since)


def of_case(session: Session, case_id: uuid.UUID, *, since: datetime) -> Sequence[Completed]:
    """One case, if it was completed since."""
    return _completed(session, Case.id == case_id, since=since)


def _completed(session: Session, which: ColumnElement[bool], *, since: datetime) -> Sequence[Completed]:
    handled, answers = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(Case.id, Case.closed_at, handled.id, handled.parent_id, answers.id, answers.parent_id)
        .join(handled, handled.id == Case.unit_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .join(answers, answers.id == ServiceItem.unit_id)
        .where(which, Case.closed_at >= since, or_(*(Case.state == state for state in COMPLETED)))
        .order_by(Case.closed_at, Case.id)
        .limit(_MOST)
    )
    return [
        Completed(
            case_id=case_id, closed_at=closed_at, units=frozenset(unit for unit in units if unit is not None)
        )
        for case_id, closed_at, *units in rows
        if closed_at is not None
    ]
