"""The state of an episode: from facts and times alone, never backwards but for a withdrawal or a void box."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.programme.rules import EpisodeFacts, EpisodeState, episode_state

T0 = datetime(2026, 11, 1, 12, tzinfo=UTC)
WINDOW = {"opens_at": T0, "closes_at": T0 + timedelta(days=7)}
READY = {"has_recording": True, "is_prepared": True}
DAY = timedelta(days=1)
S = EpisodeState


@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        ({}, T0, S.PLANNED),
        ({"has_airing": True}, T0, S.PLANNED),  # before it is prepared an airing is only a plan
        ({"has_recording": True}, T0, S.RECORDED),
        ({"has_recording": True, "has_airing": True}, T0, S.RECORDED),
        (READY, T0, S.PREPARED),
        ({**READY, "has_airing": True}, T0, S.SCHEDULED),
        ({**READY, **WINDOW}, T0 - timedelta(microseconds=1), S.PREPARED),
        ({**READY, **WINDOW, "has_airing": True}, T0 - DAY, S.SCHEDULED),
        ({**READY, **WINDOW}, T0, S.GRADING),
        ({**READY, **WINDOW}, T0 + 7 * DAY - timedelta(microseconds=1), S.GRADING),
        ({**READY, **WINDOW}, T0 + 7 * DAY, S.CLOSED),
        ({**WINDOW}, T0 + DAY, S.PLANNED),  # unprepared at opens_at: it stays and the desk warns
        ({"has_recording": True, **WINDOW}, T0 + DAY, S.RECORDED),
        ({**READY, **WINDOW, "counted_at": T0 + 8 * DAY}, T0 + 8 * DAY, S.COUNTED),
        ({**READY, **WINDOW, "published_at": T0, "final_at": T0 + DAY}, T0, S.PUBLISHED),
        ({**READY, **WINDOW, "published_at": T0, "final_at": T0 + DAY}, T0 + DAY, S.FINAL),
        ({**READY, **WINDOW, "published_at": T0}, T0 + 99 * DAY, S.PUBLISHED),
        ({**READY, **WINDOW, "voided_at": T0}, T0 + DAY, S.VOID),
        ({**READY, **WINDOW, "voided_at": T0, "withdrawn_at": T0}, T0 + DAY, S.WITHDRAWN),
        ({**READY, "published_at": T0, "withdrawn_at": T0}, T0, S.WITHDRAWN),
    ],
)
def test_the_state_follows_from_facts_and_times(facts: dict, at: datetime, state: EpisodeState) -> None:
    assert episode_state(EpisodeFacts(**facts), at) is state


ORDER = [
    S.PLANNED,
    S.RECORDED,
    S.PREPARED,
    S.SCHEDULED,
    S.GRADING,
    S.CLOSED,
    S.COUNTED,
    S.PUBLISHED,
    S.FINAL,
]

# The steps of a life in an order that services allow; a history is a random choice of them at random moments.
steps = st.lists(
    st.sampled_from(["record", "prepare", "air", "announce", "count", "publish", "wait", "void", "withdraw"]),
    max_size=14,
)
waits = st.lists(st.integers(min_value=0, max_value=5 * 24 * 3600), min_size=14, max_size=14)


def _after(facts: EpisodeFacts, step: str, now: datetime) -> EpisodeFacts:
    has_closed = facts.closes_at is not None and now >= facts.closes_at
    changes: dict[str, object] = {
        "record": {"has_recording": True},
        "prepare": {"is_prepared": True} if facts.has_recording else {},
        "air": {"has_airing": True},
        "announce": {"opens_at": now + DAY, "closes_at": now + 8 * DAY} if facts.opens_at is None else {},
        "count": {"counted_at": now} if has_closed and facts.is_prepared else {},
        "publish": {"published_at": now, "final_at": now + 14 * DAY} if facts.counted_at else {},
        "void": {"voided_at": now},
        "withdraw": {"withdrawn_at": now},
        "wait": {},
    }[step]
    return dataclasses.replace(facts, **changes)


def lives_that_go_backwards(state_of, history: list[str], seconds: list[int]) -> list[tuple[S, S]]:
    facts, now, before, wrong = EpisodeFacts(), T0, S.PLANNED, []
    for step, wait in zip(history, seconds, strict=False):
        now += timedelta(seconds=wait)
        facts = _after(facts, step, now)
        state = state_of(facts, now)
        if before is S.WITHDRAWN and state is not S.WITHDRAWN:
            wrong.append((before, state))
        if before is S.VOID and state not in {S.VOID, S.WITHDRAWN}:
            wrong.append((before, state))
        if before in ORDER and state in ORDER and ORDER.index(state) < ORDER.index(before):
            wrong.append((before, state))
        if state is S.GRADING and not (facts.is_prepared and facts.opens_at <= now < facts.closes_at):
            wrong.append((before, state))
        before = state
    return wrong


@given(history=steps, seconds=waits)
def test_no_history_goes_backwards_or_grades_outside_its_window(
    history: list[str], seconds: list[int]
) -> None:
    assert lives_that_go_backwards(episode_state, history, seconds) == []


@given(
    facts=st.builds(EpisodeFacts, has_recording=st.booleans(), is_prepared=st.booleans()),
    days=st.integers(0, 99),
)
def test_time_alone_never_goes_backwards(facts: EpisodeFacts, days: int) -> None:
    facts = dataclasses.replace(facts, **WINDOW)
    earlier, later = (episode_state(facts, T0 + n * DAY / 4) for n in (days, days + 1))
    assert ORDER.index(earlier) <= ORDER.index(later)


def test_a_planted_defect_in_the_state_is_noticed() -> None:
    """The planted defect: a state that forgets that grading ends when the recording is not there."""

    def forgetful(facts: EpisodeFacts, now: datetime) -> EpisodeState:
        if facts.opens_at is not None and now >= facts.opens_at:
            return S.GRADING  # neither prepared nor closed is asked for
        return episode_state(facts, now)

    assert lives_that_go_backwards(forgetful, ["announce", "wait"], [0, 2 * 24 * 3600])
