"""Staff accounts: made by administrators, changed in the open, never by a person for themselves."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts import passwords, rules
from evalapp.accounts.events import (
    StaffAct,
    StaffAdded,
    StaffDisabled,
    StaffEnabled,
    StaffRoleChanged,
    TotpResetAsked,
    TotpResetDropped,
    TotpWasReset,
)
from evalapp.accounts.models import Role, StaffMember, TotpReset
from evalapp.accounts.services import sessions
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked


@dataclass(frozen=True, kw_only=True)
class OneTimePassword:
    """A password for the next sign-in, shown once to who made it; it is kept as a hash alone."""

    staff_id: uuid.UUID
    login: str
    password: str


def add(
    session: Session, *, login: str, post: str, role: Role, wait: timedelta, actor: Actor
) -> OneTimePassword:
    """Make an account; rights to approve begin after `wait`. Raises `Invalid`, `Conflict` for a known login."""
    login, post = rules.check_login(login), post.strip()
    if not post:
        raise Invalid(N_("请填写职务，不要写姓名。"), field="post")
    password = passwords.one_time()
    now = clock.now()
    staff = StaffMember(
        id=uuid.uuid4(),
        login=login,
        post=post,
        role=role,
        password_hash=passwords.hashed(password),
        created_at=now,
        approves_from=now + wait,
    )
    known = Conflict(N_("已经有这个登录名了，请换一个。"), field="login")
    with refusing(session, {"uq_staff_login": known}):
        session.add(staff)
    _tell(session, StaffAdded, staff, actor, role=role.value, post=post)
    return OneTimePassword(staff_id=staff.id, login=login, password=password)


def change_role(session: Session, staff_id: uuid.UUID, *, role: Role, wait: timedelta, actor: Actor) -> None:
    """Give an account another role; it is signed out everywhere. Raises `NotAllowed` for one's own, `Conflict`."""
    staff = _of_another(session, staff_id, actor)
    if staff.role is role:
        return
    before = staff.role
    if before is Role.ADMINISTRATOR:
        _refuse_for_the_last_administrator(session, staff)
    staff.role, staff.approves_from = role, clock.now() + wait
    session.flush()
    sessions.end_all_of_staff(session, staff.id)
    _tell(session, StaffRoleChanged, staff, actor, before=before.value, role=role.value)


def disable(session: Session, staff_id: uuid.UUID, *, actor: Actor) -> None:
    """Keep an account from signing in, at once. Raises `NotAllowed` for one's own, `Conflict` for the last administrator."""
    staff = _of_another(session, staff_id, actor)
    if staff.disabled_at is not None:
        return
    if staff.role is Role.ADMINISTRATOR:
        _refuse_for_the_last_administrator(session, staff)
    staff.disabled_at = clock.now()
    session.flush()
    sessions.end_all_of_staff(session, staff.id)
    _tell(session, StaffDisabled, staff, actor)


def enable(session: Session, staff_id: uuid.UUID, *, wait: timedelta, actor: Actor) -> None:
    """Let a disabled account sign in again; its rights to approve begin anew."""
    staff = _of_another(session, staff_id, actor)
    if staff.disabled_at is None:
        return
    staff.disabled_at, staff.approves_from = None, clock.now() + wait
    session.flush()
    _tell(session, StaffEnabled, staff, actor)


def ask_totp_reset(session: Session, staff_id: uuid.UUID, *, actor: Actor) -> None:
    """Ask that a colleague's second factor be taken away; another administrator agrees. Raises `NotAllowed`, `Conflict`."""
    staff = _of_another(session, staff_id, actor)
    assert actor.id is not None, "a signed-in administrator has an id"
    waiting = Conflict(N_("已经有人提出重置，请另一位管理员确认。"))
    with refusing(session, {"uq_totp_resets_waiting": waiting}):
        session.add(TotpReset(staff_id=staff.id, asked_by=actor.id, asked_at=clock.now()))
    _tell(session, TotpResetAsked, staff, actor)


def agree_totp_reset(
    session: Session, staff_id: uuid.UUID, *, wait: timedelta, actor: Actor
) -> OneTimePassword:
    """Agree to what another administrator asked; return the password for the new enrolment.

    Raises `NotAllowed` to who asked, to the person concerned, and while one's own rights have not begun.
    """
    staff = _of_another(session, staff_id, actor)
    request = _waiting_reset(session, staff)
    if request.asked_by == actor.id:
        raise NotAllowed(N_("提出重置的人不能自己确认，须由另一位管理员登录确认。"))
    approver = session.get(StaffMember, actor.id) if actor.id else None
    if approver is None or not rules.may_approve(approver.approves_from, clock.now()):
        raise NotAllowed(N_("你的审批权限还没有生效，请由其他人员办理。"))
    request.decided_by, request.decided_at = actor.id, clock.now()
    session.flush()
    return reset_totp(session, staff.id, wait=wait, actor=actor)


def drop_totp_reset(session: Session, staff_id: uuid.UUID, *, actor: Actor) -> None:
    """Take such a request back, or turn it down. Raises `NotFound`."""
    staff = locked(session, StaffMember, staff_id)
    _waiting_reset(session, staff).decided_at = clock.now()
    session.flush()
    _tell(session, TotpResetDropped, staff, actor)


def reset_totp(session: Session, staff_id: uuid.UUID, *, wait: timedelta, actor: Actor) -> OneTimePassword:
    """Take the second factor away and give a one-time password; signed out everywhere, rights to approve begin anew.

    For the command line, and for `agree_totp_reset` after two administrators.
    """
    staff = locked(session, StaffMember, staff_id)
    password = passwords.one_time()
    staff.password_hash, staff.password_is_once = passwords.hashed(password), True
    staff.sealed_totp, staff.totp_last_step = None, None
    staff.approves_from = clock.now() + wait
    session.flush()
    sessions.end_all_of_staff(session, staff.id)
    _tell(session, TotpWasReset, staff, actor)
    return OneTimePassword(staff_id=staff.id, login=staff.login, password=password)


def _of_another(session: Session, staff_id: uuid.UUID, actor: Actor) -> StaffMember:
    staff = locked(session, StaffMember, staff_id)
    if staff.id == actor.id:
        raise NotAllowed(N_("自己的账号要由另一位管理员来改。"))
    return staff


def _waiting_reset(session: Session, staff: StaffMember) -> TotpReset:
    request = session.scalar(
        select(TotpReset)
        .where(TotpReset.staff_id == staff.id, TotpReset.decided_at.is_(None))
        .with_for_update()
    )
    if request is None:
        raise NotFound(N_("没有等待确认的重置。"))
    return request


def _refuse_for_the_last_administrator(session: Session, staff: StaffMember) -> None:
    others = session.scalars(
        select(func.count())
        .select_from(StaffMember)
        .where(
            StaffMember.role == Role.ADMINISTRATOR,
            StaffMember.disabled_at.is_(None),
            StaffMember.id != staff.id,
        )
    ).one()
    if others == 0:
        raise Conflict(N_("这是最后一个管理员账号，请先添加另一个。"))


def _tell(session: Session, kind: type[StaffAct], staff: StaffMember, actor: Actor, **detail: str) -> None:
    events.emit(session, kind(actor=actor, login=staff.login, detail=detail))
