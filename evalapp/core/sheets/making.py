"""Makes rows of the elements of a sheet, cell by cell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.sheets.book import Book
from evalapp.core.sheets.parts import unescaped

MOST_COLUMNS = 200
_LONGEST_CELL = 32_767
_LETTERS = re.compile(r"[A-Z]{1,3}")

CellValue = str | Decimal | date | bool | Invalid


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A row by its number; `values` by column, counted from 0. A cell that cannot be taken holds its refusal."""

    number: int
    values: Mapping[int, CellValue]
    is_hidden: bool = False


class RowMaker:
    """Makes rows of the elements of a sheet."""

    def __init__(self, book: Book, merged: list[str]) -> None:
        self._book, self._merged = book, merged
        self._done: list[SheetRow] = []
        self._row, self._column, self._is_hidden = 0, -1, False
        self._values: dict[int, CellValue] = {}
        self._kind, self._style, self._value, self._has_formula = "n", 0, "", False
        self._pieces: list[str] = []
        self._phonetic = False
        self._columns: dict[str, int] = {}

    def taken(self) -> list[SheetRow]:
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() else self._row + 1
            self._column, self._values = -1, {}
            self._is_hidden = attributes.get("hidden", "") in {"1", "true"}
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self._merged.append(attributes.get("ref", "")[:20])

    def end(self, name: str, text: str) -> None:
        if name == "v":
            self._value = text
        elif name == "t" and not self._phonetic:
            self._pieces.append(text)
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            self._finish_cell()
        elif name == "row" and self._values:
            self._done.append(SheetRow(number=self._row, values=self._values, is_hidden=self._is_hidden))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        column = self._columns.get(letters)
        self._column = self._column_of(letters) if column is None else column
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() else 0
        self._value, self._has_formula, self._pieces = "", False, []

    def _column_of(self, letters: str) -> int:
        """The column that a cell names, or the next one when it names none."""
        if not _LETTERS.fullmatch(letters):
            return self._column + 1
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - ord("A") + 1
        return self._columns.setdefault(letters, column - 1)

    def _finish_cell(self) -> None:
        if self._has_formula:
            value: CellValue | None = Invalid(
                N_("这一格是公式。请复制这一列，用“选择性粘贴 → 数值”换成算好的数，再交。")
            )
        else:
            value = self._read()
        if value is None or value == "":
            return
        if self._column >= MOST_COLUMNS:
            raise Invalid(
                N_("表太宽：第 %(row)s 行在第 %(most)s 列以外还有内容，请删掉。"),
                row=self._row,
                most=MOST_COLUMNS,
            )
        self._values[self._column] = value

    def _read(self) -> CellValue | None:
        match self._kind:
            case "s":
                read = self._shared()
            case "inlineStr":
                read = _bounded(unescaped("".join(self._pieces)))
            case "str":
                read = _bounded(unescaped(self._value))
            case "e":
                read = Invalid(N_("这一格是错误值（%(text)s），请改成正确的内容。"), text=self._value[:20])
            case "b":
                read = self._value in {"1", "true"}
            case "d":
                read = self._value.removesuffix("T00:00:00")
            case _:
                return self._number() if self._value else None
        return read

    def _shared(self) -> CellValue:
        place = int(self._value) if self._value.isdecimal() else -1
        if not 0 <= place < len(self._book.texts):
            return Invalid(N_("这一格的内容坏了，请重新填。"))
        return _bounded(self._book.texts[place])

    def _number(self) -> CellValue:
        try:
            exact = float(self._value)
            read = Decimal(f"{exact:.15g}")  # what Excel itself keeps and shows
        except (ValueError, InvalidOperation):
            return Invalid(N_("这一格的内容坏了，请重新填。"))
        if not read.is_finite():
            return Invalid(N_("这一格的内容坏了，请重新填。"))
        if self._style in self._book.date_styles:
            return _day_of(read, starts_1904=self._book.starts_1904)
        if abs(read) >= 10**15 and read == read.to_integral_value():
            return Invalid(N_("这一格的数字太长，Excel 已经改了它的末位。请把格式设成“文本”，重新填。"))
        return read


def _day_of(serial: Decimal, *, starts_1904: bool) -> CellValue:
    """The day (and time) that a serial number means; Excel's 29 February 1900, which never was, is refused."""
    if not 0 <= serial < 2_958_466 or (serial == 60 and not starts_1904):
        return Invalid(N_("这一格的日期不对，请重新填。"))
    first = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001  a sheet knows no time zone
    moment = first + timedelta(days=int(serial), seconds=round(float(serial % 1) * 86_400))
    return moment if serial % 1 else moment.date()


def _bounded(text: str) -> CellValue:
    if len(text) > _LONGEST_CELL:
        return Invalid(N_("这一格的字太多。"))
    return text.strip()
