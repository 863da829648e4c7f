"""Points given or taken by hand: one person proposes them with a reason, another confirms, and both are told in public."""

import uuid

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid, NotAllowed
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.supervision.events import PointsChanged
from evalapp.supervision.models import PointChange
from evalapp.supervision.rules import wording
from evalapp.supervision.services.clocks import REASON_LIMIT
from evalapp.supervision.services.ruling import officer
from evalapp.units.models import Unit

MOST_POINTS = 100


def propose_points(
    session: Session, *, unit_id: uuid.UUID, points: int, reason: str, actor: Actor, about: str = ""
) -> PointChange:
    """Ask a second person to give a unit points, or take some. Refuses none, too many, and without a reason."""
    staff = officer(session, actor)
    unit = locked(session, Unit, unit_id)
    if points == 0 or abs(points) > MOST_POINTS:
        raise Invalid(N_("分数填 -%(most)s 到 %(most)s，不能是 0。"), field="points", most=MOST_POINTS)
    why = wording.public_words(reason, field="reason", limit=REASON_LIMIT)
    change = PointChange(
        id=uuid.uuid4(),
        unit_id=unit.id,
        points=points,
        reason=why,
        about=cleaned_text(about, field="about", limit=40),
        at=clock.now(),
        staff_id=staff.id,
        post=staff.post,
    )
    session.add(change)
    session.flush()
    _record(session, change, unit, "points.proposed", actor)
    return change


def confirm_points(session: Session, *, change_id: uuid.UUID, actor: Actor) -> PointChange:
    """Give or take what somebody else proposed: it counts from now on. Raises `Conflict`, `NotAllowed` to its proposer."""
    staff = officer(session, actor)
    change = _waiting(session, change_id)
    if change.staff_id == staff.id:
        raise NotAllowed(N_("提出的人不能自己确认，须由另一人登录确认。"))
    change.confirmed_at, change.confirmed_by, change.confirmed_post = clock.now(), staff.id, staff.post
    session.flush()
    _record(session, change, session.get_one(Unit, change.unit_id), "points.changed", actor)
    events.emit(
        session,
        PointsChanged(
            unit_id=change.unit_id,
            points=change.points,
            reason=change.reason,
            about=change.about,
            posts=(change.post, staff.post),
        ),
    )
    return change


def drop_points(session: Session, *, change_id: uuid.UUID, actor: Actor) -> PointChange:
    """Take a proposal back, or turn it down. Raises `Conflict` when it no longer waits, `NotAllowed`."""
    officer(session, actor)
    change = _waiting(session, change_id)
    change.dropped_at = clock.now()
    session.flush()
    _record(session, change, session.get_one(Unit, change.unit_id), "points.dropped", actor)
    return change


def _waiting(session: Session, change_id: uuid.UUID) -> PointChange:
    change = locked(session, PointChange, change_id)
    if change.confirmed_at is not None or change.dropped_at is not None:
        raise Conflict(N_("这件事项已经有人处理过了。"))
    return change


def _record(session: Session, change: PointChange, unit: Unit, action: str, actor: Actor) -> None:
    audit.record(session, actor=actor, action=action, subject=unit.slug, detail={"points": change.points})
