"""Tables as an Excel file in which nothing runs: every text is a text, whatever sign it begins with."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evalapp.core.heavy import heavy

LONGEST = 32_767  # characters of a cell
# A sheet's name may have none of these, and 31 characters.
_NOT_IN_NAMES = str.maketrans("[]:*?/\\", "       ")

Cell = str | int | float | date | None


@dataclass(frozen=True, kw_only=True)
class Table:
    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(tables: Sequence[Table]) -> bytes:
    """The tables as the sheets of one file."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with heavy("xlsxwriter").Workbook(made, options | {"strings_to_numbers": False}) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for table in tables:
            sheet = book.add_worksheet(table.name.translate(_NOT_IN_NAMES)[:31])
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(table.columns):
                sheet.write_string(0, column, name, bold)
            for row, cells in enumerate(table.rows, start=1):
                for column, cell in enumerate(cells):
                    _write(sheet, row, column, cell, day)
    return made.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    """Write a cell of a sheet of xlsxwriter's, which has no types here, as what it is; never guess from its text."""
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif cell is not None:
        sheet.write_number(row, column, cell)
