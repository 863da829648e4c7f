"""What lies on a desk: the notices to one person, to their unit, to their role."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role
from evalapp.core import clock
from evalapp.notifications.models import StaffNotice

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Whose desk it is. `topic_id` is that of the person's unit."""

    staff_id: uuid.UUID
    role: Role
    topic_id: uuid.UUID | None = None


def on_desk(desk: Desk) -> ColumnElement[bool]:
    """The condition for the notices that lie on a desk."""
    mine = [StaffNotice.staff_id == desk.staff_id, StaffNotice.role == desk.role]
    if desk.topic_id is not None:
        mine.append(StaffNotice.topic_id == desk.topic_id)
    return or_(*mine)


def waiting_notices(session: Session, desk: Desk) -> Sequence[StaffNotice]:
    """The hundred oldest that nobody at the desk has seen yet."""
    return session.scalars(
        select(StaffNotice)
        .where(on_desk(desk), StaffNotice.seen_at.is_(None), StaffNotice.due_at <= clock.now())
        .order_by(StaffNotice.due_at, StaffNotice.id)
        .limit(MOST)
    ).all()


def seen_notices(session: Session, desk: Desk) -> Sequence[StaffNotice]:
    """The twenty newest that were seen."""
    return session.scalars(
        select(StaffNotice)
        .where(on_desk(desk), StaffNotice.seen_at.is_not(None))
        .order_by(StaffNotice.seen_at.desc(), StaffNotice.id)
        .limit(20)
    ).all()


def waiting_count(session: Session, desk: Desk) -> int:
    """How many nobody at the desk has seen yet."""
    counted = select(func.count()).where(
        on_desk(desk), StaffNotice.seen_at.is_(None), StaffNotice.due_at <= clock.now()
    )
    return session.scalar(counted) or 0
