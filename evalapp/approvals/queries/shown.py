"""The parts of a case's file as they stand at the moment at which it is read: clocks, steps, events, cards."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from evalapp.approvals.rules import reckoning
from evalapp.approvals.rules.counting import Counter, Left, last_day, whole_day
from evalapp.approvals.rules.facts import CaseEvent
from evalapp.approvals.rules.kinds import (
    CHANNEL_WORDS,
    CLOCK_WORDS,
    EVENT_WORDS,
    MISFIT_WORDS,
    TRIGGER_WORDS,
    Channel,
    Colour,
    Lamp,
    Trigger,
)
from evalapp.approvals.rules.reckoning import CardKey, Clock
from evalapp.core import clock
from evalapp.core.calendar import ExplainedDay


@dataclass(frozen=True, kw_only=True)
class ShownClock:
    """A clock of a case as it stands at `now`; of a step with its title."""

    clock: Clock
    title: str
    counter: Counter
    now: datetime

    @property
    def words(self) -> str:
        return CLOCK_WORDS[self.clock.trigger]

    @property
    def is_running(self) -> bool:
        return self.clock.ended_at is None

    @property
    def is_held(self) -> bool:
        """Whether a pause holds it: then nobody knows yet when it is over."""
        return self.is_running and self.clock.due_at is None

    @property
    def is_late(self) -> bool:
        """Whether it was over before what it asks for was done, or is over now."""
        due_at = self.clock.due_at
        return due_at is not None and (self.clock.ended_at or self.now) >= due_at

    @property
    def due_on(self) -> date | None:
        """The day with whose end it is over; none for one in hours, or that is held."""
        return whole_day(self.clock.due_at) if self.clock.due_at is not None else None

    @property
    def lamp(self) -> Lamp:
        """What it shows by itself while it runs; one that ended is green or red."""
        if not self.is_running:
            return Lamp.RED if self.is_late else Lamp.GREEN
        return reckoning.lamp(self.clock.yellow_at, self.clock.red_at, self.now)

    @property
    def left(self) -> Left | None:
        """How much is left of it; none when it has ended."""
        one = self.clock
        if one.ended_at is not None:
            return None
        return self.counter.left(
            one.term, one.started_at, one.due_at, one.pauses, more=one.more, now=self.now
        )

    @property
    def is_provisional(self) -> bool:
        """Whether it reaches into a year whose days off nobody has announced yet."""
        one = self.clock
        if one.due_at is None:
            return False
        return self.counter.calendar.is_provisional(clock.local(one.started_at).date(), last_day(one.due_at))

    @cached_property
    def days(self) -> Sequence[ExplainedDay]:
        """How its last day came about, day by day."""
        return reckoning.explained(self.clock, self.counter, self.now)


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """A step of the flowchart at a post, with its own clock where the flowchart gives it a term."""

    key: str
    title: str
    post: str
    started_at: datetime
    ended_at: datetime | None
    pauses: bool  # the clock of the whole stands still meanwhile
    clock: ShownClock | None


@dataclass(frozen=True, kw_only=True)
class ShownEvent:
    """An event as it was claimed, came, and counts. `misfit` is the code of why it has no effect."""

    event: CaseEvent
    received_at: datetime
    channel: Channel
    step_title: str
    ground_words: str
    misfit: str

    @property
    def words(self) -> str:
        return EVENT_WORDS[self.event.kind]

    @property
    def channel_words(self) -> str:
        return CHANNEL_WORDS[self.channel]

    @property
    def misfit_words(self) -> str:
        return MISFIT_WORDS[self.misfit]


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """A card that fell due. `id` is none until the worker wrote it; what is gone or lifted costs nothing."""

    id: uuid.UUID | None
    trigger: Trigger
    part: str
    title: str  # of the step that it is about
    colour: Colour
    at: datetime
    points: int
    gone_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_reason: str = ""
    lifted_by: str = ""

    @property
    def words(self) -> str:
        return TRIGGER_WORDS[self.trigger]

    @property
    def key(self) -> CardKey:
        return self.trigger, self.part, self.colour

    @property
    def stands(self) -> bool:
        return self.gone_at is None and self.lifted_at is None
