"""Starting, pausing and ending the clock of a matter. One runs at most; the database sees to it."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.calendar import Pause
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.supervision.models import Deadline, DeadlinePause, Matter
from evalapp.supervision.queries import escalation, profiles
from evalapp.supervision.rules import terms
from evalapp.supervision.rules.profile import Term
from evalapp.supervision.rules.states import UNIT_STAGES, Stage
from evalapp.supervision.rules.terms import Ending

REASON_LIMIT = 300


def start(
    session: Session, matter: Matter, stage: Stage, *, term: Term, at: datetime, fixed_on: date | None = None
) -> Deadline:
    """Start a clock: a number of working days from `at`, or up to a day that a plan names."""
    numbers = select(func.coalesce(func.max(Deadline.number), 0)).where(Deadline.matter_id == matter.id)
    deadline = Deadline(
        id=uuid.uuid4(),
        matter_id=matter.id,
        unit_id=matter.unit_id if stage in UNIT_STAGES else None,
        stage=stage,
        number=session.scalars(numbers).one() + 1,
        started_at=at,
        started_on=clock.local(at).date(),
        working_days=None if fixed_on else term.days,
        fixed_on=fixed_on,
        source=term.source,
    )
    count(session, matter, deadline)
    runs = Conflict(N_("这件事项刚刚有人办过，请看看现在的情况。"))
    with refusing(session, {"uq_matter_deadlines_running": runs}):
        session.add(deadline)
    return deadline


def running(session: Session, matter: Matter) -> Deadline | None:
    """Return the clock that runs, or none."""
    return session.scalar(
        select(Deadline)
        .where(Deadline.matter_id == matter.id, Deadline.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def stop(session: Session, matter: Matter, how: Ending, *, at: datetime | None = None) -> Deadline | None:
    """End the clock that runs, and the pause that holds it; return it."""
    deadline = running(session, matter)
    if deadline is None:
        return None
    now = at or clock.now()
    for pause in pauses_of(session, deadline):
        if pause.resumed_on is None:
            pause.resumed_on = max(pause.noticed_on, clock.local(now).date())
    deadline.ended_at, deadline.ended_how, deadline.next_act_at = now, how, None
    session.flush()
    return deadline


def count(session: Session, matter: Matter, deadline: Deadline, *, pauses: Sequence[Pause] = ()) -> None:
    """Write what the calendar says of a deadline."""
    days = calendar.load(session, around=deadline.started_on)
    profile = profiles.profile_of(session, matter.profile_id)
    found = terms.counted(
        days,
        profile,
        started_on=deadline.started_on,
        working_days=deadline.working_days,
        fixed_on=deadline.fixed_on,
        pauses=pauses,
    )
    deadline.due_on, deadline.is_provisional = found.due_on, found.is_provisional
    deadline.listed_on = found.listed_on
    deadline.due_at, deadline.soon_at = found.times.due_at, found.times.soon_at
    deadline.very_late_at = found.times.very_late_at
    deadline.next_act_at = next_act_at(session, matter, deadline)


def next_act_at(session: Session, matter: Matter, deadline: Deadline) -> datetime | None:
    """Return when something is to be sent next for a clock, if nothing is done until then."""
    with session.no_autoflush:
        made = escalation.made(session, Deadline.id == deadline.id).get(deadline.id, escalation.NOTHING_MADE)
        act = terms.next_act(
            calendar.load(session, around=deadline.started_on),
            profiles.profile_of(session, matter.profile_id),
            escalation.clock_facts(deadline),
            made,
        )
    return act.at if act else None


def pauses_of(session: Session, deadline: Deadline) -> Sequence[DeadlinePause]:
    """Return what pauses a clock, in order."""
    return session.scalars(
        select(DeadlinePause)
        .where(DeadlinePause.deadline_id == deadline.id)
        .order_by(DeadlinePause.noticed_on, DeadlinePause.id)
    ).all()
