"""Text and question are cut into the same words, and titles are found by their sound."""

import pytest

from evalapp.portal.rules.words import (
    Piece,
    Term,
    excerpt,
    heard,
    highlighted,
    question,
    question_by_sound,
    question_in_part,
    share_held,
    sounds_of,
    words_of,
)


def holds(asked: str, text: str, *, title: str = "") -> bool:
    """Whether an index of one page would find it."""
    there = f"{words_of(text)} {words_of(title)} {sounds_of(title)}".split()
    return all(any(_is_in(term, there) for term in group) for group in question(asked))


def _is_in(term: Term, there: list[str]) -> bool:
    return any(word.startswith(term.word) if term.is_beginning else word == term.word for word in there)


def test_chinese_is_cut_into_overlapping_pairs() -> None:
    assert words_of("加装电梯") == "加装 装电 电梯 梯"


def test_latin_and_digits_stay_whole_and_small() -> None:
    assert words_of("12345，热线 QC") == "12345 热线 线 qc"


def test_full_width_letters_and_traditional_characters_are_folded() -> None:
    assert words_of("ＱＣ１６") == "qc16"
    assert words_of("電梯") == words_of("电梯")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("第10期", "第 10 期"),
        ("压件83件", "共压件 83 件"),
        ("260米", "修了260米"),
        ("MT20260010", "事项 MT-2026-0010"),
        ("mt-2026-0010", "MT20260010"),
        ("SJ-XK-0001", "99010100SJ-XK-0001-B01"),
        ("扫码wifi", "wifi 扫码"),
    ],
)
def test_numbers_and_codes_are_found_as_people_write_them(asked: str, text: str) -> None:
    assert holds(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("第1期", "第 10 期"),
        ("83件", "83 处 件"),
        ("SJ-XK-0001", "SJ-XK-0002"),
        ("MT-2026-0010", "PL-2026-0010"),
    ],
)
def test_another_number_or_code_is_not_found(asked: str, text: str) -> None:
    assert not holds(asked, text)


def test_the_parts_of_a_question_are_two_of_its_words_or_three_characters_of_a_run() -> None:
    def said(asked: str) -> list[str]:
        return [" ".join(group[0].word for group in part) for part in question_in_part(asked).any_of]

    assert said("孩子 转学 材料") == ["孩子 转学", "孩子 材料", "转学 材料"]
    assert said("转学 材料") == ["转学", "材料"]
    assert said("不同意能装") == ["不同 同意", "同意 意能", "意能 能装"]
    assert said("环保局") == ["环保", "保局"]
    assert said("电梯") == said("梯") == said("MT-2026-0010") == []


@pytest.mark.parametrize("asked", ["电梯", "装电梯", "加装电梯", "電梯", "梯", "加"])
def test_what_a_text_holds_is_found_in_it(asked: str) -> None:
    assert holds(asked, "既有住宅加装电梯联合审查")


@pytest.mark.parametrize(
    "asked", ["jiaoyuju", "JiaoYu", "jiao yu ju", "qujiaoyu", "jyj", "qjyj", "yj", "jiaoy"]
)
def test_a_title_is_found_by_pinyin_and_initials(asked: str) -> None:
    assert holds(asked, "", title="区教育局")


@pytest.mark.parametrize("asked", ["jyc", "caizheng", "j"])
def test_another_sound_is_not_found(asked: str) -> None:
    assert not holds(asked, "", title="区教育局")


@pytest.mark.parametrize(("one", "other"), [("zhufang", "zufan"), ("chengguan", "cenguan"), ("lvse", "luse")])
def test_what_many_do_not_hear_apart_is_the_same(one: str, other: str) -> None:
    assert heard(one) == heard(other)


def test_a_wrong_character_of_the_same_sound_asks_for_the_sound() -> None:
    (group,) = question_by_sound("教玉局")
    assert all(word.is_beginning for word in group)
    assert any(_is_in(term, sounds_of("区教育局").split()) for term in group)


def test_what_nearly_holds_a_question_holds_a_share_of_it() -> None:
    asked = question_in_part("加装电题").terms
    assert share_held(asked, words_of("既有住宅加装电梯")) == pytest.approx(2 / 3)
    assert share_held(asked, words_of("课后服务")) == 0


def test_signs_of_the_engines_are_no_words() -> None:
    (group,) = question("\"' * & | ! ( ) : - NEAR( %_")
    assert group[0] == Term("near")


def test_a_question_has_an_end() -> None:
    assert len(question("电梯加装" * 1000)) <= 24


def test_an_excerpt_shows_what_was_asked_for() -> None:
    shown = excerpt("一" * 200 + "加装电梯" + "二" * 200, "电梯")
    assert Piece(text="电梯", is_hit=True) in shown
    assert shown[0] == shown[-1] == Piece(text="…")


@pytest.mark.parametrize("asked", ["电梯", "電梯", "电题 电梯"])
def test_what_was_asked_for_is_marked_where_it_stands(asked: str) -> None:
    marked = [piece.text for piece in highlighted("加装电梯联合审查", asked) if piece.is_hit]
    assert marked == ["电梯"]
    assert "".join(piece.text for piece in highlighted("加装电梯联合审查", asked)) == "加装电梯联合审查"


def test_a_question_of_another_wording_is_marked_by_its_pairs() -> None:
    marked = [piece.text for piece in highlighted("加装电梯联合审查", "电梯怎么加装") if piece.is_hit]
    assert marked == ["加装电梯"]
