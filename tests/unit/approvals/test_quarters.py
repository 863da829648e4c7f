"""A unit's quarter by figures worked by hand, and when it is graded."""

from datetime import date

import pytest

from evalapp.approvals.rules.profile import own
from evalapp.approvals.rules.quarters import Figures, YearQuarter, closes_at, graded, is_failing
from evalapp.core import clock
from evalapp.core.calendar import announced
from tests.support.cases import moment

RULE = own().quarter

# completed, kept, yellow points, red points, by hand → bonus, taken, score in hundredths, grade. Worked on paper:
# 100 + 10 × kept ÷ completed − (yellow + red) ÷ completed × 100 + by hand, not below 0, half a hundredth up.
BY_HAND = [
    ((10, 10, 0, 0, 0), (1000, 0, 11000, "优秀")),
    # 10 × 190/200 = 9.5; (8 + 12)/200 × 100 = 10; 100 + 9.5 − 10 = 99.5
    ((200, 190, 8, 12, 0), (950, 1000, 9950, "优秀")),
    # 10 × 2/3 = 6.666…; 1/30 × 100 = 3.333…; 103.333… → 103.33
    ((30, 20, 1, 0, 0), (667, 333, 10333, "优秀")),
    # 10 × 40/80 = 5; 16/80 × 100 = 20; 100 + 5 − 20 = 85, which is 良好 to the hundredth
    ((80, 40, 4, 12, 0), (500, 2000, 8500, "良好")),
    # 10 × 0/64 = 0; 19/64 × 100 = 29.6875 → 29.69; 100 − 29.6875 = 70.3125 → 70.31
    ((64, 0, 1, 18, 0), (0, 2969, 7031, "合格")),
    # the same, a point taken by hand: 69.3125 → 69.31
    ((64, 0, 1, 18, -1), (0, 2969, 6931, "不合格")),
    # 10 × 1/16 = 0.625 → 0.63; 100 + 0.625 = 100.625, half a hundredth up → 100.63
    ((16, 1, 0, 0, 0), (63, 0, 10063, "优秀")),
    # 39/20 × 100 = 195 and nothing is below nought
    ((20, 0, 0, 39, 0), (0, 19500, 0, "不合格")),
]


@pytest.mark.parametrize(("given", "wanted"), BY_HAND)
def test_a_quarter_is_what_was_worked_by_hand(given, wanted) -> None:
    completed, kept, yellow_points, red_points, manual = given
    figures = Figures(
        completed=completed, kept=kept, yellow_points=yellow_points, red_points=red_points, manual=manual
    )
    found = graded(figures, RULE)
    assert (found.bonus, found.taken, found.score, found.grade) == wanted


def test_so_few_cases_are_not_graded() -> None:
    found = graded(Figures(completed=9, kept=9, red=3, red_points=9), RULE)
    assert (found.score, found.grade) == (None, "")
    assert not is_failing(found.grade, RULE)


def test_the_last_grade_fails() -> None:
    assert [is_failing(grade.name, RULE) for grade in RULE.grades] == [False, False, False, True]


def test_a_quarter_begins_and_ends_at_midnight_of_the_district() -> None:
    assert YearQuarter.of(moment("2026-03-31 23:59")) == YearQuarter(year=2026, quarter=1)
    assert YearQuarter.of(moment("2026-04-01 00:00")) == YearQuarter(year=2026, quarter=2)
    last = YearQuarter(year=2026, quarter=4)
    assert (last.ends_at, last.next.said) == (moment("2027-01-01 00:00"), "2027-Q1")


def test_it_is_graded_once_its_last_cards_can_be_contested_and_reviewed() -> None:
    # five and five working days after April 1: 2 3 7 8 9 · 10 13 14 15 16, with Qingming on Saturday 4 to Monday 6
    closed_at = closes_at(YearQuarter(year=2026, quarter=1), own().contest, announced())
    assert closed_at == clock.end_of(date(2026, 4, 16))
