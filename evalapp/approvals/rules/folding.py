"""The course of a case: what its events, in the order in which they count, made of it. What does not fit has no effect."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from evalapp.approvals.rules.facts import Basis, CaseEvent
from evalapp.approvals.rules.kinds import CLOSED, CaseState, EventKind, Trigger
from evalapp.approvals.rules.profile import ApprovalsProfile
from evalapp.core import clock
from evalapp.core.calendar import Pause

OWN_HOLD = ""  # the pause that an event began; a step that pauses holds by its key
_UNDER_WAY = frozenset({CaseState.ACCEPTED, CaseState.PAUSED})
_BEFORE_ACCEPTANCE = frozenset({CaseState.UNCLEAR, CaseState.SUBMITTED, CaseState.AWAITING_PAPERS})


@dataclass(slots=True)
class Span:
    """A stretch of a case: an acceptance that was waited for, a step at a post."""

    started_at: datetime
    ended_at: datetime | None = None
    key: str = ""
    post: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """Something that was wrong at once, whatever the clocks say. `part` tells one from another of its kind."""

    trigger: Trigger
    at: datetime
    part: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """An event that does not fit, and why: it is kept and has no effect."""

    key: str
    code: str


@dataclass(slots=True)
class Course:
    """What became of a case."""

    state: CaseState = CaseState.UNCLEAR
    submitted_at: datetime | None = None
    acceptances: list[Span] = field(default_factory=list)
    accepted_at: datetime | None = None
    is_joint: bool = False
    pauses: list[Pause] = field(default_factory=list)
    holds: dict[str, date] = field(default_factory=dict)
    extended_by: int = 0
    steps: list[Span] = field(default_factory=list)
    asked: int = 0
    decided_at: datetime | None = None
    is_granted: bool = True
    closed_at: datetime | None = None
    moved_at: datetime | None = None
    breaches: list[Breach] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)

    @property
    def handled_until(self) -> datetime | None:
        """When handling ended: with the decision, or because the case was closed without one."""
        return self.decided_at or self.closed_at

    @property
    def is_plain(self) -> bool:
        """Whether it waits for acceptance or runs on since, and nothing else happened."""
        beside = self.pauses or self.holds or self.steps or self.breaches or self.extended_by or self.is_joint
        is_open = self.state in {CaseState.SUBMITTED, CaseState.ACCEPTED}
        return is_open and len(self.acceptances) == 1 and not beside

    @property
    def all_pauses(self) -> list[Pause]:
        """Every pause, those without an end as well."""
        return [*self.pauses, *(Pause(noticed_on=on) for on in self.holds.values())]


Act = Callable[[Course, CaseEvent, Basis, ApprovalsProfile], str]  # why it does not fit, or nothing


def course_of(events: Iterable[CaseEvent], basis: Basis, profile: ApprovalsProfile) -> Course:
    """Fold the events of one case, in whatever order they are given."""
    course = Course()
    for event in sorted(events, key=_place):
        if event.is_late and event.kind is not EventKind.COMPLAINED:
            _breach(course, Trigger.OFFLINE, event, once=True)
        why = _ACTS[event.kind](course, event, basis, profile)
        if why:
            course.misfits.append(Misfit(key=event.key, code=why))
        else:
            course.moved_at = event.counted_at
    return course


def _place(event: CaseEvent) -> tuple[datetime, datetime, int, str]:
    return event.place


def _submit(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state is not CaseState.UNCLEAR:
        return "already-begun"
    course.state, course.submitted_at = CaseState.SUBMITTED, event.counted_at
    course.acceptances.append(Span(event.counted_at))
    return ""


def _ask(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state in CLOSED or course.state is CaseState.DECIDED:
        return "over"
    _begin(course, event, basis, profile)
    course.asked += 1
    if course.asked > 1:
        _breach(course, Trigger.PAPERS_TWICE, event, part=str(course.asked))
    if course.state is CaseState.SUBMITTED:
        course.acceptances[-1].ended_at = event.counted_at
        course.state = CaseState.AWAITING_PAPERS
    return ""


def _supply(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state is not CaseState.AWAITING_PAPERS:
        return "not-awaited"
    course.state = CaseState.SUBMITTED
    course.acceptances.append(Span(event.counted_at))
    return ""


def _accept(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state not in _BEFORE_ACCEPTANCE:
        return "already-accepted" if course.state in _UNDER_WAY else "over"
    _begin(course, event, basis, profile)
    if course.state is CaseState.SUBMITTED:
        course.acceptances[-1].ended_at = event.counted_at
    course.state, course.accepted_at = CaseState.ACCEPTED, event.counted_at
    course.is_joint = event.is_joint
    for step in course.steps:  # one that pauses and began before
        if step.ended_at is None and step.key in basis.steps and basis.steps[step.key].pauses:
            _hold(course, step.key, event)
    return ""


def _refuse(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state not in _BEFORE_ACCEPTANCE:
        return "already-accepted" if course.state in _UNDER_WAY else "over"
    _begin(course, event, basis, profile)
    if not event.reason:
        _breach(course, Trigger.NO_REASONS, event, part=event.kind.value)
    _close(course, event, CaseState.REFUSED)
    return ""


def _begin_step(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state in CLOSED or course.state is CaseState.DECIDED:
        return "over"
    rule = basis.steps.get(event.step)
    if rule is None:
        return "unknown-step"
    if _running(course, event.step) is not None:
        return "already-begun"
    _begin(course, event, basis, profile)
    course.steps.append(Span(event.counted_at, key=event.step, post=event.post))
    if rule.pauses and course.accepted_at is not None:
        _hold(course, event.step, event)
    return ""


def _end_step(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    running = _running(course, event.step)
    if running is None:
        return "not-begun"
    running.ended_at = event.counted_at
    _let_go(course, event.step, event)
    return ""


def _pause(course: Course, event: CaseEvent, _basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state not in _UNDER_WAY:
        return "not-under-way"
    if event.ground not in profile.grounds:
        return "no-ground"
    if OWN_HOLD in course.holds:
        return "already-paused"
    _hold(course, OWN_HOLD, event)
    return ""


def _resume(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if OWN_HOLD not in course.holds:
        return "not-paused"
    _let_go(course, OWN_HOLD, event)
    return ""


def _extend(course: Course, event: CaseEvent, _basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state not in _UNDER_WAY:
        return "not-under-way"
    if course.extended_by:
        return "already-extended"
    most = profile.extension.joint_days if course.is_joint else profile.extension.days
    if not 1 <= event.days <= most:
        return "too-long"
    if not event.reason:
        _breach(course, Trigger.NO_REASONS, event, part=event.kind.value)
    if not (event.reason and event.approved_by):
        return "not-approved"
    course.extended_by = event.days
    return ""


def _charge(course: Course, event: CaseEvent, basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state is CaseState.UNCLEAR:
        return "not-begun"
    if event.is_unlisted or basis.is_free:
        _breach(course, Trigger.FEE, event, part=event.key)
    return ""


def _decide(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> str:
    if course.state in CLOSED or course.state is CaseState.DECIDED:
        return "over"
    if course.state in _BEFORE_ACCEPTANCE:
        _accept(course, event, basis, profile)
    if not event.is_granted and not event.reason:
        _breach(course, Trigger.NO_REASONS, event, part=event.kind.value)
    course.is_granted = event.is_granted
    _stop(course, event)
    course.state, course.decided_at = CaseState.DECIDED, event.counted_at
    return ""


def _deliver(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state is not CaseState.DECIDED:
        return "over" if course.state in CLOSED else "not-decided"
    _close(course, event, CaseState.DELIVERED)
    return ""


def _withdraw(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state in CLOSED or course.state is CaseState.UNCLEAR:
        return "over" if course.state in CLOSED else "not-begun"
    _close(course, event, CaseState.WITHDRAWN)
    return ""


def _complain(course: Course, event: CaseEvent, _basis: Basis, _profile: ApprovalsProfile) -> str:
    if course.state is CaseState.UNCLEAR:
        return "not-begun"
    _breach(course, Trigger.COMPLAINT, event, part=event.key)
    return ""


_ACTS: dict[EventKind, Act] = {
    EventKind.SUBMITTED: _submit,
    EventKind.PAPERS_ASKED: _ask,
    EventKind.SUPPLIED: _supply,
    EventKind.ACCEPTED: _accept,
    EventKind.REFUSED: _refuse,
    EventKind.STEP_BEGUN: _begin_step,
    EventKind.STEP_ENDED: _end_step,
    EventKind.PAUSED: _pause,
    EventKind.RESUMED: _resume,
    EventKind.EXTENDED: _extend,
    EventKind.CHARGED: _charge,
    EventKind.DECIDED: _decide,
    EventKind.DELIVERED: _deliver,
    EventKind.WITHDRAWN: _withdraw,
    EventKind.COMPLAINED: _complain,
}


def _begin(course: Course, event: CaseEvent, basis: Basis, profile: ApprovalsProfile) -> None:
    """What begins otherwise than by being submitted was submitted then."""
    if course.state is CaseState.UNCLEAR:
        _submit(course, event, basis, profile)


def _hold(course: Course, name: str, event: CaseEvent) -> None:
    course.holds[name] = clock.local(event.counted_at).date()
    course.state = CaseState.PAUSED


def _let_go(course: Course, name: str, event: CaseEvent) -> None:
    if name in course.holds:
        resumed_on = clock.local(event.counted_at).date()
        course.pauses.append(Pause(noticed_on=course.holds.pop(name), resumed_on=resumed_on))
        if not course.holds and course.state is CaseState.PAUSED:
            course.state = CaseState.ACCEPTED


def _stop(course: Course, event: CaseEvent) -> None:
    """Handling is over: whatever ran or was held ends with it."""
    for name in list(course.holds):
        _let_go(course, name, event)
    for span in (*course.acceptances, *course.steps):
        if span.ended_at is None:
            span.ended_at = event.counted_at


def _close(course: Course, event: CaseEvent, state: CaseState) -> None:
    _stop(course, event)
    course.state, course.closed_at = state, event.counted_at


def _running(course: Course, key: str) -> Span | None:
    return next((step for step in course.steps if step.key == key and step.ended_at is None), None)


def _breach(
    course: Course, trigger: Trigger, event: CaseEvent, *, part: str = "", once: bool = False
) -> None:
    if not (once and any(breach.trigger is trigger for breach in course.breaches)):
        course.breaches.append(Breach(trigger=trigger, at=event.counted_at, part=part))
