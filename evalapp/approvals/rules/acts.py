"""What a window can do with a case now: the acts that would have an effect, in the order in which a desk offers them."""

from collections.abc import Sequence

from evalapp.approvals.rules.facts import Basis
from evalapp.approvals.rules.folding import OWN_HOLD, Course
from evalapp.approvals.rules.kinds import CaseState, EventKind

_BEFORE = (EventKind.ACCEPTED, EventKind.PAPERS_ASKED, EventKind.REFUSED, EventKind.WITHDRAWN)
_AWAITING = (EventKind.SUPPLIED, EventKind.ACCEPTED, EventKind.REFUSED, EventKind.WITHDRAWN)
_BEGINNING = {
    CaseState.UNCLEAR: (EventKind.SUBMITTED,),
    CaseState.SUBMITTED: _BEFORE,
    CaseState.AWAITING_PAPERS: _AWAITING,
    CaseState.DECIDED: (EventKind.DELIVERED,),
}


def offered(course: Course, basis: Basis) -> Sequence[EventKind]:
    """The acts that fit now, the usual next one first."""
    if course.state in _BEGINNING:
        return _BEGINNING[course.state]
    if course.state not in {CaseState.ACCEPTED, CaseState.PAUSED}:
        return ()
    found = [EventKind.RESUMED] if OWN_HOLD in course.holds else []
    if running_steps(course):
        found.append(EventKind.STEP_ENDED)
    if free_steps(course, basis):
        found.append(EventKind.STEP_BEGUN)
    found.append(EventKind.DECIDED)
    if OWN_HOLD not in course.holds:
        found.append(EventKind.PAUSED)
    if not course.extended_by:
        found.append(EventKind.EXTENDED)
    return [*found, EventKind.WITHDRAWN]


def running_steps(course: Course) -> Sequence[str]:
    """The keys of the steps that are under way, in the order in which they began."""
    return [step.key for step in course.steps if step.ended_at is None]


def free_steps(course: Course, basis: Basis) -> Sequence[str]:
    """The keys of the steps that can begin, in the order of the flowchart: those that bear on a clock, if any does."""
    running = set(running_steps(course))
    on_a_clock = {key for key, rule in basis.steps.items() if rule.term is not None or rule.pauses}
    return [key for key in basis.steps if key not in running and (key in on_a_clock or not on_a_clock)]
