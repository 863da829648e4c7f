"""Text and question are cut into the same words."""

import pytest

from evalapp.portal.rules.words import excerpt, is_beginning, words_of, words_of_question


def test_chinese_is_cut_into_overlapping_pairs() -> None:
    assert words_of("加装电梯") == "加装 装电 电梯 梯"


def test_latin_and_digits_stay_whole_and_small() -> None:
    assert words_of("12345 热线 QC") == "12345 热线 线 qc"


def test_full_width_letters_are_folded() -> None:
    assert words_of("ＱＣ１６") == "qc16"


@pytest.mark.parametrize("question", ["电梯", "装电梯", "加装电梯"])
def test_every_word_of_a_question_is_a_word_of_the_text_that_holds_it(question: str) -> None:
    assert set(words_of_question(question)) <= set(words_of("既有住宅加装电梯联合审查").split())


def test_a_single_character_asks_for_a_beginning() -> None:
    assert words_of_question("梯") == ["梯"]
    assert is_beginning("梯")
    assert not is_beginning("a")


def test_signs_of_the_engines_are_no_words() -> None:
    assert words_of_question("\"' * & | ! ( ) : - NEAR( %_") == ["near"]


def test_a_question_has_an_end() -> None:
    assert len(words_of_question("电梯加装" * 1000)) <= 24


def test_an_excerpt_shows_what_was_asked_for() -> None:
    text = "一" * 200 + "加装电梯" + "二" * 200
    shown = excerpt(text, "电梯")
    assert "加装电梯" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
