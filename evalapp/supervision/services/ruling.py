"""Contests and objections: the unit, or a resident, says that it is not so; two people of the office decide."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts.models import StaffMember
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotAllowed, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor, Permission
from evalapp.core.transaction import locked
from evalapp.supervision.events import MatterRuled
from evalapp.supervision.models import Matter, Ruling
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules import states, wording
from evalapp.supervision.rules.states import Act, Phase, Stage
from evalapp.supervision.rules.terms import Ending
from evalapp.supervision.services import clocks, timeline
from evalapp.supervision.services.holding import held
from evalapp.supervision.services.matters import emit, first_term


def contest(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Say for the unit that it is not so, with the reasons in public. Its clock stops, that of the office begins."""
    matter = held(session, matter_id, Act.CONTESTED, unit_id=unit_id, seen_version=seen_version)
    if matter.kind in states.RULED:
        raise Conflict(N_("这件事项由评议办两人复核答复。"))
    profile = profiles.profile_of(session, matter.profile_id)
    words = wording.checked_answer(text, profile)
    clocks.stop(session, matter, Ending.MET)
    timeline.enter(matter, Phase.CONTESTED)
    clocks.start(session, matter, Stage.RULE, term=profile.contest, at=clock.now())
    timeline.record(session, matter, Act.CONTESTED, actor=actor, note=words)
    return matter


def propose_ruling(
    session: Session,
    *,
    matter_id: uuid.UUID,
    is_upheld: bool,
    reason: str,
    actor: Actor,
    seen_version: int | None = None,
) -> Ruling:
    """Propose how a contest or an objection is decided. Raises `Conflict` while another proposal waits, `NotAllowed`."""
    staff = officer(session, actor)
    matter = held(session, matter_id, Act.RULING_PROPOSED, seen_version=seen_version)
    _check_is_to_rule(matter)
    words = wording.checked_answer(reason, profiles.profile_of(session, matter.profile_id), field="reason")
    ruling = Ruling(
        id=uuid.uuid4(),
        matter_id=matter.id,
        is_upheld=is_upheld,
        reason=words,
        proposed_by=staff.id,
        proposed_post=staff.post,
        proposed_at=clock.now(),
    )
    waiting = Conflict(N_("已有一份复核意见在等第二人确认，请先确认或撤回那一份。"))
    with refusing(session, {"uq_matter_rulings_waiting": waiting}):
        session.add(ruling)
    timeline.record(session, matter, Act.RULING_PROPOSED, actor=actor, note=words)
    return ruling


def confirm_ruling(session: Session, *, ruling_id: uuid.UUID, actor: Actor) -> Matter:
    """Decide as somebody else proposed. Raises `Conflict` when it no longer waits, `NotAllowed` to its proposer.

    Upheld, the matter ends; a contest that fails gives the unit its clock back, an objection that fails is explained.
    """
    staff = officer(session, actor)
    matter, ruling = _waiting(session, ruling_id)
    if ruling.proposed_by == staff.id:
        raise NotAllowed(N_("提出的人不能自己确认，须由另一人登录确认。"))
    clocks.stop(session, matter, Ending.MET)
    ruling.confirmed_by, ruling.confirmed_post, ruling.confirmed_at = staff.id, staff.post, clock.now()
    session.flush()
    by = {"proposed_by": ruling.proposed_post, "confirmed_by": staff.post}
    act = Act.UPHELD if ruling.is_upheld else Act.REJECTED
    if ruling.is_upheld:
        timeline.enter(matter, Phase.UPHELD)
    elif matter.kind in states.RULED:
        timeline.enter(matter, Phase.EXPLAINED)
        matter.rests_at = clock.now()  # it is answered once
    else:
        profile = profiles.profile_of(session, matter.profile_id)
        timeline.enter(matter, Phase.REOPENED)
        clocks.start(session, matter, Stage.ANSWER, term=first_term(matter, profile), at=clock.now())
    timeline.record(session, matter, act, actor=actor, note=ruling.reason, detail=by)
    emit(session, MatterRuled, matter, is_upheld=ruling.is_upheld)
    return matter


def drop_ruling(session: Session, *, ruling_id: uuid.UUID, actor: Actor) -> Matter:
    """Take a proposal back, or turn it down. Raises `Conflict` when it no longer waits, `NotAllowed`."""
    officer(session, actor)
    matter, ruling = _waiting(session, ruling_id)
    ruling.dropped_at = clock.now()
    timeline.record(session, matter, Act.RULING_DROPPED, actor=actor)
    return matter


def _waiting(session: Session, ruling_id: uuid.UUID) -> tuple[Matter, Ruling]:
    matter_id = session.scalar(select(Ruling.matter_id).where(Ruling.id == ruling_id))
    if matter_id is None:
        raise NotFound(N_("没有找到这份复核意见。"))
    matter = held(session, matter_id, Act.RULING_PROPOSED)
    ruling = locked(session, Ruling, ruling_id)
    if ruling.confirmed_at is not None or ruling.dropped_at is not None:
        raise Conflict(N_("这件事项已经有人处理过了。"))
    return matter, ruling


def _check_is_to_rule(matter: Matter) -> None:
    if matter.phase is not Phase.CONTESTED and matter.kind not in states.RULED:
        raise Conflict(N_("单位没有提出异议，不需要复核。"))


def officer(session: Session, actor: Actor) -> StaffMember:
    """The member of staff who decides, signed in as themselves; a new one's rights begin when `approves_from` says."""
    if not actor.may(Permission.SUPERVISE):
        raise NotAllowed(N_("这一步须由有权限的工作人员办理。"))
    staff = session.get(StaffMember, actor.id) if actor.is_staff and actor.id is not None else None
    if staff is None or staff.disabled_at is not None:
        raise NotAllowed(N_("这一步须由工作人员本人登录办理。"))
    if staff.approves_from is not None and clock.now() < staff.approves_from:
        raise NotAllowed(N_("你的审批权限还没有生效，请由其他人员办理。"))
    return staff
