"""Points given or taken by hand: always with a reason, always in public."""

import uuid

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.supervision.models import PointChange
from evalapp.supervision.services.clocks import REASON_LIMIT
from evalapp.units.models import Unit

MOST_POINTS = 100


def change_points(
    session: Session, *, unit_id: uuid.UUID, points: int, reason: str, actor: Actor, about: str = ""
) -> PointChange:
    """Give a unit points, or take some. Refuses none, too many, and without a reason."""
    unit = locked(session, Unit, unit_id)
    if points == 0 or abs(points) > MOST_POINTS:
        raise Invalid(N_("分数填 -%(most)s 到 %(most)s，不能是 0。"), field="points", most=MOST_POINTS)
    why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    change = PointChange(
        id=uuid.uuid4(),
        unit_id=unit.id,
        points=points,
        reason=why,
        about=cleaned_text(about, field="about", limit=40),
        at=clock.now(),
        staff_id=actor.id if actor.is_staff else None,
        post=actor.name,
    )
    session.add(change)
    session.flush()
    audit.record(session, actor=actor, action="points.changed", subject=unit.slug, detail={"points": points})
    return change
