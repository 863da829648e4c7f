"""Characters are counted as people count them; what nobody sees is cleaned away; moments are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.comments.rules import wording


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("楼道灯", 3),
        ("e\u0301a", 2),
        ("👍🏽", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("🇨🇳🇨🇳", 2),
        ("❤️", 1),
        ("一\n二", 3),
        ("𠮷", 1),
    ],
)
def test_characters_are_counted_as_people_count(text: str, count: int) -> None:
    assert wording.characters(text) == count


def test_three_hundred_pictures_fit_and_three_hundred_and_one_do_not() -> None:
    assert wording.fits("👍🏽" * 300, 300)
    assert not wording.fits("👍🏽" * 301, 300)


def test_a_pile_of_marks_does_not_fit() -> None:
    assert not wording.fits("字" + "\u0301" * 5_000, 300)


def test_controls_and_turning_marks_are_cleaned_away() -> None:
    assert wording.cleaned("\u202e反\x00了\x1b[31m\r\n\r\n\r\n\r\n完 ") == "反了[31m\n\n完"


INVISIBLE = [
    "\u200b", "\u200c\u200d", "\ufeff", "\u00ad", "\u2060\u2063", "\u180e", "\u3000\u00a0\u2003",
    "\u2800" * 5, "\u3164", "\uffa0", "\u115f\u1160", "\u034f", "\ufe0f", "\u17b4", "\u0301\u0301", "\U000e0041",
    "\U0001d159", " \n\u200b\n ", "\ue000",
]  # fmt: skip


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_nothing_is_left_of_words_that_nobody_sees(text: str) -> None:
    assert wording.cleaned(text) == ""


@pytest.mark.parametrize("text", ["好", "！", "👍", "👨‍👩‍👧‍👦", "❤️", "5", "e\u0301", "ᄒ\u1161"], ids=ascii)
def test_the_smallest_words_are_words(text: str) -> None:
    assert wording.cleaned(text)


@given(st.text())
def test_cleaning_is_finished_after_once(text: str) -> None:
    once = wording.cleaned(text)
    assert wording.cleaned(once) == once
    once.encode()  # no lone surrogate is left


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14:28", 868), ("0:05", 5), ("1:02:03", 3723), (" 14：28 ", 868), ("90:00", 5400), ("１４:２８", 868)],
)
def test_a_moment_is_read(text: str, seconds: int) -> None:
    assert wording.moment(text) == seconds


@pytest.mark.parametrize("text", ["14", "14:60", "1:60:00", "-1:00", "1:2", "abc", "", "14:28:", "1e3:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        wording.moment(text)


@pytest.mark.parametrize(
    ("post", "signed"),
    [("办公室主任", "区水务局 · 办公室主任"), ("区水务局办公室主任", "区水务局办公室主任")],
)
def test_a_reply_is_signed_with_its_unit_once(post: str, signed: str) -> None:
    assert wording.signature("区水务局", post) == signed
