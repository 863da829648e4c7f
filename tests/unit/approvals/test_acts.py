"""What a desk offers fits: over random histories, each act that is offered has an effect, and the usual ones are offered."""

import random
from dataclasses import replace
from datetime import timedelta

from evalapp.approvals.rules import acts, folding
from evalapp.approvals.rules.facts import Basis, CaseEvent
from evalapp.approvals.rules.kinds import CLOSED, CaseState, EventKind
from tests.support import histories
from tests.unit.approvals.test_histories import COUNTER, OWN, told

DETAIL = {
    EventKind.PAUSED: {"ground": "hearing"},
    EventKind.EXTENDED: {"reason": "情况复杂", "approved_by": "分管领导", "days": 5},
    EventKind.REFUSED: {"reason": "不属本机关职权"},
    EventKind.DECIDED: {"is_granted": True},
}


def misfits(number: int, offered=acts.offered) -> list[tuple[int, EventKind, str]]:
    found = []
    for seed in range(number):
        rng = random.Random(seed)
        basis = Basis.of(histories.basis_of(rng))
        whole = [told(event, COUNTER.calendar) for event in histories.history(rng)]
        events = whole[: rng.randrange(len(whole)) + 1]
        course = folding.course_of(events, basis, OWN)
        at = max(event.counted_at for event in events) + timedelta(minutes=1)
        for kind in offered(course, basis):
            steps = {
                EventKind.STEP_BEGUN: acts.free_steps(course, basis),
                EventKind.STEP_ENDED: acts.running_steps(course),
            }
            event = CaseEvent(key="now", kind=kind, occurred_at=at, counted_at=at)
            event = replace(event, step=(steps.get(kind) or [""])[0], **DETAIL.get(kind, {}))
            after = folding.course_of([*events, event], basis, OWN)
            found += [(seed, kind, each.code) for each in after.misfits if each.key == "now"]
    return found


def test_whatever_is_offered_has_an_effect() -> None:
    assert misfits(600) == []


def test_a_desk_that_offers_what_does_not_fit_is_found() -> None:
    """The planted defect: a desk that offers delivery at any time."""
    assert misfits(20, lambda course, basis: [*acts.offered(course, basis), EventKind.DELIVERED])


def test_a_closed_case_is_offered_nothing_and_an_open_one_a_way_on() -> None:
    for state in CaseState:
        course = folding.Course(state=state)
        assert bool(acts.offered(course, Basis(statutory=None, promised=None))) == (state not in CLOSED)
