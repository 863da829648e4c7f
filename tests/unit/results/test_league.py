"""Season scores and rank ranges."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.results.rules.league import RankRange, axis_from, median, rank_ranges, season_estimate
from evalapp.results.rules.statistics import Estimate


def estimate(mean, half_width):
    return Estimate(mean=Fraction(mean), half_width=Fraction(half_width))


def test_a_season_is_the_mean_of_its_episodes():
    season = season_estimate([estimate(80, 3), estimate(90, 4)])
    assert (season.mean, season.half_width) == (85, Fraction("2.5"))
    with pytest.raises(ValueError, match="published"):
        season_estimate([])


def test_overlapping_intervals_share_their_ranks():
    ranges = rank_ranges(
        {"a": estimate(90, 1), "b": estimate("89.5", 1), "c": estimate(80, 1), "d": estimate(70, 11)}
    )
    assert ranges == {
        "a": RankRange(first=1, last=2),
        "b": RankRange(first=1, last=2),
        "c": RankRange(first=3, last=4),
        "d": RankRange(first=3, last=4),
    }


def test_one_unit_alone_is_first():
    assert rank_ranges({"a": estimate(10, 50)}) == {"a": RankRange(first=1, last=1)}


def test_touching_intervals_are_not_set_in_order():
    assert rank_ranges({"a": estimate(90, 5), "b": estimate(80, 5)})["b"] == RankRange(first=1, last=2)


@given(
    st.dictionaries(
        st.integers().map(str),
        st.builds(estimate, st.integers(0, 100), st.integers(0, 20)),
        min_size=1,
        max_size=12,
    )
)
def test_a_rank_range_holds_every_rank_that_the_intervals_allow(units):
    ranges = rank_ranges(units)
    by_mean = sorted(units, key=lambda unit: -units[unit].mean)
    for place, unit in enumerate(by_mean, start=1):
        assert 1 <= ranges[unit].first <= place <= ranges[unit].last <= len(units)


@pytest.mark.parametrize(("values", "middle"), [([], None), ([3], 3), ([1, 3], 2), ([5, 1, 3], 3)])
def test_the_median_is_the_middle(values, middle):
    assert median([Fraction(value) for value in values]) == middle


@pytest.mark.parametrize(
    ("lows", "begins"), [((), 60), ((82.1, 60.0), 60), ((82.1, 59.9), 50), ((46.2,), 40), ((-3.0,), 0)]
)
def test_an_axis_begins_low_enough_for_every_interval(lows, begins):
    assert axis_from(lows) == begins
