"""Acts that take two people, each signed in as themselves: one proposes, another confirms.

What each needs is asked for here, so that the desk, the command line and whatever comes later agree.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from evalapp.accounts.models import StaffMember
from evalapp.audit import services as audit
from evalapp.ballots.models import ActKind, Grading, TwoPersonAct
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotAllowed
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor, Permission
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode

PROPOSING: Mapping[ActKind, Permission] = {
    ActKind.EXTEND: Permission.RUN_BOXES,
    ActKind.VOID: Permission.RUN_BOXES,
    ActKind.SET_APART: Permission.RUN_BOXES,
    ActKind.PUBLISH: Permission.APPROVE_RESULTS,
    ActKind.PUT_BACK: Permission.RUN_BOXES,
    ActKind.CORRECT: Permission.APPROVE_RESULTS,
}
CONFIRMING = Permission.APPROVE_RESULTS
DROPPING = Permission.RUN_BOXES


def propose(
    session: Session,
    grading: Grading,
    *,
    kind: ActKind,
    actor: Actor,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> TwoPersonAct:
    """Ask a second person to confirm. Raises `Conflict` while another of its kind waits, `NotAllowed`."""
    staff = _approver(session, actor, PROPOSING[kind])
    act = TwoPersonAct(
        grading_id=grading.id,
        kind=kind,
        detail=detail or {},
        reason=reason,
        proposed_by=staff.id,
        proposed_post=staff.post,
        proposed_at=clock.now(),
    )
    waiting = Conflict(N_("同类事项已有一件在等第二人确认，请先确认或撤回那一件。"))
    with refusing(session, {"uq_two_person_acts_waiting": waiting}):
        session.add(act)
    _record(session, act, actor=actor, action=f"box.{kind}.proposed")
    return act


def confirm(session: Session, act_id: uuid.UUID, *, kind: ActKind, actor: Actor) -> TwoPersonAct:
    """Confirm what somebody else proposed. Raises `Conflict` when it no longer waits, `NotAllowed` to its proposer.

    What then happens is for the caller, in the same transaction.
    """
    staff = _approver(session, actor, CONFIRMING)
    act = locked(session, TwoPersonAct, act_id)
    if act.kind is not kind or act.confirmed_at is not None or act.dropped_at is not None:
        raise Conflict(N_("这件事项已经有人处理过了。"))
    if act.proposed_by == staff.id:
        raise NotAllowed(N_("提出的人不能自己确认，须由另一人登录确认。"))
    act.confirmed_by, act.confirmed_post, act.confirmed_at = staff.id, staff.post, clock.now()
    session.flush()
    _record(session, act, actor=actor, action=f"box.{kind}.confirmed")
    return act


def drop(session: Session, act_id: uuid.UUID, *, actor: Actor) -> None:
    """Take a proposal back, or turn it down. Raises `Conflict` when it no longer waits, `NotAllowed`."""
    _require(actor, DROPPING)
    act = locked(session, TwoPersonAct, act_id)
    if act.confirmed_at is not None or act.dropped_at is not None:
        raise Conflict(N_("这件事项已经有人处理过了。"))
    act.dropped_at = clock.now()
    _record(session, act, actor=actor, action=f"box.{act.kind}.dropped")


def _require(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise NotAllowed(N_("这一步须由有权限的工作人员办理。"))


def _approver(session: Session, actor: Actor, permission: Permission) -> StaffMember:
    """The member of staff who acts; a new approver's rights begin when `approves_from` says."""
    _require(actor, permission)
    staff = session.get(StaffMember, actor.id) if actor.is_staff and actor.id is not None else None
    if staff is None or staff.disabled_at is not None:
        raise NotAllowed(N_("这一步须由工作人员本人登录办理。"))
    if staff.approves_from is not None and clock.now() < staff.approves_from:
        raise NotAllowed(N_("你的审批权限还没有生效，请由其他人员办理。"))
    return staff


def _record(session: Session, act: TwoPersonAct, *, actor: Actor, action: str) -> None:
    grading = session.get_one(Grading, act.grading_id)
    episode = session.get_one(Episode, grading.episode_id)
    audit.record(session, actor=actor, action=action, subject=episode.reference, detail={"act": str(act.id)})
