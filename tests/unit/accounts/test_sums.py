"""Sums in words: read by people, answered in digits or words, of no use to another browser or a second time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evalapp.accounts import sums
from evalapp.core.keys import Keys

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


def made(first: int, second: int, *, is_less: bool = False) -> sums.Sum:
    return sums.Sum(token="", first=first, second=second, is_less=is_less)


@pytest.mark.parametrize(
    ("question", "zh", "en"),
    [
        (made(32, 7), "三十二加七等于多少？", "What is thirty-two plus seven?"),
        (made(11, 2, is_less=True), "十一减二等于多少？", "What is eleven minus two?"),
        (made(90, 9), "九十加九等于多少？", "What is ninety plus nine?"),
    ],
)
def test_a_sum_is_said_in_words(question: sums.Sum, zh: str, en: str) -> None:
    assert (question.text("zh"), question.text("en")) == (zh, en)


@pytest.mark.parametrize(
    "typed", ["39", "３９", " 39 ", "三十九", "等于三十九。", "thirty-nine", "Thirty nine"]
)
def test_it_is_answered_as_people_write(typed: str) -> None:
    assert made(32, 7).is_answered_by(typed)


@pytest.mark.parametrize("typed", ["", "38", "3 9 0", "三九", "32+7", "x" * 5000])
def test_anything_else_is_no_answer(typed: str) -> None:
    assert not made(32, 7).is_answered_by(typed)


def test_every_outcome_can_be_said(keys: Keys) -> None:
    for _ in range(300):
        asked = sums.draw(keys, browser="b", after="None", now=NOW)
        assert 2 <= asked.outcome <= 99
        assert asked.is_answered_by(str(asked.outcome))


def test_a_token_brings_its_question_back(keys: Keys) -> None:
    asked = sums.draw(keys, browser="b", after="1", now=NOW)
    assert sums.of_token(keys, asked.token, browser="b", after="1", now=NOW + timedelta(minutes=9)) == asked


@pytest.mark.parametrize(
    ("browser", "after", "minutes"), [("other", "1", 0), ("b", "2", 0), ("b", "1", 11), ("b", "1", -1)]
)
def test_a_token_serves_one_browser_once_and_not_for_long(
    keys: Keys, browser: str, after: str, minutes: int
) -> None:
    asked = sums.draw(keys, browser="b", after="1", now=NOW)
    later = NOW + timedelta(minutes=minutes)
    assert sums.of_token(keys, asked.token, browser=browser, after=after, now=later) is None


@pytest.mark.parametrize(
    "token", ["", ".", "1.2.3", "x.y.z", "九.0.0", f"{'9' * 400}.a.b", "1793851200.00.00", "a.é"]
)
def test_a_made_up_token_is_none(keys: Keys, token: str) -> None:
    assert sums.of_token(keys, token, browser="b", after="1", now=NOW) is None


def test_a_changed_token_is_none(keys: Keys) -> None:
    asked = sums.draw(keys, browser="b", after="1", now=NOW)
    issued, nonce, mac = asked.token.split(".")
    for changed in (
        f"{int(issued) + 1}.{nonce}.{mac}",
        f"{issued}.{nonce[::-1]}.{mac}",
        f"{issued}.{nonce}.{mac[::-1]}",
    ):
        assert sums.of_token(keys, changed, browser="b", after="1", now=NOW + timedelta(seconds=5)) is None
