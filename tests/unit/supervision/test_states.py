"""What a matter is now follows from what was done and from the time alone."""

from datetime import UTC, datetime, timedelta

import pytest

from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import (
    FROM,
    Act,
    Lamp,
    MatterFacts,
    MatterState,
    Phase,
    Times,
    may,
)

SOON = datetime(2026, 3, 11, 16, tzinfo=UTC)
DUE = datetime(2026, 3, 12, 16, tzinfo=UTC)
VERY = datetime(2026, 3, 19, 16, tzinfo=UTC)
CLOCK = Times(due_at=DUE, soon_at=SOON, very_late_at=VERY)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "expected", "lamp"),
    [
        (SOON - MINUTE, MatterState.OPEN, Lamp.IN_TIME),
        (SOON, MatterState.DUE_SOON, Lamp.SOON),
        (DUE - MINUTE, MatterState.DUE_SOON, Lamp.SOON),
        (DUE, MatterState.LATE, Lamp.OVER),
        (VERY - MINUTE, MatterState.LATE, Lamp.OVER),
        (VERY, MatterState.VERY_LATE, Lamp.OVER),
    ],
)
def test_an_open_matter_is_what_its_clock_says(now, expected, lamp) -> None:
    facts = MatterFacts(phase=Phase.OPEN, running=CLOCK)
    assert states.state(facts, now) is expected
    assert states.lamp(CLOCK, now) is lamp


@pytest.mark.parametrize("phase", [Phase.REOPENED, Phase.PLANNED, Phase.MENDING])
def test_what_was_begun_is_late_all_the_same(phase) -> None:
    facts = MatterFacts(phase=phase, running=CLOCK)
    assert states.state(facts, SOON) is MatterState(phase.value)
    assert states.state(facts, DUE) is MatterState.LATE


def test_a_late_check_is_the_offices_lateness_and_not_the_units() -> None:
    facts = MatterFacts(phase=Phase.CLAIMED, running=CLOCK)
    assert states.state(facts, VERY) is MatterState.CLAIMED
    assert states.lamp(CLOCK, VERY) is Lamp.OVER


def test_a_held_clock_is_never_late() -> None:
    held = Times(due_at=None, soon_at=None, very_late_at=None)
    assert states.state(MatterFacts(phase=Phase.OPEN, running=held), VERY) is MatterState.PAUSED
    assert states.lamp(held, VERY) is None


def test_an_answer_is_closed_once_nobody_can_object_any_more() -> None:
    facts = MatterFacts(phase=Phase.ANSWERED, rests_at=DUE)
    assert states.state(facts, DUE - MINUTE) is MatterState.ANSWERED
    assert states.state(facts, DUE) is MatterState.CLOSED


def test_no_time_makes_a_claim_mended() -> None:
    claimed = MatterFacts(phase=Phase.CLAIMED, running=CLOCK, rests_at=DUE)
    for days in range(400):
        assert states.state(claimed, DUE + timedelta(days=days)) is MatterState.CLAIMED


def test_checked_comes_from_a_claim_and_confirmed_from_a_check_only() -> None:
    assert FROM[Act.CHECKED] == {Phase.CLAIMED}
    assert FROM[Act.CONFIRMED] <= {Phase.CHECKED, Phase.CONFIRMED}
    assert not may(Act.CHECKED, Phase.MENDING)


def test_nothing_ends_twice() -> None:
    for phase in states.OVER:
        assert not may(Act.CLOSED, phase)
        assert not may(Act.ANSWERED, phase)


def test_every_phase_state_and_act_has_its_words() -> None:
    assert {phase.value for phase in Phase} <= {state.value for state in MatterState}
    assert states.STATE_WORDS.keys() == set(MatterState)
    assert states.ACT_WORDS.keys() == set(Act)
