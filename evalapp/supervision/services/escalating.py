"""Reminders and supervision notices: written when a round or an act comes by, dated by the moment at which they fell due.

Whoever comes by late writes the same rows: each is one for its deadline, by a constraint.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.accounts.models import Role
from evalapp.core import calendar, clock, events
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.references import next_reference
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.supervision.events import NoticeIssued
from evalapp.supervision.models import Deadline, Matter, ReferenceCounter, Reminder, SupervisionNotice
from evalapp.supervision.queries import escalation, profiles
from evalapp.supervision.rules import terms
from evalapp.supervision.rules.states import Act
from evalapp.supervision.rules.terms import DueNotice, DueReminder
from evalapp.supervision.services import clocks, timeline
from evalapp.units import services as units

_MOST_AT_ONCE = 200  # beyond that numbers may run out of order; nothing is lost
_OFFICE_DESK, _UNIT_DESK = "/desk/office/matters/", "/desk/unit/matters/"


def act_next(session: Session) -> bool:
    """Write the one reminder or notice that fell due first; return whether there was one.

    One at a time and in the order of their moments, so that numbers run as if nobody had slept.
    """
    now = clock.now()
    for deadline_id, matter_id in escalation.next_due(session, now):
        matter = locked(session, Matter, matter_id)
        deadline = locked(session, Deadline, deadline_id)
        if deadline.next_act_at is not None and deadline.next_act_at <= now:
            _act(session, matter, deadline, now)
        return True
    return False


def catch_up(session: Session) -> None:
    """Write what fell due anywhere, in its order, before somebody acts: usually the worker has, and nothing is left.

    Everybody who catches up holds the matters in the same order, so that none waits for the other for ever.
    """
    for _ in range(_MOST_AT_ONCE):
        if not act_next(session):
            return


def settle(session: Session, matter: Matter) -> None:
    """Write all that fell due for the clock of a matter that is held, before it is changed."""
    now = clock.now()
    deadline = clocks.running(session, matter)
    while deadline is not None and deadline.next_act_at is not None and deadline.next_act_at <= now:
        _act(session, matter, deadline, now)


def _act(session: Session, matter: Matter, deadline: Deadline, now: datetime) -> None:
    days = calendar.load(session, around=deadline.started_on)
    profile = profiles.profile_of(session, matter.profile_id)
    made = escalation.made(session, Deadline.id == deadline.id).get(deadline.id, escalation.NOTHING_MADE)
    due = terms.next_act(days, profile, escalation.clock_facts(deadline), made)
    if due is not None and due.at <= now:
        if isinstance(due, DueReminder):
            _remind(session, matter, deadline, due)
        else:
            issue(session, matter, deadline, due, actor=SYSTEM)
    deadline.next_act_at = clocks.next_act_at(session, matter, deadline)
    session.flush()


def _remind(session: Session, matter: Matter, deadline: Deadline, due: DueReminder) -> None:
    session.add(Reminder(deadline_id=deadline.id, code=due.code, due_at=due.at, made_at=clock.now()))
    timeline.record(
        session,
        matter,
        Act.REMINDED,
        actor=SYSTEM,
        at=due.at,
        detail={"code": due.code, "stage": deadline.stage.value},
    )
    _tell_desk(
        session,
        matter,
        deadline,
        kind=f"reminder.{due.code}",
        at=due.at,
        key=f"reminder:{deadline.id}:{due.code}",
    )


def issue(
    session: Session,
    matter: Matter,
    deadline: Deadline,
    due: DueNotice,
    *,
    actor: Actor,
    reason: str = "",
) -> SupervisionNotice:
    notice = SupervisionNotice(
        id=uuid.uuid4(),
        number=next_reference(session, ReferenceCounter, "DBD", year=clock.local(due.at).year, digits=3),
        colour=due.colour,
        matter_id=matter.id,
        deadline_id=deadline.id,
        unit_id=matter.unit_id,
        addressee=matter.handler or N_("单位主要负责人"),
        issued_at=due.at,
        written_at=clock.now(),
        issued_by=actor.name,
        reason=reason,
        due_on=due.due_on,
        due_at=due.due_at,
    )
    session.add(notice)
    session.flush()
    timeline.record(
        session,
        matter,
        Act.NOTICE_ISSUED,
        actor=actor,
        at=due.at,
        note=reason,
        detail={"number": notice.number, "colour": due.colour.value, "due_on": due.due_on.isoformat()},
    )
    fact = NoticeIssued(
        matter_id=matter.id,
        reference=matter.reference,
        about=matter.about,
        kind=matter.kind,
        number=notice.number,
        issued_at=notice.issued_at,
        written_at=notice.written_at,
    )
    events.emit(session, fact)
    _tell_desk(
        session,
        matter,
        deadline,
        kind=f"notice.{due.colour.value}",
        at=due.at,
        key=f"notice:{deadline.id}:{due.colour.value}",
    )
    return notice


def _tell_desk(
    session: Session, matter: Matter, deadline: Deadline, *, kind: str, at: datetime, key: str
) -> None:
    if deadline.unit_id is None:
        notifications.notify_staff(
            session,
            role=Role.OFFICE,
            kind=kind,
            reference=matter.reference,
            path=_OFFICE_DESK + matter.reference,
            due_at=at,
            key=key,
        )
        return
    units.notify_desk(
        session,
        unit_id=deadline.unit_id,
        kind=kind,
        reference=matter.reference,
        path=_UNIT_DESK + matter.reference,
        due_at=at,
        key=key,
    )
