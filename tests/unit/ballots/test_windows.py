"""The window by the clock, changes, and what of the turnout is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules import windows

OPENS = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=6)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "is_open"), [(OPENS - SECOND, False), (OPENS, True), (CLOSES - SECOND, True), (CLOSES, False)]
)
def test_the_opening_moment_belongs_to_the_window_and_the_closing_one_does_not(now, is_open):
    assert windows.is_open(opens_at=OPENS, closes_at=CLOSES, now=now) is is_open


@pytest.mark.parametrize(
    ("behind", "back"), [(timedelta(0), False), (5 * SECOND, False), (6 * SECOND, True), (-SECOND, False)]
)
def test_a_clock_more_than_five_seconds_behind_is_noticed(behind, back):
    assert windows.clock_went_back(now=OPENS - behind, written_at=OPENS) is back


def test_a_box_in_which_nothing_was_written_has_no_clock_to_compare():
    assert windows.clock_went_back(now=OPENS, written_at=None) is False


@pytest.mark.parametrize(
    ("hour", "so_far", "allowed"), [(9, 0, True), (2, 3, True), (3, 4, False), (0, 19, True), (0, 20, False)]
)
def test_changes_are_limited_by_the_hour_and_by_the_box(hour, so_far, allowed):
    assert (
        windows.may_change(changes_this_hour=hour, ballots_so_far=so_far, per_hour=3, per_box=20) is allowed
    )


@given(st.integers(0, 10**6))
def test_turnout_is_told_in_steps_of_twenty_and_never_ahead(accepted):
    told = windows.told_turnout(accepted)
    assert told % 20 == 0
    assert told <= accepted < told + 20


@pytest.mark.parametrize(("minutes", "due"), [(9, False), (10, True)])
def test_turnout_is_looked_up_every_ten_minutes_at_most(minutes, due):
    assert windows.turnout_is_due(told_at=OPENS, now=OPENS + timedelta(minutes=minutes)) is due
    assert windows.turnout_is_due(told_at=None, now=OPENS)
