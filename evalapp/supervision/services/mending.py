"""Rectification: a plan, its steps, the claim that it is mended, the check by others, the residents' word."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotAllowed, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor, ActorKind
from evalapp.supervision.events import MatterChecked, MatterPlanned
from evalapp.supervision.models import (
    CheckedBy,
    Confirmation,
    Matter,
    MatterCheck,
    Rectification,
    RectificationStep,
)
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules import confirming, plans, states, wording
from evalapp.supervision.rules.confirming import Decided
from evalapp.supervision.rules.plans import Step
from evalapp.supervision.rules.profile import Term
from evalapp.supervision.rules.states import Act, Phase, Stage
from evalapp.supervision.rules.terms import Ending
from evalapp.supervision.services import answering, clocks, timeline
from evalapp.supervision.services.holding import held
from evalapp.supervision.services.matters import emit
from evalapp.units.models import Membership

OUTCOME_LIMIT = 300
CLAIM_LIMIT = 1_000
RESIDENT = answering.ASKER
OTHERS = Actor(kind=ActorKind.RESIDENT, name="也遇到的居民")


def plan(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    steps: Sequence[Step],
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    longer_because: str = "",
    seen_version: int | None = None,
) -> Rectification:
    """Publish a plan: it answers the matter, and its last day is the next term.

    Refuses a plan without steps, with a day in the past, and one longer than the profile's term without a reason.
    """
    matter = held(session, matter_id, Act.PLANNED, unit_id=unit_id, seen_version=seen_version)
    if matter.kind in states.RULED:
        raise Conflict(N_("这件事项由评议办两人复核答复。"))
    profile = profiles.profile_of(session, matter.profile_id)
    words = wording.public_words(text, field="text", limit=plans.PLAN_LIMIT)
    why = wording.public_words(
        longer_because, field="longer_because", limit=clocks.REASON_LIMIT, required=False
    )
    today = clock.today()
    within = calendar.load(session, around=today).add_working_days(today, profile.low_grade.plan.days)
    checked = plans.checked_steps(steps, profile, today=today, without_reason_until=within, reason=why)
    clocks.stop(session, matter, Ending.MET)
    made = Rectification(
        id=uuid.uuid4(),
        matter_id=matter.id,
        number=_plans(session, matter) + 1,
        plan=words,
        longer_because=why,
        planned_at=clock.now(),
        planned_by=actor.name,
    )
    session.add(made)
    session.flush()
    session.add_all(
        RectificationStep(
            rectification_id=made.id, number=number, what=step.what, post=step.post, due_on=step.due_on
        )
        for number, step in enumerate(checked, 1)
    )
    timeline.enter(matter, Phase.PLANNED)
    matter.checked_at = None
    _start_mending(session, matter, profile.low_grade.plan, last=checked)
    timeline.record(session, matter, Act.PLANNED, actor=actor, note=words, detail={"steps": len(checked)})
    emit(session, MatterPlanned, matter)
    return made


def fix_at_once(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    post: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Say that it is mended already, and how: a plan of one step that is done today, which waits for its check."""
    words = wording.public_words(text, field="text", limit=OUTCOME_LIMIT)
    step = Step(what="当场改", post=post, due_on=clock.today())
    plan(
        session,
        matter_id=matter_id,
        text=words,
        steps=[step],
        actor=actor,
        unit_id=unit_id,
        seen_version=seen_version,
    )
    finish_step(session, matter_id=matter_id, number=1, outcome=words, actor=actor, unit_id=unit_id)
    return claim_mended(session, matter_id=matter_id, text=words, actor=actor, unit_id=unit_id)


def finish_step(
    session: Session,
    *,
    matter_id: uuid.UUID,
    number: int,
    outcome: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
) -> RectificationStep:
    """Say that a step of the newest plan is done and what came of it. Refuses one that is done already."""
    matter = held(session, matter_id, Act.STEP_DONE, unit_id=unit_id)
    made = newest_plan(session, matter)
    step = session.scalar(
        select(RectificationStep).where(
            RectificationStep.rectification_id == made.id, RectificationStep.number == number
        )
    )
    if step is None:
        raise NotFound(N_("没有这一步。"))
    if step.done_at is not None:
        raise Conflict(N_("这一步已经报过完成。"))
    words = wording.public_words(outcome, field="outcome", limit=OUTCOME_LIMIT)
    step.done_at, step.done_by, step.outcome = clock.now(), actor.name, words
    timeline.enter(matter, Phase.MENDING)
    timeline.record(session, matter, Act.STEP_DONE, actor=actor, note=words, detail={"number": number})
    return step


def claim_mended(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Say that it is mended: the unit's clock ends and that of the check begins. Refuses while a step is not done."""
    matter = held(session, matter_id, Act.CLAIMED, unit_id=unit_id, seen_version=seen_version)
    made = newest_plan(session, matter)
    left = session.scalars(
        select(func.count()).where(
            RectificationStep.rectification_id == made.id, RectificationStep.done_at.is_(None)
        )
    ).one()
    if left:
        raise Conflict(N_("还有 %(left)s 步没有报完成，先报完再申请核查。"), left=left)
    words = wording.public_words(text, field="text", limit=CLAIM_LIMIT)
    clocks.stop(session, matter, Ending.MET)
    made.claimed_at, made.claimed_by, made.claim = clock.now(), actor.name, words
    timeline.enter(matter, Phase.CLAIMED)
    profile = profiles.profile_of(session, matter.profile_id)
    clocks.start(session, matter, Stage.CHECK, term=profile.check, at=clock.now())
    timeline.record(session, matter, Act.CLAIMED, actor=actor, note=words)
    return matter


def check(
    session: Session,
    *,
    matter_id: uuid.UUID,
    has_passed: bool,
    note: str,
    actor: Actor,
    checked_by: CheckedBy = CheckedBy.OFFICE,
    seen_version: int | None = None,
) -> MatterCheck:
    """Say whether it is mended, having looked. Never somebody of the unit. Not passed, it goes back with a new term."""
    act = Act.CHECKED if has_passed else Act.SENT_BACK
    matter = held(session, matter_id, act, seen_version=seen_version)
    _check_not_of_unit(session, matter, actor)
    words = wording.public_words(note, field="note", limit=clocks.REASON_LIMIT)
    made, profile = newest_plan(session, matter), profiles.profile_of(session, matter.profile_id)
    numbers = select(func.coalesce(func.max(MatterCheck.number), 0)).where(
        MatterCheck.rectification_id == made.id
    )
    found = MatterCheck(
        id=uuid.uuid4(),
        rectification_id=made.id,
        number=session.scalars(numbers).one() + 1,
        at=clock.now(),
        has_passed=has_passed,
        checked_by=checked_by,
        note=words,
        staff_id=actor.id if actor.is_staff else None,
        post=actor.name,
    )
    session.add(found)
    clocks.stop(session, matter, Ending.MET)
    if has_passed:
        matter.checked_at = clock.now()
        matter.rests_at = answering.rest_from(session, profile.confirm_days)
        timeline.enter(matter, Phase.CHECKED)
    else:
        timeline.enter(matter, Phase.MENDING)
        made.claimed_at = None
        clocks.start(session, matter, Stage.MEND, term=profile.again, at=clock.now())
    timeline.record(session, matter, act, actor=actor, note=words, detail={"by": checked_by.value})
    if has_passed:
        emit(session, MatterChecked, matter)
    return found


def confirm(
    session: Session, *, matter_id: uuid.UUID, pseudonym: str, is_mended: bool, is_asker: bool = True
) -> Matter:
    """Keep a resident's word on a checked matter, once each; `rules.confirming` says what it decides.

    Whose word counts is for the caller to prove; `pseudonym` is a keyed hash of matter and resident. The timeline has
    what was decided; words that are only counted stand in no order and at no hour. Raises `Conflict` for a second word,
    and after the term.
    """
    matter = held(session, matter_id, Act.CONFIRMED)
    if matter.rests_at is not None and clock.now() >= matter.rests_at:
        raise Conflict(N_("期限已过，这件事项已经办结。还有问题可以另外留言。"))
    made = newest_plan(session, matter)
    twice = Conflict(N_("你已经确认过这一次整改。"))
    with refusing(session, {"uq_matter_confirmations_rectification_id_pseudonym": twice}):
        session.add(
            Confirmation(
                rectification_id=made.id, pseudonym=pseudonym, is_mended=is_mended, said_on=clock.today()
            )
        )
    against = _against(session, made)
    found = confirming.decided(
        profiles.profile_of(session, matter.profile_id),
        is_asker=is_asker,
        is_mended=is_mended,
        not_mended=against,
        reopened=matter.reopened,
    )
    if found is Decided.CONFIRMED:
        timeline.enter(matter, Phase.CONFIRMED)
        timeline.record(session, matter, Act.CONFIRMED, actor=RESIDENT)
    elif found is Decided.REOPENED:
        detail = {"mended": "no"} | ({} if is_asker else {"people": str(against)})
        answering.open_again(session, matter, by=RESIDENT if is_asker else OTHERS, detail=detail)
    return matter


def forget_words(session: Session, pseudonyms: Sequence[str]) -> None:
    """Take back every word said under these names: whoever said them erased their account. What was decided stands."""
    session.execute(delete(Confirmation).where(Confirmation.pseudonym.in_(pseudonyms)))


def newest_plan(session: Session, matter: Matter) -> Rectification:
    """Return the plan that a matter has now. Raises `NotFound`."""
    found = session.scalar(
        select(Rectification)
        .where(Rectification.matter_id == matter.id)
        .order_by(Rectification.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(N_("这件事项还没有整改方案。"))
    return found


def _start_mending(session: Session, matter: Matter, term: Term, *, last: Sequence[Step]) -> None:
    clocks.start(session, matter, Stage.MEND, term=term, at=clock.now(), fixed_on=plans.last_day(last))


def _against(session: Session, made: Rectification) -> int:
    """How many said of this plan that it is not mended. While it is not opened again, none of them is the asker."""
    said = select(func.count()).where(
        Confirmation.rectification_id == made.id, Confirmation.is_mended.is_(False)
    )
    return session.scalars(said).one()


def _plans(session: Session, matter: Matter) -> int:
    return session.scalars(select(func.count()).where(Rectification.matter_id == matter.id)).one()


def _check_not_of_unit(session: Session, matter: Matter, actor: Actor) -> None:
    works_there = select(Membership.id).where(
        Membership.staff_id == actor.id, Membership.unit_id == matter.unit_id
    )
    if actor.is_staff and session.scalar(works_there) is not None:
        raise NotAllowed(N_("整改由单位以外的人核查。"))
