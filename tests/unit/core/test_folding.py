"""Words are compared without width, case, spacing, signs and traditional characters."""

import pytest

from evalapp.core.folding import folded


@pytest.mark.parametrize(
    "text",
    [
        "加装电梯",
        "加 装 电 梯",
        "加裝電梯",
        "加-装_电·梯",
        "加\u200b装\u2060电梯",
        "【加装】电梯！",
        "加\n装\n电\n梯",
    ],
)
def test_however_it_is_written_it_is_the_same(text: str) -> None:
    assert folded(text) == "加装电梯"


def test_width_and_case_make_no_difference() -> None:
    assert folded("ＶＸ：Ａｂｃ１２３") == folded("vx abc123") == "vxabc123"


def test_what_holds_no_letter_is_empty() -> None:
    assert folded("！？…… 😀") == ""


def test_a_table_that_is_not_read_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: folding without OpenCC's table."""
    monkeypatch.setattr("evalapp.core.folding._simplified", dict)
    assert folded("加裝電梯") != folded("加装电梯")
