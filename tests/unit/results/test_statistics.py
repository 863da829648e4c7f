"""Figures against the textbook in floating point, and against worked examples."""

from __future__ import annotations

import math
import statistics as textbook
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules.grades import Grade
from evalapp.core.statistics import root, wilson
from evalapp.results.rules import statistics as figures
from evalapp.results.rules.counting import Distribution

POINTS = {
    Grade.VERY_SATISFIED: 100,
    Grade.SATISFIED: 80,
    Grade.MOSTLY_SATISFIED: 60,
    Grade.DISSATISFIED: 30,
    Grade.VERY_DISSATISFIED: 0,
}
given_grades = st.lists(st.integers(0, 5), min_size=2, max_size=60).filter(
    lambda g: sum(x > 0 for x in g) > 1
)


@given(given_grades)
def test_the_mean_and_its_interval_are_the_textbooks(grades):
    valid = [POINTS[Grade(grade)] for grade in grades if grade]
    found = figures.mean_points(Distribution.of(grades), POINTS)
    assert float(found.mean) == pytest.approx(textbook.fmean(valid))
    expected = 1.96 * textbook.stdev(valid) / math.sqrt(len(valid))
    assert float(found.half_width) == pytest.approx(expected, abs=1e-6)


def test_one_grade_has_a_mean_and_nobody_none():
    assert figures.mean_points(Distribution(satisfied=1), POINTS).half_width == 0
    with pytest.raises(ValueError, match="nothing"):
        figures.mean_points(Distribution(unknown=5), POINTS)


def test_a_census_that_everybody_answered_has_nothing_to_estimate():
    distribution = Distribution(very_satisfied=8, dissatisfied=4)
    sample = figures.mean_points(distribution, POINTS)
    assert figures.mean_points(distribution, POINTS, invited=12).half_width == 0
    half = figures.mean_points(distribution, POINTS, invited=24)
    assert 0 < half.half_width < sample.half_width
    assert figures.mean_points(distribution, POINTS, invited=10).half_width == 0


# Newcombe 1998, Two-sided confidence intervals for the single proportion, Table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilsons_interval_is_the_published_one(successes, n, low, high):
    share = wilson(successes, n)
    assert (figures.written(share.low, 4), figures.written(share.high, 4)) == (low, high)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share_and_keeps_inside(pair):
    successes, n = pair
    share = wilson(successes, n)
    assert 0 <= share.low <= share.value <= share.high <= 1


@given(st.fractions(min_value=0, max_value=10**6))
def test_the_root_is_right_to_nine_decimals_and_never_too_large(square):
    found = root(square)
    assert found**2 <= square < (found + Fraction(1, 10**9)) ** 2


@given(st.lists(st.tuples(st.fractions(0, 1), st.fractions(0, 50)), max_size=5))
def test_independent_parts_add_in_squares(parts):
    expected = math.sqrt(sum(float(w) ** 2 * float(h) ** 2 for w, h in parts))
    assert float(figures.combined_half_width(parts)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("88.25", 1, "88.3"),
        ("88.24", 1, "88.2"),
        ("-0.05", 1, "-0.1"),
        ("-0.04", 1, "0.0"),
        ("99.995", 2, "100.00"),
        ("2.5", 0, "3"),
        ("1/3", 2, "0.33"),
    ],
)
def test_halves_are_rounded_away_from_zero(value, places, text):
    assert figures.written(Fraction(value), places) == text


def test_five_in_a_hundred_top_grades_shift_a_mean_as_stated():
    # reliability: about 0.055 on a scale of 1 to 5 at a mean of 3.85
    shift = figures.shift_of_extra_top_grades(Fraction("3.85"), top=5)
    assert figures.written(shift, 3) == "0.055"


@given(st.integers(1, 400), st.integers(0, 100))
def test_the_shift_is_what_putting_them_in_does(hundreds, points):
    n, extra = hundreds * 100, hundreds * 5
    after = Fraction(n * points + extra * 100, n + extra)
    assert figures.shift_of_extra_top_grades(Fraction(points), top=100) == after - points


def test_an_interval_stays_inside_the_scale():
    estimate = figures.Estimate(mean=Fraction(98), half_width=Fraction(5))
    assert (estimate.low, estimate.high) == (93, 100)
