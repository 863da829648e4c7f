"""What a unit promised to do by a day that is past, and did not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Label, Select, Uuid, bindparam, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from evalapp.core import clock
from evalapp.supervision.models import Matter, Rectification, RectificationStep

MOST = 50


@dataclass(frozen=True, kw_only=True)
class UndoneStep:
    """A step of a plan in force whose day is past."""

    reference: str
    title: str
    what: str
    post: str
    due_on: date


def undone_steps(session: Session, unit_id: uuid.UUID) -> Sequence[UndoneStep]:
    """The steps of a unit's plans that are late, the longest first; a plan that another replaced is none."""
    rows = session.execute(_undone(), {"unit_id": unit_id, "today": clock.today()})
    return [
        UndoneStep(reference=row[0], title=row[1], what=row[2], post=row[3], due_on=row[4]) for row in rows
    ]


@cache
def _undone() -> Select[*tuple[Any, ...]]:
    """Begins with the late steps, which are few: a unit's matters are asked for one by one, not all of them first."""
    of_unit = (
        exists()
        .where(
            Matter.id == Rectification.matter_id,
            Matter.unit_id == bindparam("unit_id", type_=Uuid()),
            Matter.settled_at.is_(None),
            Matter.withdrawn_at.is_(None),
        )
        .correlate(Rectification)
    )
    other = aliased(Rectification)
    newest = select(func.max(other.number)).where(other.matter_id == Rectification.matter_id)

    def told(column: InstrumentedAttribute[str]) -> Label[str]:
        of_matter = select(column).where(Matter.id == Rectification.matter_id)
        return of_matter.correlate(Rectification).scalar_subquery().label(column.key)

    reference = told(Matter.reference)
    return (
        select(
            reference,
            told(Matter.title),
            RectificationStep.what,
            RectificationStep.post,
            RectificationStep.due_on,
        )
        .join(Rectification, Rectification.id == RectificationStep.rectification_id)
        .where(
            RectificationStep.done_at.is_(None),
            RectificationStep.due_on < bindparam("today", type_=Date()),
            Rectification.number == newest.correlate(Rectification).scalar_subquery(),
            of_unit,
        )
        .order_by(RectificationStep.due_on, reference, RectificationStep.number)
        .limit(MOST)
    )
