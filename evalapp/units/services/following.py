"""A unit as something that can be followed, and its desk as a place where notices lie."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.notifications.models import TopicKind
from evalapp.units import queries
from evalapp.units.events import UnitChanged
from evalapp.units.models import Membership, Unit, UnitTopic


def topic_of(session: Session, unit_id: uuid.UUID) -> uuid.UUID:
    """Return the topic of a unit, opened at first need. Raises `NotFound`."""
    unit = locked(session, Unit, unit_id)
    topic_id = queries.topic_id(session, unit_id)
    if topic_id is None:
        topic_id = notifications.open_topic(
            session, kind=TopicKind.UNIT, reference=unit.slug, title=unit.name, path=f"/units/{unit.slug}"
        )
        session.add(UnitTopic(unit_id=unit.id, topic_id=topic_id))
        session.flush()
    return topic_id


def notify_desk(
    session: Session,
    *,
    unit_id: uuid.UUID,
    kind: str,
    reference: str,
    path: str,
    due_at: datetime,
    key: str,
) -> bool:
    """Put a notice on a unit's desk, for whoever works there; those who have an address get a letter.

    Idempotent by `key`; `due_at` is the moment at which it was due. Return whether it is new.
    """
    members = session.scalars(
        select(Membership.staff_id).where(Membership.unit_id == unit_id).order_by(Membership.staff_id)
    ).all()
    return notifications.notify_staff(
        session,
        topic_id=topic_of(session, unit_id),
        write_to=members,
        kind=kind,
        reference=reference,
        path=path,
        due_at=due_at,
        key=key,
    )


def title_topic(session: Session, event: UnitChanged) -> None:
    """React to a unit's new name: who follows it reads the name that it has now."""
    topic_id = queries.topic_id(session, event.unit_id)
    if topic_id is not None:
        notifications.retitle(session, topic_id, title=queries.unit_by_id(session, event.unit_id).name)
