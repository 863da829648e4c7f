"""Terms, verdicts and the difference of two wordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.core.wording import Change, Piece, difference
from evalapp.pledges.rules.evidence import Record, Verdict, evidence

FIVE_DAYS = Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)


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
    said = evidence(FIVE_DAYS, Record(cases=cases, on_time=on_time, mean=mean), minimum=30)
    assert said.verdict is verdict


def test_below_the_minimum_only_the_number_is_told() -> None:
    said = evidence(FIVE_DAYS, Record(cases=12, on_time=3, mean=9.0), minimum=30)
    assert (said.verdict, said.cases, said.mean, said.on_time_percent) == (Verdict.NO_DATA, 12, None, None)


def test_without_a_record_or_a_term_there_is_no_data() -> None:
    assert evidence(FIVE_DAYS, None, minimum=30).verdict is Verdict.NO_DATA
    assert evidence(None, Record(cases=99, on_time=99, mean=1.0), minimum=30).verdict is Verdict.NO_DATA


def test_no_minimum_makes_a_verdict_of_nothing() -> None:
    assert evidence(FIVE_DAYS, Record(cases=0, on_time=0, mean=0.0), minimum=0).verdict is Verdict.NO_DATA


def test_a_record_with_more_on_time_than_cases_is_no_record() -> None:
    with pytest.raises(ValueError, match="more cases on time"):
        Record(cases=1, on_time=2, mean=1.0)


@pytest.mark.parametrize("amount", [0, -1, 10_000])
def test_a_term_is_a_number_that_can_be_counted(amount: int) -> None:
    with pytest.raises(Invalid):
        terms.checked(Term(amount=amount, unit=TimeUnit.DAY, basis=Basis.WORKING), field="amount")


def test_months_have_no_working_kind() -> None:
    with pytest.raises(Invalid):
        terms.checked(Term(amount=1, unit=TimeUnit.MONTH, basis=Basis.WORKING), field="amount")


def test_only_terms_counted_alike_are_compared() -> None:
    calendar = Term(amount=4, unit=TimeUnit.DAY, basis=Basis.CALENDAR)
    assert terms.is_longer(FIVE_DAYS, Term(amount=4, unit=TimeUnit.DAY, basis=Basis.WORKING))
    assert not terms.is_longer(FIVE_DAYS, calendar)


def test_a_changed_number_is_shown_whole() -> None:
    assert difference("15 个工作日办结", "10 个工作日办结") == [
        Piece(change=Change.REMOVED, text="15"),
        Piece(change=Change.ADDED, text="10"),
        Piece(change=Change.SAME, text=" 个工作日办结"),
    ]


def test_a_lone_character_between_two_changes_belongs_to_the_change() -> None:
    pieces = difference("甲的乙", "丙的丁")
    assert [piece.change for piece in pieces] == [Change.REMOVED, Change.ADDED]
    assert [piece.text for piece in pieces] == ["甲的乙", "丙的丁"]


def test_equal_wordings_have_one_piece_and_empty_ones_none() -> None:
    assert difference("一样", "一样") == [Piece(change=Change.SAME, text="一样")]
    assert difference("", "") == []


@given(st.text(alphabet="甲乙丙丁ab12 \n", max_size=30), st.text(alphabet="甲乙丙丁ab12 \n", max_size=30))
def test_both_wordings_can_be_read_from_the_pieces(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == new
