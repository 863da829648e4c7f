"""Terms and the difference of two wordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.core.wording import Change, Piece, difference

FIVE_DAYS = Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)


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
