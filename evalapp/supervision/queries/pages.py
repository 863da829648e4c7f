"""One matter with everything its page tells: each clock day by day, the timeline, plans, notices, rulings."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.calendar import ExplainedDay, Pause
from evalapp.supervision.models import (
    Confirmation,
    Deadline,
    DeadlinePause,
    MatterCheck,
    MatterEvent,
    Rectification,
    RectificationFile,
    RectificationStep,
    Ruling,
    SupervisionNotice,
)
from evalapp.supervision.queries.escalation import issued_notice
from evalapp.supervision.queries.matters import ShownMatter, times_of
from evalapp.supervision.rules import states, terms
from evalapp.supervision.rules.profile import Colour, SupervisionProfile
from evalapp.supervision.rules.states import Act, Lamp
from evalapp.supervision.rules.terms import NoticeState


@dataclass(frozen=True, kw_only=True)
class ShownClock:
    """A clock with what paused it and what became of each of its days; one that a plan dates has no days to explain."""

    deadline: Deadline
    pauses: Sequence[DeadlinePause]
    days: Sequence[ExplainedDay]
    now: datetime

    @property
    def lamp(self) -> Lamp | None:
        return states.lamp(times_of(self.deadline), self.now) if self.deadline.ended_at is None else None

    @property
    def days_left(self) -> int:
        """Days up to its last day, negative when it is past; of a clock that is held none are told."""
        due_on = self.deadline.due_on
        return 0 if due_on is None else (due_on - clock.local(self.now).date()).days

    @property
    def was_late(self) -> bool:
        """Whether it was over before what it asked for was done, or is over now."""
        due_at = self.deadline.due_at
        return due_at is not None and (self.deadline.ended_at or self.now) >= due_at


@dataclass(frozen=True, kw_only=True)
class ShownPlan:
    """A plan with its steps and evidence, the checks of it, and how many residents said that it is mended, or not."""

    plan: Rectification
    steps: Sequence[RectificationStep]
    files: Sequence[RectificationFile]
    checks: Sequence[MatterCheck]
    mended: int
    not_mended: int

    @property
    def is_checked(self) -> bool:
        return any(check.has_passed for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class ShownNotice:
    notice: SupervisionNotice
    state: NoticeState


@dataclass(frozen=True, kw_only=True)
class MatterPage:
    """Everything of a matter. `entries` oldest first; `clocks` newest first."""

    shown: ShownMatter
    clocks: Sequence[ShownClock]
    entries: Sequence[MatterEvent]
    plans: Sequence[ShownPlan]
    notices: Sequence[ShownNotice]
    ruling: Ruling | None

    @property
    def plan(self) -> ShownPlan | None:
        """The plan that holds now."""
        return self.plans[0] if self.plans else None


def colour_now(page: MatterPage, profile: SupervisionProfile) -> Colour | None:
    """Return which supervision notice can be issued by hand now, if any."""
    running = page.shown.running
    if running is None or running.unit_id is None or running.due_on is None:
        return None
    issued = {
        one.notice.colour: issued_notice(one.notice)
        for one in page.notices
        if one.notice.deadline_id == running.id
    }
    return terms.next_colour(profile, issued=issued, now=page.shown.now)


def matter_page(session: Session, shown: ShownMatter, *, with_internal: bool) -> MatterPage:
    """Return the page of a matter; the entries that are for unit and office only when `with_internal`.

    Plans and notices are asked for only where the timeline tells of some.
    """
    everything = session.scalars(
        select(MatterEvent)
        .where(MatterEvent.matter_id == shown.matter.id)
        .order_by(MatterEvent.at, MatterEvent.number)
    ).all()
    kinds = {entry.kind for entry in everything}
    return MatterPage(
        shown=shown,
        clocks=_clocks(session, shown),
        entries=[entry for entry in everything if with_internal or entry.is_public],
        plans=_plans(session, shown.matter.id) if Act.PLANNED in kinds else [],
        notices=_notices(session, shown) if Act.NOTICE_ISSUED in kinds else [],
        ruling=_waiting_ruling(session, shown.matter.id)
        if with_internal and Act.RULING_PROPOSED in kinds
        else None,
    )


def _clocks(session: Session, shown: ShownMatter) -> list[ShownClock]:
    rows = session.execute(
        select(Deadline, DeadlinePause)
        .outerjoin(DeadlinePause, DeadlinePause.deadline_id == Deadline.id)
        .where(Deadline.matter_id == shown.matter.id)
        .order_by(Deadline.number.desc(), DeadlinePause.noticed_on, DeadlinePause.id)
    ).all()
    pauses: dict[uuid.UUID, list[DeadlinePause]] = defaultdict(list)
    deadlines: dict[uuid.UUID, Deadline] = {}
    for deadline, pause in rows:
        deadlines[deadline.id] = deadline
        if pause is not None:
            pauses[deadline.id].append(pause)
    days = calendar.load(session)
    return [
        ShownClock(
            deadline=deadline,
            pauses=pauses[deadline.id],
            days=_explained(days, deadline, pauses[deadline.id], shown.now),
            now=shown.now,
        )
        for deadline in deadlines.values()
    ]


def _explained(
    days: calendar.WorkCalendar, deadline: Deadline, pauses: Sequence[DeadlinePause], now: datetime
) -> list[ExplainedDay]:
    if deadline.working_days is None:
        return []
    spans = [Pause(noticed_on=row.noticed_on, resumed_on=row.resumed_on) for row in pauses]
    return days.explained(deadline.started_on, deadline.working_days, spans, until=clock.local(now).date())


def _plans(session: Session, matter_id: uuid.UUID) -> list[ShownPlan]:
    plans = session.scalars(
        select(Rectification)
        .where(Rectification.matter_id == matter_id)
        .order_by(Rectification.number.desc())
    ).all()
    ids = [plan.id for plan in plans]
    steps = session.scalars(
        select(RectificationStep)
        .where(RectificationStep.rectification_id.in_(ids))
        .order_by(RectificationStep.number)
    ).all()
    files = session.scalars(
        select(RectificationFile)
        .where(RectificationFile.rectification_id.in_(ids), RectificationFile.withdrawn_at.is_(None))
        .order_by(RectificationFile.added_at, RectificationFile.id)
    ).all()
    checks = session.scalars(
        select(MatterCheck).where(MatterCheck.rectification_id.in_(ids)).order_by(MatterCheck.number)
    ).all()
    said = session.execute(
        select(Confirmation.rectification_id, Confirmation.is_mended, func.count())
        .where(Confirmation.rectification_id.in_(ids))
        .group_by(Confirmation.rectification_id, Confirmation.is_mended)
    ).all()
    words = {(key, is_mended): number for key, is_mended, number in said}
    return [
        ShownPlan(
            plan=plan,
            steps=[step for step in steps if step.rectification_id == plan.id],
            files=[file for file in files if file.rectification_id == plan.id],
            checks=[check for check in checks if check.rectification_id == plan.id],
            mended=words.get((plan.id, True), 0),
            not_mended=words.get((plan.id, False), 0),
        )
        for plan in plans
    ]


def _notices(session: Session, shown: ShownMatter) -> list[ShownNotice]:
    rows = session.execute(
        select(SupervisionNotice, Deadline.ended_at)
        .join(Deadline, Deadline.id == SupervisionNotice.deadline_id)
        .where(SupervisionNotice.matter_id == shown.matter.id)
        .order_by(SupervisionNotice.issued_at, SupervisionNotice.number)
    ).all()
    return [shown_notice(notice, ended_at, shown.now) for notice, ended_at in rows]


def shown_notice(notice: SupervisionNotice, ended_at: datetime | None, now: datetime) -> ShownNotice:
    """Return a notice as it stands now; `ended_at` is when the clock that it is about ended."""
    stands = terms.notice_state(issued_notice(notice), deadline_ended_at=ended_at, now=now)
    return ShownNotice(notice=notice, state=stands)


def _waiting_ruling(session: Session, matter_id: uuid.UUID) -> Ruling | None:
    return session.scalar(
        select(Ruling).where(
            Ruling.matter_id == matter_id, Ruling.confirmed_at.is_(None), Ruling.dropped_at.is_(None)
        )
    )
