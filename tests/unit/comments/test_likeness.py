"""Like comments are found like, others are not; and what is found does not depend on the process."""

import subprocess
import sys

from evalapp.comments.rules import likeness
from evalapp.core.folding import folded

FLOOD = "楼道灯坏了三个月，报修一直没有人来，请问什么时候能修好？"
VARIED = [
    "楼道灯坏了三个月, 报修一直没有人来, 请问什么时候能修好!!!",
    "请问：楼道灯坏了三个月，报修一直没有人来，什么时候能修好",
    "樓道燈壞了三個月，報修一直沒有人來，請問什麼時候能修好？ 1",
]
OTHERS = ["加装电梯要几户同意？", "窗口的人态度很好，谢谢。", "公交为什么改线，没有人通知我们。", ""]


def pairs(text: str) -> frozenset[str]:
    return likeness.pairs(folded(text))


def test_the_same_words_in_another_dress_are_alike_and_share_a_band() -> None:
    for varied in VARIED:
        assert likeness.likeness(pairs(FLOOD), pairs(varied)) >= likeness.ALIKE
        assert set(likeness.bands(pairs(FLOOD))) & set(likeness.bands(pairs(varied)))


def test_other_words_are_not() -> None:
    for other in OTHERS:
        assert likeness.likeness(pairs(FLOOD), pairs(other)) < likeness.ALIKE
        assert not set(likeness.bands(pairs(FLOOD))) & set(likeness.bands(pairs(other)))


def test_a_single_character_is_like_itself_and_nothing_is_like_nothing() -> None:
    assert likeness.likeness(pairs("好"), pairs("好！")) == 1
    assert likeness.likeness(pairs(""), pairs("")) == 0
    assert likeness.bands(pairs("")) == []


def test_bands_are_the_same_in_every_process_and_fit_a_column() -> None:
    here = likeness.bands(pairs(FLOOD))
    code = (
        "from evalapp.comments.rules import likeness; from evalapp.core.folding import folded;"
        f"print(likeness.bands(likeness.pairs(folded({FLOOD!r}))))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert there.strip() == str(here)
    assert all(0 <= band < 2**63 for band in here)
