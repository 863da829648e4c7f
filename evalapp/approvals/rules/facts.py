"""What the rules are told: the events of a case, and the basis under which it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from evalapp.approvals.rules.kinds import RANKS, Channel, EventKind
from evalapp.approvals.rules.profile import Grace
from evalapp.core import clock, terms
from evalapp.core.calendar import WorkCalendar
from evalapp.core.terms import Term


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEvent:
    """One event as it counts. `key` is its sender's own id; the fields below say what its kind needs."""

    key: str
    kind: EventKind
    occurred_at: datetime
    counted_at: datetime
    is_late: bool = False  # 补录: it came after the grace, and counts as of when it came
    step: str = ""
    post: str = ""
    ground: str = ""
    reason: str = ""
    approved_by: str = ""  # a post
    days: int = 0
    is_joint: bool = False
    is_granted: bool = True
    is_unlisted: bool = False  # a fee that the list does not have

    @property
    def place(self) -> tuple[datetime, datetime, int, str]:
        """Where it stands among the events of its case, however they arrived."""
        return self.counted_at, self.occurred_at, RANKS[self.kind], self.key


@dataclass(frozen=True, kw_only=True)
class StepRule:
    """A step of the flowchart as the clock sees it."""

    title: str
    term: Term | None = None
    pauses: bool = False

    def document(self) -> dict[str, Any]:
        """The rule as plain data."""
        return {"title": self.title, "term": terms.spelled(self.term), "pauses": self.pauses}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read what `document` wrote."""
        return cls(title=said["title"], term=terms.typed(said["term"], field="term"), pauses=said["pauses"])


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a case runs under, as guide and flowchart stood when it began. Without a term nothing is counted."""

    statutory: Term | None
    promised: Term | None
    is_free: bool = True  # the guide says that nothing is charged
    steps: Mapping[str, StepRule] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The basis as plain data."""
        return {
            "statutory": terms.spelled(self.statutory),
            "promised": terms.spelled(self.promised),
            "is_free": self.is_free,
            "steps": {key: step.document() for key, step in self.steps.items()},
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read what `document` wrote."""
        return cls(
            statutory=terms.typed(said["statutory"], field="statutory"),
            promised=terms.typed(said["promised"], field="promised"),
            is_free=said["is_free"],
            steps={key: StepRule.of(step) for key, step in said["steps"].items()},
        )


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The moment by which an event counts, and whether it came too late to count as of when it happened."""

    counted_at: datetime
    is_late: bool


def is_ahead(occurred_at: datetime, received_at: datetime, grace: Grace) -> bool:
    """Whether an event claims a moment that has not come yet, beyond what a clock may be wrong."""
    return (occurred_at - received_at).total_seconds() > grace.ahead_minutes * 60


def timed(
    occurred_at: datetime,
    received_at: datetime,
    channel: Channel,
    *,
    grace: Grace,
    calendar: WorkCalendar,
) -> Timed:
    """Return by which moment an event counts: as claimed within the grace, else as of when it came (domain rule)."""
    soon = channel is Channel.FEED and received_at - occurred_at < grace.surely
    if soon or received_at < _grace_ends_at(occurred_at, channel, grace=grace, calendar=calendar):
        return Timed(counted_at=occurred_at, is_late=False)
    return Timed(counted_at=received_at, is_late=True)


def settled_at(closed_at: datetime, *, grace: Grace, calendar: WorkCalendar) -> datetime:
    """Return from when on nothing that arrives can come before the closing of a case."""
    return max(_grace_ends_at(closed_at, channel, grace=grace, calendar=calendar) for channel in Channel)


def _grace_ends_at(
    occurred_at: datetime, channel: Channel, *, grace: Grace, calendar: WorkCalendar
) -> datetime:
    if channel is Channel.DESK:
        return occurred_at + grace.desk
    last = calendar.add_working_days(clock.local(occurred_at).date(), grace.feed_days)
    return clock.end_of(last)
