"""Notices to staff: rows on a desk, and a letter to those who have an address."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts import vault_mail
from evalapp.accounts.models import Role, StaffMember
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.notifications.models import StaffNotice
from evalapp.notifications.queries.desks import Desk, on_desk
from evalapp.notifications.services.letters import Told, tell_staff


def notify_staff(
    session: Session,
    *,
    kind: str,
    reference: str,
    path: str,
    due_at: datetime,
    key: str,
    staff_id: uuid.UUID | None = None,
    topic_id: uuid.UUID | None = None,
    role: Role | None = None,
    write_to: Iterable[uuid.UUID] = (),
) -> bool:
    """Put a notice on one desk: a member's, a unit's (by its topic) or a role's. Return whether it is new.

    Idempotent by `key`. `due_at` is the moment at which it was due, whenever a round wakes. Those among the desk's
    people (`write_to` names a unit's) who have an address get a letter too, which says nothing of what it is about.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.scalar(
        insert(StaffNotice)
        .values(
            id=uuid.uuid4(),
            staff_id=staff_id,
            topic_id=topic_id,
            role=role,
            kind=kind,
            reference=reference,
            path=path,
            due_at=due_at,
            key=key,
            seen_by="",
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(StaffNotice.id)
    )
    if made is None:
        return False
    people = [staff_id] if staff_id else [*_of_role(session, role), *write_to]
    reachable = vault_mail.staff_with_address(session, people)
    tell_staff(session, [Told(reader_id=one, key=f"{key}:{one}") for one in reachable], at=due_at)
    return True


def mark_seen(session: Session, notice_id: uuid.UUID, *, desk: Desk, actor: Actor) -> None:
    """Note that somebody at the desk has seen a notice; twice changes nothing. Raises `NotFound` for another desk's."""
    row = session.scalar(
        select(StaffNotice).where(StaffNotice.id == notice_id, on_desk(desk)).with_for_update()
    )
    if row is None:
        raise NotFound(N_("没有找到这条通知。"))
    if row.seen_at is None:
        row.seen_at, row.seen_by = clock.now(), actor.name


def take_back(session: Session, *, reference: str) -> None:
    """Take every notice about something off the desks: it exists for nobody there any more."""
    session.execute(delete(StaffNotice).where(StaffNotice.reference == reference))


def _of_role(session: Session, role: Role | None) -> Sequence[uuid.UUID]:
    if role is None:
        return ()
    return session.scalars(
        select(StaffMember.id)
        .where(StaffMember.role == role, StaffMember.disabled_at.is_(None))
        .order_by(StaffMember.id)
    ).all()
