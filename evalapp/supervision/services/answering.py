"""The unit answers or explains; the asker says what the answer is worth, and opens the matter again."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.errors import Conflict, Invalid, NotAllowed
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor, ActorKind
from evalapp.supervision.events import MatterAnswered, MatterReopened
from evalapp.supervision.models import Matter
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules import states, wording
from evalapp.supervision.rules.grading import MAY_REOPEN, AnswerGrade
from evalapp.supervision.rules.profile import SupervisionProfile
from evalapp.supervision.rules.states import Act, Phase, Stage
from evalapp.supervision.rules.terms import Ending
from evalapp.supervision.services import clocks, timeline
from evalapp.supervision.services.holding import held
from evalapp.supervision.services.matters import emit, first_term

# Whoever asked is nobody's business: entries call them by what they are.
ASKER = Actor(kind=ActorKind.RESIDENT, name="提问人")


def answer(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    signed_off_by: Actor | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Answer a matter in public and end its clock.

    Refuses an answer that only passes on or is too short, one without its sign-off where the profile asks for it, and
    a second answer. Raises `Invalid`, `NotAllowed`, `Conflict`, `NotFound`.
    """
    return _settle_with(
        session,
        Act.ANSWERED,
        matter_id=matter_id,
        text=text,
        actor=actor,
        unit_id=unit_id,
        signed_off_by=signed_off_by,
        seen_version=seen_version,
    )


def explain(
    session: Session,
    *,
    matter_id: uuid.UUID,
    text: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    signed_off_by: Actor | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Say in public why there is no ground to act, and end the clock. Refuses what `answer` refuses."""
    return _settle_with(
        session,
        Act.EXPLAINED,
        matter_id=matter_id,
        text=text,
        actor=actor,
        unit_id=unit_id,
        signed_off_by=signed_off_by,
        seen_version=seen_version,
    )


def grade_answer(session: Session, *, matter_id: uuid.UUID, grade: AnswerGrade) -> Matter:
    """Keep what the asker says of the answer; another grade takes the place of the one before.

    That it is the asker is for the caller to prove. Refuses a grade after the term. Raises `Conflict`.
    """
    matter = held(session, matter_id, Act.GRADED)
    _check_in_term(matter)
    if matter.grade is grade:
        return matter
    matter.grade, matter.graded_at = grade, clock.now()
    timeline.record(session, matter, Act.GRADED, actor=ASKER, detail={"grade": grade.value})
    return matter


def reopen(
    session: Session,
    *,
    matter_id: uuid.UUID,
    grade: AnswerGrade = AnswerGrade.NOT_ANSWERED,
    by: Actor = ASKER,
) -> Matter:
    """Open an answered or a checked matter again: its clock starts anew. That it is the asker, the caller proves.

    Refuses a good grade, more times than the profile allows, and after the term. Raises `Invalid`, `Conflict`.
    """
    matter = held(session, matter_id, Act.REOPENED)
    if grade not in MAY_REOPEN:
        raise Invalid(N_("答到点上的不必重新打开。"), field="grade")
    _check_in_term(matter)
    if matter.phase in {Phase.ANSWERED, Phase.EXPLAINED}:
        matter.grade, matter.graded_at = grade, clock.now()
    open_again(session, matter, by=by, detail={"grade": grade.value})
    return matter


def open_again(
    session: Session, matter: Matter, *, by: Actor, detail: dict[str, str], note: str = ""
) -> None:
    """Open a matter again, at most as often as the profile says, with the term it began with. Raises `Conflict`."""
    profile = profiles.profile_of(session, matter.profile_id)
    if matter.reopened >= profile.reply.reopen_times:
        raise Conflict(
            N_("已经重新打开 %(times)s 次，不能再打开。可以打热线 12345，或另外留言。"),
            times=profile.reply.reopen_times,
        )
    matter.reopened += 1
    timeline.enter(matter, Phase.REOPENED)
    matter.rests_at = None
    clocks.start(session, matter, Stage.ANSWER, term=first_term(matter, profile), at=clock.now())
    timeline.record(session, matter, Act.REOPENED, actor=by, note=note, detail=detail)
    emit(session, MatterReopened, matter)


def rest_from(session: Session, days: int) -> datetime:
    """Return when a term of working days that begins now is over."""
    return calendar.term_ends_at(session, received_at=clock.now(), working_days=days)


def check_signed(profile: SupervisionProfile, actor: Actor, signed_off_by: Actor | None) -> None:
    """Refuse an answer that nobody else signed, where the profile asks for it. Raises `NotAllowed`."""
    if not profile.reply.needs_sign_off:
        return
    if signed_off_by is None or signed_off_by.id is None or signed_off_by.id == actor.id:
        raise NotAllowed(N_("按本区办法，答复要由单位负责人签发，起草的人不能自己签。"))


def _settle_with(
    session: Session,
    act: Act,
    *,
    matter_id: uuid.UUID,
    text: str,
    actor: Actor,
    unit_id: uuid.UUID | None,
    signed_off_by: Actor | None,
    seen_version: int | None,
) -> Matter:
    matter = held(session, matter_id, act, unit_id=unit_id, seen_version=seen_version)
    if matter.kind in states.RULED:
        raise Conflict(N_("这件事项由评议办两人复核答复。"))
    profile = profiles.profile_of(session, matter.profile_id)
    words = wording.checked_answer(text, profile)
    check_signed(profile, actor, signed_off_by)
    clocks.stop(session, matter, Ending.MET)
    timeline.enter(matter, Phase.ANSWERED if act is Act.ANSWERED else Phase.EXPLAINED)
    matter.rests_at = rest_from(session, profile.reply.reopen_days)
    matter.grade = matter.graded_at = None
    detail = {"signed_off_by": signed_off_by.name} if signed_off_by else {}
    timeline.record(session, matter, act, actor=actor, note=words, detail=detail)
    emit(session, MatterAnswered, matter)
    return matter


def _check_in_term(matter: Matter) -> None:
    if matter.rests_at is not None and clock.now() >= matter.rests_at:
        raise Conflict(N_("期限已过，这件事项已经办结。还有问题可以另外留言。"))
