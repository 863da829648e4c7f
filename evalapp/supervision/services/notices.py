"""Supervision notices: those that a matter begins with, those by hand before their moment; answered, withdrawn."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.supervision.models import Deadline, Matter, SupervisionNotice
from evalapp.supervision.queries import escalation, profiles
from evalapp.supervision.rules import states, terms, wording
from evalapp.supervision.rules.profile import Colour
from evalapp.supervision.rules.states import Act, MatterKind, Phase
from evalapp.supervision.rules.terms import DueNotice, Ending
from evalapp.supervision.services import clocks, timeline
from evalapp.supervision.services.answering import rest_from
from evalapp.supervision.services.escalating import issue
from evalapp.supervision.services.holding import held, refuse_one_person

ANSWER_LIMIT = 2_000


def issue_notice(
    session: Session,
    *,
    matter_id: uuid.UUID,
    colour: Colour,
    reason: str,
    actor: Actor,
    seen_version: int | None = None,
) -> SupervisionNotice:
    """Issue a notice by hand before its moment. Raises `Conflict`.

    Blue for any clock of a unit that runs, a later colour only after the one before failed.
    """
    matter = held(session, matter_id, Act.NOTICE_ISSUED, seen_version=seen_version)
    why = wording.public_words(reason, field="reason", limit=clocks.REASON_LIMIT)
    deadline, now = clocks.running(session, matter), clock.now()
    if deadline is None or deadline.unit_id is None or deadline.due_on is None:
        raise Conflict(N_("这件事项现在没有要单位办的期限，不能发督办单。"))
    profile = profiles.profile_of(session, matter.profile_id)
    made = escalation.made(session, Deadline.id == deadline.id).get(deadline.id, escalation.NOTHING_MADE)
    days = calendar.load(session, around=clock.today())
    following = terms.next_notice(days, profile, due_on=deadline.due_on, issued=made.notices)
    before = [made.notices[rule.colour] for rule in profile.notices if rule.colour in made.notices]
    if following is None or following.colour is not colour:
        raise Conflict(N_("督办单按蓝、橙、红的次序发，前一张没有办成才发下一张。"), field="colour")
    if before and now < before[-1].due_at:
        raise Conflict(N_("前一张督办单的期限还没有过。"), field="colour")
    rule = profile.notice(colour)
    assert rule is not None  # it follows by the profile
    last = days.add_working_days(clock.today(), rule.answer_days)
    due = DueNotice(colour=colour, at=now, due_on=last, due_at=clock.end_of(last))
    notice = issue(session, matter, deadline, due, actor=actor, reason=why)
    deadline.next_act_at = clocks.next_act_at(session, matter, deadline)
    return notice


def begin_with_notice(session: Session, matter: Matter, *, reason: str) -> SupervisionNotice | None:
    """Issue the first notice of a matter that was just opened, with the term of its clock; none where none go."""
    deadline, profile = clocks.running(session, matter), profiles.profile_of(session, matter.profile_id)
    if not profile.notices or deadline is None or deadline.due_on is None or deadline.due_at is None:
        return None
    due = DueNotice(
        colour=profile.notices[0].colour,
        at=matter.opened_at,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
    )
    notice = issue(session, matter, deadline, due, actor=SYSTEM, reason=reason)
    deadline.next_act_at = clocks.next_act_at(session, matter, deadline)
    session.flush()
    return notice


def answer_notice(
    session: Session, *, notice_id: uuid.UUID, text: str, actor: Actor, unit_id: uuid.UUID | None = None
) -> SupervisionNotice:
    """Answer a notice for the unit it went to. Refuses a second answer and one that was withdrawn.

    Of a matter that began with its notice this is the answer, and must be one.
    """
    matter, notice = _held_notice(session, notice_id, Act.NOTICE_ANSWERED, unit_id=unit_id)
    profile = profiles.profile_of(session, matter.profile_id)
    answers = matter.kind is MatterKind.MONITORING and states.may(Act.ANSWERED, matter.phase)
    if answers:
        words = wording.checked_answer(text, profile)
    else:
        words = wording.public_words(text, field="text", limit=ANSWER_LIMIT)
    if notice.answered_at is not None or notice.withdrawn_at is not None:
        raise Conflict(N_("这张督办单已经答复或撤回，请看看现在的情况。"))
    notice.answer, notice.answered_at, notice.answered_by = words, clock.now(), actor.name
    if answers:
        clocks.stop(session, matter, Ending.MET)
        timeline.enter(matter, Phase.ANSWERED)
        matter.rests_at = rest_from(session, profile.reply.reopen_days)
    _after(session, matter, notice)
    timeline.record(
        session, matter, Act.NOTICE_ANSWERED, actor=actor, note=words, detail={"number": notice.number}
    )
    return notice


def withdraw_notice(
    session: Session, *, notice_id: uuid.UUID, reason: str, actor: Actor
) -> SupervisionNotice:
    """Take a notice back for a reason; it stays readable with its number, and no later colour follows it."""
    matter, notice = _held_notice(session, notice_id, Act.NOTICE_WITHDRAWN)
    refuse_one_person(matter, actor)
    why = wording.public_words(reason, field="reason", limit=clocks.REASON_LIMIT)
    if notice.answered_at is not None or notice.withdrawn_at is not None:
        raise Conflict(N_("这张督办单已经答复或撤回，请看看现在的情况。"))
    notice.withdrawn_at, notice.withdrawn_reason, notice.withdrawn_by = clock.now(), why, actor.name
    _after(session, matter, notice)
    timeline.record(
        session, matter, Act.NOTICE_WITHDRAWN, actor=actor, note=why, detail={"number": notice.number}
    )
    return notice


def _held_notice(
    session: Session, notice_id: uuid.UUID, act: Act, *, unit_id: uuid.UUID | None = None
) -> tuple[Matter, SupervisionNotice]:
    matter_id = session.scalar(select(SupervisionNotice.matter_id).where(SupervisionNotice.id == notice_id))
    if matter_id is None:
        raise NotFound(N_("没有找到这张督办单。"))
    matter = held(session, matter_id, act, unit_id=unit_id)
    return matter, locked(session, SupervisionNotice, notice_id)


def _after(session: Session, matter: Matter, notice: SupervisionNotice) -> None:
    """What follows depends on the answer: reckon anew, if the clock of this notice still runs."""
    session.flush()
    deadline = clocks.running(session, matter)
    if deadline is not None and deadline.id == notice.deadline_id:
        deadline.next_act_at = clocks.next_act_at(session, matter, deadline)
        session.flush()
