"""Tables as officials hand them in: every cell at fault is named, nothing hidden is taken, nothing unfolds."""

import json
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evalapp.core import cells, sheets
from evalapp.core.errors import Invalid
from evalapp.core.rowfiles import Fault, FaultyFile, read_rows, rows_of
from evalapp.core.workbooks import Table, workbook
from tests.support import crafted_sheets as crafted

COLUMNS = {"name": "name", "amount": "amount", "on": "on", "名称": "name", "金额": "amount", "日期": "on"}
HEAD = ["名称", "金额", "日期"]


def take(path: Path, **more: object) -> list[object]:
    return read_rows(path, columns=COLUMNS, required=("name",), **more)


def sheet_of(tmp_path: Path, *table: list[str], **more: object) -> Path:
    return crafted.written(tmp_path / "a.xlsx", crafted.sheet(crafted.rows([HEAD, *table]), **more))


def refusal(path: Path) -> str:
    with pytest.raises(Invalid) as refused:
        take(path)
    return str(refused.value)


def test_what_xlsxwriter_wrote_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    table = [
        ["=1+1", 12.5, date(2026, 11, 29)],
        ["第二行\n两行字", -3, None],
        [None, None, None],
        ["末", 0, None],
    ]
    path.write_bytes(
        workbook([Table(name="表", columns=HEAD, rows=table), Table(name="b", columns=["x"], rows=[])])
    )
    read = take(path)
    assert [row.number for row in read] == [2, 3, 5]
    assert [row.text("name") for row in read] == ["=1+1", "第二行\n两行字", "末"]
    assert [row.text("amount") for row in read] == ["12.5", "-3", "0"]
    assert read[0].day("on") == date(2026, 11, 29)
    assert read[0].place("on") == "C2"


@pytest.mark.parametrize(
    "typed", ["2026-11-29", "2026/11/29", "2026.11.29", "2026年11月29日", "20261129", "２０２６－１１－２９"]
)
def test_a_day_is_read_in_every_style_that_puts_the_year_first(typed: str) -> None:
    assert cells.day(typed, field="on") == date(2026, 11, 29)


@pytest.mark.parametrize(
    "typed", ["11/29/2026", "29.11.2026", "2026-13-01", "2026-2-30", "26-1-1", "明天", "1026-01-01"]
)
def test_a_day_that_could_be_another_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        cells.day(typed, field="on")


@pytest.mark.parametrize(("style", "serial"), [(1, 46355), (2, 46355)])
def test_a_cell_formatted_as_a_day_is_one(tmp_path: Path, style: int, serial: int) -> None:
    (row,) = take(sheet_of(tmp_path, ["a", "", crafted.number(serial, style=style)]))
    assert row.day("on") == date(2026, 11, 29)


def test_days_count_from_1904_where_the_book_says_so(tmp_path: Path) -> None:
    content = crafted.sheet(crafted.rows([HEAD, ["a", "", crafted.number(46355 - 1462, style=1)]]))
    (row,) = take(crafted.written(tmp_path / "a.xlsx", content, book='<workbookPr date1904="1"/>'))
    assert row.day("on") == date(2026, 11, 29)


@pytest.mark.parametrize("typed", ["1200", "1,200", "１２００", " 1 200 ", "1200.00"])
def test_a_number_typed_as_text_is_a_number(typed: str) -> None:
    assert cells.fen(typed, field="amount") == 120_000


@pytest.mark.parametrize(
    "typed", ["1200元", "一千二", "1.2万", "1,20", "1e3", "0x10", "12.345", "٣", "9" * 40, "-"]
)
def test_a_text_that_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        cells.fen(typed, field="amount")


def test_an_amount_is_what_excel_shows_of_it(tmp_path: Path) -> None:
    (row,) = take(sheet_of(tmp_path, ["a", crafted.number(0.1 + 0.2)]))
    assert row.fen("amount") == 30
    assert row.text("amount") == "0.3"


def test_a_formula_an_error_and_a_broken_cell_are_named_by_their_cell(tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path,
        ["a", crafted.formula("SUM(A1:A2)", 3)],
        ["b", '<c t="e"><v>#REF!</v></c>'],
        ["c", '<c t="s"><v>7</v></c>'],
        ["d", crafted.number("1234567890123456789")],
    )
    said = []
    for row in take(path):
        with pytest.raises(Invalid) as refused:
            row.text("amount")
        said.append(str(Fault.of(row, refused.value)))
    assert [line.partition("：")[0] for line in said] == [f"第 {n} 行 B{n} 格" for n in (2, 3, 4, 5)]
    assert "公式" in said[0]
    assert "#REF!" in said[1]


def test_headings_are_found_below_a_title_and_in_any_order(tmp_path: Path) -> None:
    table = [["晴川区 2026 年收支表"], [""], ["日期", "* 名称（必填）", "金 额"], ["2026-11-29", "一", "5"]]
    path = crafted.written(tmp_path / "a.xlsx", crafted.sheet(crafted.rows(table), merged=["A1:C1"]))
    (row,) = take(path)
    assert (row.text("name"), row.fen("amount"), row.number) == ("一", 500, 4)


def test_wrong_headings_are_named_with_what_was_probably_meant(tmp_path: Path) -> None:
    path = crafted.written(
        tmp_path / "a.xlsx", crafted.sheet(crafted.rows([["金额", "日其", "金额", "说明"], ["1"]]))
    )
    said = refusal(path)
    for words in (
        "B1 格：不认识的一列：日其。是不是“日期”",
        "C1 格：这一列出现了两次",
        "D1 格：不认识",
        "缺少一列：名称／name",
    ):
        assert words in said


def test_merged_cells_hidden_rows_and_cells_without_a_heading_are_named(tmp_path: Path) -> None:
    table = crafted.rows([HEAD, ["a", "1"], ["", "2"], ["c", "3"]], hidden=[4])
    path = crafted.written(tmp_path / "a.xlsx", crafted.sheet(table, merged=["A2:A3"]))
    with pytest.raises(FaultyFile) as refused:
        take(path)
    said = str(refused.value)
    assert "第 2 行：A2:A3 是合并的单元格" in said
    assert "第 4 行：这一行是隐藏的" in said
    assert "D2 格：这一格在表头以外" in refusal(sheet_of(tmp_path, ["a", "1", "", "x"]))


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    book = '<sheets><sheet name="h" sheetId="2" state="hidden" r:id="rId9"/></sheets>'  # stands before the visible one
    content = crafted.sheet(crafted.rows([HEAD, ["a"]]))
    assert len(take(crafted.written(tmp_path / "a.xlsx", content, book=book))) == 1


def test_an_old_excel_file_and_a_locked_one_are_refused_with_what_to_do(tmp_path: Path) -> None:
    old, locked = tmp_path / "a.xls", tmp_path / "b.xlsx"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"))
    assert "另存为" in refusal(old)
    assert "密码" in refusal(locked)
    (tmp_path / "c.csv").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    assert "Excel" in refusal(tmp_path / "c.csv")


def test_macros_and_links_to_elsewhere_are_refused(tmp_path: Path) -> None:
    plain = crafted.sheet(crafted.rows([HEAD, ["a"]]))
    for parts, types in (
        ({"xl/vbaProject.bin": b"x"}, ""),
        ({"xl/externalLinks/externalLink1.xml": "<a/>"}, ""),
        ({}, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    ):
        assert "宏" in refusal(
            crafted.written(tmp_path / "a.xlsx", plain, parts=parts, types=types or "<Types/>")
        )


def test_xml_with_a_document_type_is_refused_before_anything_unfolds(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    content = crafted.sheet(crafted.rows([HEAD, ["a"]]), head=laughs)
    assert "实体" in refusal(crafted.written(tmp_path / "a.xlsx", content))
    shared = f'<?xml version="1.0"?>{laughs}<sst/>'
    plain = crafted.sheet(crafted.rows([HEAD, ["a"]]))
    assert "实体" in refusal(
        crafted.written(tmp_path / "a.xlsx", plain, parts={"xl/sharedStrings.xml": shared})
    )


def test_an_archive_that_bursts_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    crafted.written(path, "")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/x", "w") as part:
        for _ in range(80):
            part.write(bytes(1024**2))
    tracemalloc.start()
    assert "展开以后太大" in refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 4 * 1024**2
    tracemalloc.stop()


@pytest.mark.parametrize("damage", ["cut", "not xml", "no sheet", "not a zip", "empty"])
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path: Path, damage: str) -> None:
    path = sheet_of(tmp_path, ["a", "1"])
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "not xml":
        crafted.written(path, "<worksheet><sheetData>")
    elif damage == "no sheet":
        crafted.written(path, "", parts={"xl/_rels/workbook.xml.rels": "<Relationships/>"})
    else:
        path.write_bytes(b"hello" if damage == "not a zip" else b"")
    assert refusal(path).endswith("。")


def test_more_rows_than_asked_for_are_refused_without_being_read(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, *[["a"]] * 500)
    with pytest.raises(Invalid, match="最多 100 行"):
        take(path, most_rows=100)


def test_texts_come_without_control_characters(tmp_path: Path) -> None:
    (row,) = take(sheet_of(tmp_path, ["a_x0000_b_x000A_c_xD800_"]))
    assert row.text("name") == "ab\nc"
    (tmp_path / "a.csv").write_bytes(b"name\na\x00b\n")
    assert take(tmp_path / "a.csv")[0].text("name") == "ab"


def test_csv_and_json_name_their_faults_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,金额\n\n甲,五\n", encoding="gb18030")
    (row,) = take(tmp_path / "a.csv")
    with pytest.raises(Invalid) as refused:
        row.fen("amount")
    assert str(Fault.of(row, refused.value)).startswith("第 3 行 B3 格")
    (tmp_path / "a.json").write_text(json.dumps([{"name": "甲", "amount": 1.15, "on": None}]))
    (row,) = take(tmp_path / "a.json")
    assert (row.fen("amount"), row.day("on"), row.place("amount")) == (115, None, "")
    assert "没有内容" in refusal(_empty(tmp_path))


def _empty(tmp_path: Path) -> Path:
    path = tmp_path / "e.csv"
    path.write_text("\n\n")
    return path


def test_a_sheet_is_read_without_being_held(tmp_path: Path) -> None:
    """What is held does not grow with the rows: a list of them would be a hundred times the limit."""
    table = [["a", crafted.number(n), "2026-01-01"] for n in range(3_000)]
    path = sheet_of(tmp_path, *table)
    tracemalloc.start()
    total = sum(row.fen("amount") for row in rows_of(path, columns=COLUMNS, required=("name",)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == sum(range(3_000)) * 100
    assert peak < 2 * 1024**2


def test_columns_are_named_as_excel_names_them() -> None:
    assert [sheets.column_name(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert cells.plain(Decimal("1E+3")) == "1000"
