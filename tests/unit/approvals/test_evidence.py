"""What the record says of a promised term, by figures worked by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.approvals.rules import profile
from evalapp.approvals.rules.evidence import Period, Record, Verdict, evidence, is_hardly_less, record_of
from evalapp.core.terms import Basis, Term, TimeUnit

FIVE_DAYS = Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)
TWO_HOURS = Term(amount=2, unit=TimeUnit.HOUR, basis=Basis.CALENDAR)
RULE = profile.own().verdict.model_copy(update={"minimum": 30})


def record(cases: int, on_time: int, mean: float) -> Record:
    return Record(cases=cases, on_time=on_time, mean=mean, nine_in_ten=mean)


@pytest.mark.parametrize(
    ("cases", "on_time", "mean", "verdict"),
    [
        (100, 100, 3.2, Verdict.KEPT),
        (100, 95, 5.0, Verdict.KEPT),  # 95 % and a mean just within
        (1000, 949, 3.0, Verdict.NEAR_LIMIT),  # a hair below 95 %
        (100, 85, 5.0, Verdict.NEAR_LIMIT),
        (1000, 849, 3.0, Verdict.NOT_KEPT),  # a hair below 85 %
        (100, 99, 5.01, Verdict.NOT_KEPT),  # on time mostly, but the mean lies beyond
        (100, 0, 9.0, Verdict.NOT_KEPT),
        (30, 30, 1.0, Verdict.KEPT),  # just enough cases
        (29, 29, 1.0, Verdict.NO_DATA),
        (0, 0, 0.0, Verdict.NO_DATA),
    ],
)
def test_the_verdict_follows_the_rule(cases: int, on_time: int, mean: float, verdict: Verdict) -> None:
    assert evidence(FIVE_DAYS, record(cases, on_time, mean), RULE).verdict is verdict


def test_below_the_minimum_only_the_number_is_told() -> None:
    said = evidence(FIVE_DAYS, record(12, 3, 9.0), RULE)
    assert (said.verdict, said.cases, said.mean, said.on_time_percent) == (Verdict.NO_DATA, 12, None, None)


def test_without_a_record_or_a_term_there_is_no_data() -> None:
    assert evidence(FIVE_DAYS, None, RULE).verdict is Verdict.NO_DATA
    assert evidence(None, record(99, 99, 1.0), RULE).verdict is Verdict.NO_DATA


def test_a_record_with_more_on_time_than_cases_is_no_record() -> None:
    with pytest.raises(ValueError, match="more cases on time"):
        record(1, 2, 1.0)


def test_a_record_worked_by_hand() -> None:
    # three cases of 2 days, five of 5, one of 6, one of 9: 46 days, eight in time, nine of ten within 6
    said = record_of([(5, 5, 25), (2, 3, 6), (9, 1, 9), (6, 1, 6)], FIVE_DAYS)
    assert said == Record(cases=10, on_time=8, mean=4.6, nine_in_ten=6)
    shown = evidence(FIVE_DAYS, said, profile.own().verdict)
    assert shown.verdict is Verdict.NOT_KEPT  # 80 % on time
    assert shown.on_time is not None
    # Wilson's interval of 8 of 10, as tables give it
    assert (round(float(shown.on_time.low), 3), round(float(shown.on_time.high), 3)) == (0.490, 0.943)


def test_a_term_in_hours_is_compared_in_minutes_and_told_in_hours() -> None:
    said = record_of([(90, 1, 88), (120, 1, 120), (125, 1, 122)], TWO_HOURS)
    assert said is not None
    assert (said.cases, said.on_time, said.mean) == (3, 2, 330 / 3 / 60)
    assert said.nine_in_ten == 125 / 60


def test_a_month_has_no_number_of_days() -> None:
    assert record_of([(5, 5, 25)], Term(amount=1, unit=TimeUnit.MONTH, basis=Basis.CALENDAR)) is None


def test_what_was_taken_back_is_no_record() -> None:
    assert record_of([(5, 0, 0)], FIVE_DAYS) is None


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=1, max_size=12))
def test_nine_in_ten_is_the_nearest_rank(counted: list[tuple[int, int]]) -> None:
    said = record_of([(used, cases, used * cases) for used, cases in counted], FIVE_DAYS)
    every = sorted(used for used, cases in counted for _ in range(cases))
    assert said is not None
    assert said.nine_in_ten == every[-(-len(every) * 9 // 10) - 1]
    assert said.mean == sum(every) / len(every)


@pytest.mark.parametrize(
    ("promised", "statutory", "flatters"),
    [(19, 20, True), (18, 20, True), (17, 20, False), (20, 20, True), (5, 20, False)],
)
def test_a_promise_that_flatters_itself_is_seen(promised: int, statutory: int, *, flatters: bool) -> None:
    terms = [Term(amount=amount, unit=TimeUnit.DAY, basis=Basis.WORKING) for amount in (promised, statutory)]
    assert is_hardly_less(*terms, RULE) is flatters
    assert not is_hardly_less(terms[0], None, RULE)
    assert not is_hardly_less(terms[0], Term(amount=20, unit=TimeUnit.DAY, basis=Basis.CALENDAR), RULE)


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 11, 30), date(2025, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 1, 1), date(2027, 1, 1)),
        (date(2026, 1, 31), date(2025, 2, 1), date(2026, 2, 1)),
    ],
)
def test_a_year_is_twelve_months(day: date, first: date, after: date) -> None:
    period = Period.of_year(day)
    assert (period.first, period.last, period.after) == (first, day.replace(day=1), after)
