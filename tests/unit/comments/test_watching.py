"""The list of watched words: what it takes, and what it finds."""

import pytest

from evalapp.comments.rules import watching
from evalapp.comments.rules.watching import Matcher
from evalapp.core.errors import Invalid


def test_every_watched_word_of_a_text_is_found_in_one_pass() -> None:
    matcher = Matcher(["刷单", "单兼职", "加微信", "红包"])
    assert matcher.found_in("刷 單 兼職，加 微 信！") == ["刷单", "单兼职", "加微信"]
    assert matcher.found_in("楼道灯什么时候修好？") == []


def test_an_empty_list_finds_nothing() -> None:
    assert Matcher([]).found_in("什么都可以写") == []


def test_words_that_are_compared_alike_are_kept_once() -> None:
    assert watching.checked(["加微信", "", "加 微 信", "加微信！", "红包"]) == ("加微信", "红包")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["红包", "包"], "第 %(line)s 行"),
        (["！！！"], "太短"),
        (["长" * 31], "太长"),
        ([f"词语{n}" for n in range(2_001)], "个词"),
    ],
)
def test_what_would_hold_everything_or_is_too_much_is_refused(lines: list[str], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        watching.checked(lines)
    assert refused.value.field == "words"
    assert words in refused.value.message


def test_a_change_says_what_was_added_and_taken_away() -> None:
    change = watching.change(["红包", "加微信"], ["加微信", "刷单"])
    assert (change.added, change.removed) == (("刷单",), ("红包",))
    assert not watching.change(["红包"], ["红包"])
