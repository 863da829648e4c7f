"""What a handling took agrees with the clock: a term was kept if and only if no more than it was used."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalapp.approvals.rules import profile
from evalapp.approvals.rules.counting import Counter
from evalapp.core import clock
from evalapp.core.calendar import Pause, announced
from evalapp.core.terms import Basis, Term, TimeUnit

COUNTER = Counter.of(announced(), profile.own())
BEGIN = datetime(2026, 1, 1, tzinfo=clock.zone())
MINUTES = st.integers(0, 200 * 24 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())


def days(amount: int, basis: Basis = Basis.WORKING) -> Term:
    return Term(amount=amount, unit=TimeUnit.DAY, basis=basis)


def kept(term: Term, start: datetime, end: datetime, pauses: list[Pause]) -> bool:
    due = COUNTER.ends_at(term, start, pauses)
    return due is None or end < due


@given(
    begun=MINUTES,
    taken=st.integers(0, 60 * 24 * 60),
    holds=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=3),
    basis=st.sampled_from(list(Basis)),
    amount=st.integers(0, 60),
)
@settings(max_examples=600, deadline=None)
def test_a_term_was_kept_if_no_more_was_used(
    begun: int, taken: int, holds: list[tuple[int, int]], basis: Basis, amount: int
) -> None:
    start = BEGIN + timedelta(minutes=begun)
    end = start + timedelta(minutes=taken)
    noticed = [(start + timedelta(days=after)).date() for after, _ in holds]
    pauses = [
        Pause(noticed_on=on, resumed_on=on + timedelta(days=long))
        for on, (_, long) in zip(noticed, holds, strict=True)
        if on + timedelta(days=long) <= end.date()
    ]
    used = COUNTER.used(days(5, basis), start, end, pauses)
    assert (used <= amount) == kept(days(amount, basis), start, end, pauses)


@given(
    begun=MINUTES,
    taken=st.integers(0, 9 * 24 * 60),
    basis=st.sampled_from(list(Basis)),
    amount=st.integers(1, 3_000),
)
@settings(max_examples=300, deadline=None)
def test_a_term_in_minutes_too(begun: int, taken: int, basis: Basis, amount: int) -> None:
    start = BEGIN + timedelta(minutes=begun)
    end = start + timedelta(minutes=taken)
    term = Term(amount=amount, unit=TimeUnit.MINUTE, basis=basis)
    assert (COUNTER.used(term, start, end, []) <= amount) == kept(term, start, end, [])


@pytest.mark.parametrize(
    ("start", "end", "basis", "used"),
    [
        ("2026-03-02 10:00", "2026-03-02 16:00", Basis.WORKING, 0),  # the day of receipt
        ("2026-03-02 10:00", "2026-03-05 09:00", Basis.WORKING, 3),
        (
            "2026-03-02 10:00",
            "2026-03-07 09:00",
            Basis.WORKING,
            5,
        ),  # a Saturday: Friday, the fourth, was over
        ("2026-03-02 10:00", "2026-03-09 09:00", Basis.WORKING, 5),
        (
            "2026-03-02 10:00",
            "2026-03-09 09:00",
            Basis.CALENDAR,
            5,
        ),  # the fifth is a Saturday and moves to Monday
    ],
)
def test_days_worked_by_hand(start: str, end: str, basis: Basis, used: int) -> None:
    assert COUNTER.used(days(5, basis), at(start), at(end), []) == used


def test_a_pause_on_the_last_day_leaves_nothing() -> None:
    pauses = [Pause(noticed_on=at("2026-03-03 10:00").date(), resumed_on=at("2026-03-10 10:00").date())]
    # one day was promised, and was over on the day of the notice: what was decided afterwards took a second
    assert COUNTER.used(days(1), at("2026-03-02 10:00"), at("2026-03-11 09:00"), pauses) == 2
