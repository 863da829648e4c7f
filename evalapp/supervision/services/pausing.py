"""Holding a clock for a reason told in public, and letting it go on. Only the office does: no unit holds its own."""

import uuid

from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.calendar import Pause
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.supervision.models import Deadline, DeadlinePause, Matter
from evalapp.supervision.rules import wording
from evalapp.supervision.rules.states import Act
from evalapp.supervision.services import timeline
from evalapp.supervision.services.clocks import REASON_LIMIT, count, pauses_of, running
from evalapp.supervision.services.holding import held, refuse_one_person


def pause(
    session: Session, *, matter_id: uuid.UUID, reason: str, actor: Actor, seen_version: int | None = None
) -> Matter:
    """Hold the clock from tomorrow on, for a reason told in public.

    Refuses a second pause, a term that is over, and the clock of what two people decide.
    """
    matter = held(session, matter_id, Act.PAUSED, seen_version=seen_version)
    refuse_one_person(matter, actor)
    deadline = running(session, matter)
    if deadline is None or deadline.due_at is None or clock.now() >= deadline.due_at or deadline.fixed_on:
        raise Conflict(N_("这件事项现在没有可以暂停的期限。"))
    why = wording.public_words(reason, field="reason", limit=REASON_LIMIT)
    session.add(DeadlinePause(deadline_id=deadline.id, noticed_on=clock.today(), reason=why, post=actor.name))
    session.flush()
    _count_again(session, matter, deadline)
    timeline.record(session, matter, Act.PAUSED, actor=actor, note=why)
    return matter


def resume(
    session: Session, *, matter_id: uuid.UUID, actor: Actor, seen_version: int | None = None
) -> Matter:
    """Let the clock go on from tomorrow. Refuses one that is not held."""
    matter = held(session, matter_id, Act.RESUMED, seen_version=seen_version)
    deadline = running(session, matter)
    open_ = [row for row in pauses_of(session, deadline) if row.resumed_on is None] if deadline else []
    if deadline is None or not open_:
        raise Conflict(N_("这件事项的期限没有暂停。"))
    open_[0].resumed_on = clock.today()
    session.flush()
    _count_again(session, matter, deadline)
    timeline.record(session, matter, Act.RESUMED, actor=actor)
    return matter


def _count_again(session: Session, matter: Matter, deadline: Deadline) -> None:
    spans = [
        Pause(noticed_on=row.noticed_on, resumed_on=row.resumed_on) for row in pauses_of(session, deadline)
    ]
    count(session, matter, deadline, pauses=spans)
    session.flush()
