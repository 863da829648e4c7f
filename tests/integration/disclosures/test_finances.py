"""Finances: all or nothing, differences shown, versions, questions with their clock; hostile tables say where they are wrong."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core.errors import Invalid
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import FaultyFile, rows_of
from evalapp.core.transaction import transaction
from evalapp.disclosures import services
from evalapp.disclosures.commands import group
from evalapp.disclosures.models import FinanceLine, FinanceStatement, StatementState
from evalapp.disclosures.queries import finances
from evalapp.disclosures.services import importing
from tests.support import crafted_sheets
from tests.support.boards import CLERK, LINES, Boards, rows
from tests.support.strict_client import StrictClient

FAULTY = (
    "类别,科目,事由,收付对象,金额,日期,凭证号\n"
    "期初结余,,,,10000,,\n"
    "收入,补助,补助款,财政所,五千,2026-07-08,记-1\n"  # C: text in a number
    "支出,道路,补坑,工程队,3200.505,2026/8/15,记-2\n"  # parts of a fen
    "支出,道路,护坡,工程队,100,2026-10-01,记-3\n"  # outside the quarter
    "收入合计,,,,5000,,\n支出合计,,,,3300.5,,\n期末结余,,,,11699.5,,\n"
)


def test_what_is_published_shows_its_lines_its_totals_and_its_csv(
    browser: StrictClient, boards: Boards, village
) -> None:
    statement = boards.statement(village)
    assert statement.agrees
    page = browser.get(f"/boards/{village.slug}/finances/2026-Q3").get_data(as_text=True)
    for words in ("村道补坑", "3,200.50", "11,799.50", "和明细一致", "记-0002", statement.sha256):
        assert words in page
    sheet = browser.get(f"/boards/{village.slug}/finances/2026-Q3.csv").get_data(as_text=True)
    assert "2026-08-15,支出,道路维修,村道补坑,工程单位,3200.50,记-0002" in sheet
    assert browser.get(f"/boards/{village.slug}/finances/2026-Q3/print").status_code == 200
    assert "2026-Q3,10000.00,5000.00,3200.50,11799.50" in browser.get(
        f"/boards/{village.slug}/finances.csv"
    ).get_data(as_text=True)


def test_a_period_is_printed_whole_up_to_what_the_sheet_says(
    browser: StrictClient, boards: Boards, village, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [LINES[0]]
    lines += [("支出", "道路维修", "补坑", "1", date(2026, 8, 1), f"记-{n:04d}") for n in range(1, 121)]
    lines += [
        (name, "", "", amount, None, "")
        for name, amount in (("收入合计", "0"), ("支出合计", "120"), ("期末结余", "9880"))
    ]
    boards.statement(village, lines=lines)
    address = f"/boards/{village.slug}/finances/2026-Q3/print"
    page = browser.get(address).get_data(as_text=True)
    assert [f"记-{n:04d}" in page for n in (1, 51, 120)] == [True, True, True]
    assert "这一期的全部 120 笔" in page
    monkeypatch.setattr(finances, "SHEETS", 100)
    first, second = (browser.get(f"{address}?page={n}").get_data(as_text=True) for n in (1, 2))
    assert "一次最多打印 100 笔：这是第 1–100 笔，共 120 笔" in first
    assert "这是第 101–120 笔" in second
    assert ("记-0101" in first, "记-0101" in second) == (False, True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_taken_away_can_be_handed_in_again(  # noqa: PLR0917  fixtures
    browser: StrictClient, session: Session, boards: Boards, village, tmp_path: Path, kind: str
) -> None:
    boards.statement(village)
    path = tmp_path / f"again.{kind}"
    path.write_bytes(browser.get(f"/boards/{village.slug}/finances/2026-Q3.{kind}").get_data())
    board = boards.board(village)
    with transaction(session):
        again = services.import_statement(
            session,
            board_id=board.id,
            period="2026-Q3",
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED),
            reason="核对",
            actor=CLERK,
        )
    assert (again.lines, again.differences) == (2, [])
    assert {line.purpose for line in session.scalars(select(FinanceLine))} == {"公益事业补助", "村道补坑"}


def test_a_table_that_was_sent_gives_its_connection_back(
    platform: Platform, browser: StrictClient, boards: Boards, village
) -> None:
    boards.statement(village)
    held = browser.get(f"/boards/{village.slug}/finances/2026-Q3.csv")
    assert "村道补坑" in held.get_data(as_text=True)
    assert platform.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a pool that counts


def test_totals_that_do_not_agree_are_shown_with_the_reason_and_need_one(
    browser: StrictClient, session: Session, boards: Boards, village
) -> None:
    wrong = [("期末结余", "", "", "12999.50", None, "") if line[0] == "期末结余" else line for line in LINES]
    made = boards.imported(village, lines=wrong)
    (difference,) = made.differences
    assert difference.amount == 1_200_00
    with pytest.raises(Invalid) as refusal, transaction(session):
        services.publish_statement(session, statement_id=made.statement_id, actor=CLERK)
    assert refusal.value.field == "difference_reason"
    with transaction(session):
        services.publish_statement(
            session, statement_id=made.statement_id, difference_reason="利息写错", actor=CLERK
        )
    page = browser.get(f"/boards/{village.slug}/finances/2026-Q3").get_data(as_text=True)
    for words in ("合计和明细不一致", "12,999.50", "11,799.50", "1,200", "利息写错"):
        assert words in page
    assert "和明细不一致" in browser.get(f"/boards/{village.slug}").get_data(as_text=True)


def test_a_table_with_faults_names_every_cell_and_leaves_nothing(
    session: Session, boards: Boards, village, tmp_path: Path
) -> None:
    path = tmp_path / "faulty.csv"
    path.write_text(FAULTY, encoding="utf-8")
    board = boards.board(village)
    with pytest.raises(FaultyFile) as refusal, transaction(session):
        services.import_statement(
            session,
            board_id=board.id,
            period="2026-Q3",
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED),
            actor=CLERK,
        )
    assert [fault.cell for fault in refusal.value.faults] == ["E3", "E4", "F5"]
    for table in (FinanceLine, FinanceStatement):
        assert session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("missing", "said"),
    [("期初结余", "缺少一行：类别填“期初结余”"), ("期末结余", "缺少一行：类别填“期末结余”")],
)
def test_a_table_without_its_totals_is_refused(boards: Boards, village, missing: str, said: str) -> None:
    with pytest.raises(FaultyFile, match=said):
        boards.imported(village, lines=[line for line in LINES if line[0] != missing])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("支出", "道路", "补坑", "-5", date(2026, 8, 1), "记-9"), "金额应大于 0"),
        (("支出", "道路", "补坑", "5", None, "记-9"), "请填日期"),
        (("支出", "道路", "补坑", "5", date(2026, 8, 1), ""), "请填写这一项"),
        (("转账", "道路", "补坑", "5", date(2026, 8, 1), "记-9"), "请填收入或支出"),
        (("收入合计", "", "", "5", None, ""), "出现了两次"),
        (("支出", "科" * 31, "补坑", "5", date(2026, 8, 1), "记-9"), "最多 30 个字"),
        (("支出", "道路", "补坑", "99999999999999", date(2026, 8, 1), "记-9"), "金额太大"),
    ],
)
def test_a_line_that_is_wrong_is_named(boards: Boards, village, line: tuple[object, ...], said: str) -> None:
    with pytest.raises(FaultyFile, match=said):
        boards.imported(village, lines=[*LINES, line])


def test_a_busy_board_accounts_monthly_and_no_other(boards: Boards, village) -> None:
    with pytest.raises(Invalid, match="不按这样的期间"):
        boards.imported(village, period="2026-08")
    with pytest.raises(Invalid, match="还没有开始"):
        boards.imported(village, period="2099-Q1")


def test_a_new_version_replaces_what_is_shown_and_keeps_the_day_of_the_first(
    session: Session, boards: Boards, village
) -> None:
    first = boards.statement(village)
    with pytest.raises(Invalid):
        boards.imported(village)
    second = boards.statement(village, reason="补一张凭证")
    session.expire_all()
    states = {row.number: row.state for row in session.scalars(select(FinanceStatement))}
    assert states == {1: StatementState.REPLACED, 2: StatementState.PUBLISHED}
    assert (second.before, second.first_published_at) == (first.sha256, first.first_published_at)
    assert second.sha256 != first.sha256


def test_a_draft_is_replaced_by_the_next_import_and_hidden_from_the_public(
    browser: StrictClient, session: Session, boards: Boards, village
) -> None:
    boards.imported(village)
    boards.imported(village)
    assert session.scalar(select(func.count()).select_from(FinanceStatement)) == 1
    assert session.scalar(select(func.count()).select_from(FinanceLine)) == 2
    assert browser.get(f"/boards/{village.slug}/finances/2026-Q3").status_code == 404
    assert browser.get(f"/boards/{village.slug}/finances/2026-Q3.csv").status_code == 404


def test_a_dry_run_keeps_nothing(session: Session, boards: Boards, village) -> None:
    board = boards.board(village)
    with transaction(session):
        looked = services.import_statement(
            session, board_id=board.id, period="2026-Q3", rows=rows(), dry_run=True, actor=CLERK
        )
    assert (looked.lines, looked.statement_id) == (2, None)
    assert session.scalar(select(func.count()).select_from(FinanceStatement)) == 0


def test_the_command_imports_and_publishes(
    platform: Platform, session: Session, boards: Boards, village, tmp_path: Path
) -> None:
    path = tmp_path / "quarter.csv"
    path.write_text(
        FAULTY.replace("五千", "5000").replace("3200.505", "3200.50").replace("2026-10-01", "2026-09-30"),
        encoding="utf-8",
    )
    options = ["import", str(path), "--unit", village.slug, "--period", "2026-Q3", "--json"]
    looked = CliRunner().invoke(group, [*options, "--dry-run"], obj=platform)
    assert looked.exit_code == 0, looked.output
    assert session.scalar(select(func.count()).select_from(FinanceStatement)) == 0
    done = CliRunner().invoke(group, [*options, "--publish"], obj=platform)
    assert done.exit_code == 0, done.output
    session.rollback()
    assert session.scalars(select(FinanceStatement.state)).one() is StatementState.PUBLISHED


def test_a_budget_stands_beside_what_was_spent(
    browser: StrictClient, session: Session, boards: Boards, village
) -> None:
    boards.statement(village)
    board = boards.board(village)
    planned = rows([("支出", "道路维修", "", "6401.00", None, ""), ("支出", "绿化", "", "100", None, "")])
    with transaction(session):
        assert services.set_budget(session, board_id=board.id, year=2026, rows=planned, actor=CLERK) == 2
    page = browser.get(f"/boards/{village.slug}/finances/2026-Q3").get_data(as_text=True)
    for words in ("预算和实际", "6,401", "50.0%", "绿化", "没有预算"):
        assert words in page


HEADING = ["类别", "科目", "事由", "收付对象", "金额", "日期", "凭证号"]
TOTALS = [
    ["期初结余", "", "", "", crafted_sheets.number(10_000)],
    ["收入合计", "", "", "", crafted_sheets.number(0)],
    ["支出合计", "", "", "", crafted_sheets.number(5)],
    ["期末结余", "", "", "", crafted_sheets.number(9_995)],
]


@pytest.mark.parametrize(
    ("amount", "merged", "said"),
    [
        (crafted_sheets.formula("2+3", 5), (), "E2"),
        ("五元", (), "E2"),
        (crafted_sheets.number(5), ("C2:C3",), "C2:C3"),
        (crafted_sheets.number("5.005"), (), "E2"),
    ],
)
def test_a_hostile_workbook_is_told_its_cell_and_leaves_nothing(  # noqa: PLR0917  fixtures
    session: Session, boards: Boards, village, tmp_path: Path, amount: str, merged: tuple[str, ...], said: str
) -> None:
    line = ["支出", "道路", "补坑", "工程队", amount, "2026.8.15", "记-1"]
    table = crafted_sheets.sheet(crafted_sheets.rows([HEADING, line, *TOTALS]), merged=merged)
    path = crafted_sheets.written(tmp_path / "quarter.xlsx", table)
    board = boards.board(village)
    with pytest.raises(FaultyFile) as refusal, transaction(session):
        services.import_statement(
            session,
            board_id=board.id,
            period="2026-Q3",
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED),
            actor=CLERK,
        )
    assert said in str(refusal.value)
    assert session.scalar(select(func.count()).select_from(FinanceLine)) == 0


@pytest.mark.parametrize(
    "day", ["2026-8-15", "2026/08/15", "2026年8月15日", crafted_sheets.number(46_249, style=1)]
)
def test_a_workbook_with_a_day_in_any_style_is_taken(
    session: Session, boards: Boards, village, tmp_path: Path, day: str
) -> None:
    line = ["支出", "道路", "补坑", "工程队", crafted_sheets.number(5), day, "记-1"]
    table = crafted_sheets.sheet(crafted_sheets.rows([HEADING, line, *TOTALS]))
    path = crafted_sheets.written(tmp_path / "quarter.xlsx", table)
    board = boards.board(village)
    with transaction(session):
        made = services.import_statement(
            session,
            board_id=board.id,
            period="2026-Q3",
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED),
            actor=CLERK,
        )
    assert (made.lines, made.differences) == (1, [])
    assert session.scalars(select(FinanceLine.paid_on)).one() == date(2026, 8, 15)


def bad_book(path: Path, fault: str) -> Path:
    """A workbook as officials and others hand it in, with one thing wrong with all of it."""
    line = ["支出", "道路", "补坑", "工程队", crafted_sheets.number(5), "2026-08-15", "记-1"]
    heading = ["类别", "科日", *HEADING[2:]] if fault == "heading" else HEADING
    hidden = [2] if fault == "hidden" else ()
    table = crafted_sheets.sheet(crafted_sheets.rows([heading, line, *TOTALS], hidden=hidden))
    parts = {"xl/vbaProject.bin": b"x"} if fault == "macro" else {}
    crafted_sheets.written(path, table, parts=parts)
    if fault == "bomb":
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/x", "w") as part:
            for _ in range(80):
                part.write(bytes(1024**2))
    if fault == "old":
        path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    return path


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("heading", "B1 格：不认识的一列：科日。是不是“科目”"),
        ("hidden", "第 2 行：这一行是隐藏的"),
        ("macro", "宏"),
        ("bomb", "展开以后太大"),
        ("old", "另存为"),
    ],
)
def test_a_workbook_that_is_wrong_as_a_whole_is_refused_in_words(  # noqa: PLR0917  fixtures
    session: Session, boards: Boards, village, tmp_path: Path, fault: str, said: str
) -> None:
    board = boards.board(village)
    path = bad_book(tmp_path / "quarter.xlsx", fault)
    with pytest.raises(Invalid) as refusal, transaction(session):
        services.import_statement(
            session,
            board_id=board.id,
            period="2026-Q3",
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED),
            actor=CLERK,
        )
    assert said in str(refusal.value)
    for table in (FinanceLine, FinanceStatement):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_sheet_that_is_too_long_for_a_page_is_refused_with_what_to_do(tmp_path: Path) -> None:
    line = ["支出", "道路", "补坑", "工程队", crafted_sheets.number(5), "2026-08-15", "记-1"]
    path = crafted_sheets.written(
        tmp_path / "long.xlsx", crafted_sheets.sheet(crafted_sheets.rows([HEADING, *[line] * 120]))
    )
    with pytest.raises(Invalid, match="分成几个文件"):
        list(rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED, most_rows=100))
