"""Lists of people lose what would let a stranger find one of them; tables that people typed are read strictly."""

import pytest

from evalapp.core.errors import Invalid
from evalapp.disclosures.rules.contents import Listed
from evalapp.disclosures.rules.privacy import masked_address, masked_name, masked_table, personal_columns
from evalapp.disclosures.rules.tables import MOST_ROWS, read_table, written_table

# A made-up list: no number or name here is anybody's.
PASTED = "姓名\t身份证号\t联系电话\t住址\t金额\t备注\n测试甲乙\t110101190001011237\t13800000000\t青山街道白石村三组 5 号\t300\t由 13800000000 转告"


def test_a_list_is_masked_by_its_headings_and_by_what_stands_elsewhere() -> None:
    masked = masked_table(read_table(PASTED))
    (row,) = masked.table.rows
    assert row == [
        "测***",
        "［已隐去］",
        "［已隐去］",
        "青山街道白石村［已隐去］",
        "300",
        "由 ［电话已隐去］ 转告",
    ]
    assert masked.cells == 5
    assert not any(word in str(masked.table.rows) for word in ("甲乙", "1101", "138", "5 号"))


def test_masking_a_masked_list_changes_nothing() -> None:
    once = masked_table(read_table(PASTED)).table
    again = masked_table(read_table(written_table(once)))
    assert [list(row) for row in again.table.rows] == [list(row) for row in once.rows]
    assert again.cells == 0


def test_a_list_whose_headings_say_nothing_of_people_is_left_alone() -> None:
    """The planted defect is the other way round: a column that masking does not know keeps its names."""
    table = Listed(columns=["项目", "投资（万元）"], rows=[["白石村道路", "120"]])
    assert masked_table(table).cells == 0
    assert personal_columns(["项目", "姓名", "受助人"]) == ["姓名", "受助人"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("测试", "测*"), ("欧阳测试", "欧阳**"), ("欧阳", "欧*"), ("测", "*"), ("", ""), (" 测 试 ", "测*")],
)
def test_a_name_keeps_its_family_name(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_an_address_ends_at_its_village() -> None:
    assert masked_address("白石村三组 5 号") == "白石村［已隐去］"
    assert masked_address("某路 5 号") == "［已隐去］"
    assert masked_address("") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("姓名|金额\n甲|1|2", "名单第 2 行有 3 格"),
        ("姓名||金额\n甲|1|2", "每一列都要有名字"),
        ("|".join("列" * 13), "最多 12 列"),
        ("列\n" + "行\n" * (MOST_ROWS + 1), "最多 1000 行"),
        ("列\n" + "长" * 121, "最多 120 个字"),
    ],
)
def test_a_list_that_does_not_hang_together_names_its_line(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_table(text)


def test_no_list_is_none() -> None:
    assert read_table(" \n\n") == Listed()
