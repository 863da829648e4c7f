"""Who works where. Staff accounts are made by administrators; the office says for which unit they act."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role, StaffMember
from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.units.models import Membership
from evalapp.units.services.tree import open_unit


def assign_staff(session: Session, *, unit_id: uuid.UUID, staff_id: uuid.UUID, actor: Actor) -> Membership:
    """Have a member of staff act for a unit, and for no other any more.

    Refuses accounts that are not of a unit's kind or are disabled, and closed units.
    """
    unit = open_unit(session, unit_id)
    staff = locked(session, StaffMember, staff_id)
    if staff.role is not Role.UNIT:
        raise Invalid(N_("只有单位账号可以分配到单位。"), field="staff")
    if staff.disabled_at is not None:
        raise Conflict(N_("这个账号已经停用。"), field="staff")
    held = session.scalar(select(Membership).where(Membership.staff_id == staff.id))
    if held is not None and held.unit_id == unit.id:
        return held
    if held is None:
        held = Membership(staff_id=staff.id, unit_id=unit.id, created_at=clock.now())
        session.add(held)
    else:
        held.unit_id, held.created_at, held.is_head = unit.id, clock.now(), False
    session.flush()
    audit.record(
        session, actor=actor, action="unit.staff_assigned", subject=unit.slug, detail={"login": staff.login}
    )
    return held


def release_staff(session: Session, *, unit_id: uuid.UUID, staff_id: uuid.UUID, actor: Actor) -> None:
    """End that a member of staff acts for this unit; one who does not is not missed."""
    staff = locked(session, StaffMember, staff_id)
    gone = delete(Membership).where(Membership.staff_id == staff.id, Membership.unit_id == unit_id)
    if session.scalar(gone.returning(Membership.id)) is not None:
        audit.record(session, actor=actor, action="unit.staff_released", subject=staff.login)


def name_head(
    session: Session, *, unit_id: uuid.UUID, staff_id: uuid.UUID, is_head: bool, actor: Actor
) -> Membership:
    """Say whether a member of staff signs what this unit answers. Raises `NotFound` for whoever does not work there."""
    held = session.scalar(
        select(Membership)
        .where(Membership.staff_id == staff_id, Membership.unit_id == unit_id)
        .with_for_update()
    )
    if held is None:
        raise NotFound(N_("没有找到这个账号。"))
    if held.is_head is is_head:
        return held
    held.is_head, login = is_head, session.get_one(StaffMember, staff_id).login
    if is_head:
        audit.record(session, actor=actor, action="unit.head_named", subject=login)
    else:
        audit.record(session, actor=actor, action="unit.head_relieved", subject=login)
    return held
