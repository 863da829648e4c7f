"""A period's finances as a table that can be imported again: the totals that are stated, then every line."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from evalapp.core.workbooks import Cell, Table, workbook
from evalapp.disclosures.queries.finances import FinancePage, ShownLine
from evalapp.disclosures.rules.finances import DIRECTION_WORDS, FIGURE_WORDS, Figure

COLUMNS = (
    "日期", "收支", "科目", "事由", "收付对象", "金额（元）", "凭证号", "经手", "民主理财小组", "审批", "会计",
)  # fmt: skip
MOST_IN_SHEET = 20_000  # lines; a sheet is made whole in memory, and for more there is CSV, line by line


def rows(page: FinancePage, lines: Iterable[ShownLine]) -> Iterator[Sequence[Cell]]:
    """Give the rows below the heading, amounts in yuan."""
    stated = page.statement.stated
    for figure in Figure:
        amount = getattr(stated, figure.value) / 100
        yield ["", FIGURE_WORDS[figure], "", "", "", amount, "", "", "", "", ""]
    for line in lines:
        yield [
            line.paid_on,
            DIRECTION_WORDS[line.direction],
            line.account,
            line.purpose,
            line.payee_class,
            line.amount / 100,
            line.voucher,
            line.handler,
            line.reviewer,
            line.approver,
            line.accountant,
        ]


def texts(cells: Sequence[Cell]) -> list[str]:
    """A row as text for machines: days as 2026-11-29, amounts with two decimals."""
    return [_text(cell) for cell in cells]


def sheet(page: FinancePage, lines: Iterable[ShownLine]) -> bytes:
    """Return the table as an Excel file in which nothing runs."""
    return workbook([Table(name=page.period.chinese, columns=COLUMNS, rows=list(rows(page, lines)))])


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell or "")
