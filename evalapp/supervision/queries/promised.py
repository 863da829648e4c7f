"""What a unit promised to do by a day that is past, and did not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

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
    newest = (
        select(func.max(Rectification.number))
        .where(Rectification.matter_id == Matter.id)
        .correlate(Matter)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Matter.reference,
            Matter.title,
            RectificationStep.what,
            RectificationStep.post,
            RectificationStep.due_on,
        )
        .join(Rectification, Rectification.matter_id == Matter.id)
        .join(RectificationStep, RectificationStep.rectification_id == Rectification.id)
        .where(
            Matter.unit_id == unit_id,
            Matter.settled_at.is_(None),
            Matter.withdrawn_at.is_(None),
            Rectification.number == newest,
            RectificationStep.done_at.is_(None),
            RectificationStep.due_on < clock.today(),
        )
        .order_by(RectificationStep.due_on, Matter.reference, RectificationStep.number)
        .limit(MOST)
    )
    return [
        UndoneStep(reference=row[0], title=row[1], what=row[2], post=row[3], due_on=row[4]) for row in rows
    ]
