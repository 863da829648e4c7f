"""Matters as pages show them: the state that follows from what was done and from the time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act, Lamp, MatterFacts, MatterState, Times
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class ShownMatter:
    """A matter with its unit and the clock that runs, as it is at the moment `now`."""

    matter: Matter
    unit: Unit
    running: Deadline | None
    now: datetime

    @property
    def times(self) -> Times | None:
        return None if self.running is None else times_of(self.running)

    @property
    def state(self) -> MatterState:
        facts = MatterFacts(phase=self.matter.phase, running=self.times, rests_at=self.matter.rests_at)
        return states.state(facts, self.now)

    @property
    def state_words(self) -> str:
        """The state as a source text; whoever shows it translates it."""
        return states.STATE_WORDS[self.state]

    @property
    def lamp(self) -> Lamp | None:
        return None if self.times is None else states.lamp(self.times, self.now)

    @property
    def days_left(self) -> int | None:
        """Days up to the last day of the clock that runs, negative when it is past; none while none runs."""
        if self.running is None or self.running.due_on is None:
            return None
        return (self.running.due_on - clock.local(self.now).date()).days

    @property
    def asked_until(self) -> date | None:
        """The last day on which residents say whether it is mended; none where nobody is asked (any more)."""
        rests_at, is_asked = self.matter.rests_at, self.matter.kind in states.ASKED_BY_SOMEBODY
        if rests_at is None or not is_asked or not states.may(Act.CONFIRMED, self.matter.phase):
            return None
        return None if self.now >= rests_at else clock.local(rests_at - timedelta.resolution).date()

    @property
    def kind_words(self) -> str:
        return states.KIND_WORDS[self.matter.kind]


def times_of(deadline: Deadline) -> Times:
    """Return the moments of a deadline."""
    return Times(due_at=deadline.due_at, soon_at=deadline.soon_at, very_late_at=deadline.very_late_at)


def with_clock() -> Select[Matter, Unit, Deadline]:
    """Select matters with their unit and the clock that runs."""
    return (
        select(Matter, Unit, Deadline)
        .join(Unit, Unit.id == Matter.unit_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Matter.id, Deadline.ended_at.is_(None)))
    )


def shown(session: Session, reference: str) -> ShownMatter:
    """Return a matter as the office sees it, a withdrawn one too; raises `NotFound`."""
    return _one(session, Matter.reference == reference)


def shown_in_public(session: Session, reference: str) -> ShownMatter:
    """Return a matter that anybody may see; raises `NotFound`."""
    return _one(session, Matter.reference == reference, is_public())


def shown_to_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> ShownMatter:
    """Return a matter as this unit's; another's and a withdrawn one do not exist. Raises `NotFound`."""
    return _one(
        session, Matter.reference == reference, Matter.unit_id == unit_id, Matter.withdrawn_at.is_(None)
    )


def about(session: Session, references: Sequence[str]) -> dict[str, ShownMatter]:
    """Return the newest public matter about each of some public references."""
    rows = session.execute(
        with_clock().where(Matter.about.in_(references), is_public()).order_by(Matter.opened_at, Matter.id)
    ).all()
    now = clock.now()
    return {
        matter.about: ShownMatter(matter=matter, unit=unit, running=running, now=now)
        for matter, unit, running in rows
    }


def _one(session: Session, *conditions: ColumnElement[bool]) -> ShownMatter:
    row = session.execute(with_clock().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这件事项。"))
    matter, unit, running = row
    return ShownMatter(matter=matter, unit=unit, running=running, now=clock.now())


def is_public() -> ColumnElement[bool]:
    """Whether anybody may see a matter."""
    return and_(Matter.is_public, Matter.withdrawn_at.is_(None))
