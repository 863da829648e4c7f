"""Reads tables that people hand in as CSV, Excel (.xlsx) or JSON, and names every cell that is at fault."""

import csv
import difflib
import io
import itertools
import json
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from evalapp.core import cells, sheets
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.sheets import SheetRow, column_name

_MOST_BYTES = 20 * 1024**2
_MOST_ROWS = 50_000
_MOST_FAULTS = 500  # told one by one; of more only the number
_LOOKED_FOR_HEADING = 10  # a title may stand above the heading
_CONTROL = {code: None for code in range(32) if code not in {9, 10, 13}}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row with its number as people count it: in a sheet the row's own, in a JSON file the place in the list."""

    number: int
    values: Mapping[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)  # which column of the sheet a field stands in

    def text(self, name: str) -> str:
        """Return a value as text, empty when it is missing. Raises `Invalid` for a cell that cannot be taken."""
        return cells.plain(self._taken(name))

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number, None when there is none. Raises `Invalid`."""
        value = self._taken(name)
        return (
            None if value is None or value == "" else cells.whole(value, field=name, least=least, most=most)
        )

    def fen(self, name: str) -> int | None:
        """Return an amount of yuan in fen, None when there is none. Raises `Invalid`."""
        value = self._taken(name)
        return None if value is None or value == "" else cells.fen(value, field=name)

    def day(self, name: str) -> date | None:
        """Return a day, None when there is none. Raises `Invalid`."""
        value = self._taken(name)
        return None if value is None or value == "" else cells.day(value, field=name)

    def place(self, name: str | None) -> str:
        """Return the cell that a field stands in: C7. Empty where there are no cells."""
        column = self.columns.get(name or "")
        return f"{column}{self.number}" if column else ""

    def _taken(self, name: str) -> Any:
        value = self.values.get(name)
        if isinstance(value, Invalid):
            raise Invalid(value.message, field=name, **value.params)
        return value


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one row, and in which cell where there is one."""

    row: int
    error: DomainError
    cell: str = ""

    @classmethod
    def of(cls, row: Row, error: DomainError) -> Self:
        return cls(row=row.number, error=error, cell=row.place(error.field))

    def __str__(self) -> str:
        if self.cell:
            return f"第 {self.row} 行 {self.cell} 格：{self.error}"
        where = f"（{self.error.field}）" if self.error.field else ""
        return f"第 {self.row} 行{where}：{self.error}"


class FaultyFile(Invalid):
    """A file of which nothing was taken; `faults` names every row, up to some hundreds of them."""

    code = "faulty-file"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(N_("文件里有 %(count)s 处错误，一行都没有导入。"), count=len(faults))
        self.faults = tuple(faults[:_MOST_FAULTS])

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(fault) for fault in self.faults)])


def read_rows(
    path: Path,
    *,
    columns: Mapping[str, str],
    required: Sequence[str],
    most_rows: int = _MOST_ROWS,
    name: str = "",
) -> list[Row]:
    """Return the rows of a `.csv` (UTF-8 or GB 18030), `.xlsx` or `.json` file, as `rows_of` gives them."""
    return list(rows_of(path, columns=columns, required=required, most_rows=most_rows, name=name))


def rows_of(
    path: Path,
    *,
    columns: Mapping[str, str],
    required: Sequence[str],
    most_rows: int = _MOST_ROWS,
    most_bytes: int = _MOST_BYTES,
    name: str = "",
) -> Generator[Row]:
    """Give the rows of a file one by one; a sheet is never held whole.

    `columns` maps each name that may head a column to the field it means; `name` is what the file was called where
    `path` is not. Raises `Invalid` for a file that cannot be read and `FaultyFile` for columns that are unknown,
    doubled or missing, for merged cells and for hidden rows; the last two only after the last row.
    """
    if path.stat().st_size > most_bytes:
        raise Invalid(N_("文件太大，最多 %(limit)s MB。"), limit=most_bytes // 1024**2)
    kind = Path(name or path.name).suffix.lower()
    if kind == ".json":
        found = _from_json(_decoded(path.read_bytes()), columns=columns, required=required)
    elif kind in {".xlsx", ".xls", ".xlsm", ".et"}:
        found = _from_sheet(path, columns=columns, required=required)
    else:
        found = _mapped(_csv_rows(_decoded(path.read_bytes())), columns=columns, required=required)
    count = 0
    with closing(found):
        for row in found:
            count += 1
            if count > most_rows:
                raise Invalid(N_("文件太长，最多 %(limit)s 行。请分成几个文件。"), limit=most_rows)
            yield row
    if not count:
        raise Invalid(N_("文件里没有内容。"))


def _decoded(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", bytes.fromhex("d0cf11e0"))):
        raise Invalid(N_("这是 Excel 文件，却叫作别的名字。请把扩展名改回 .xlsx 再交。"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Invalid(N_("文件的编码无法识别，请存为 UTF-8。")) from error


def _csv_rows(text: str) -> Generator[SheetRow]:
    reader = csv.reader(io.StringIO(text), strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            values = {place: _plain(value) for place, value in enumerate(record) if value.strip()}
            if values:
                yield SheetRow(number=number, values=values)
    except csv.Error as error:
        raise Invalid(N_("第 %(row)s 行不是正确的 CSV。"), row=number + 1) from error


def _from_sheet(path: Path, *, columns: Mapping[str, str], required: Sequence[str]) -> Generator[Row]:
    hidden: list[int] = []
    with sheets.opened(path) as sheet:
        heading = 0
        for row in _mapped(_noting(sheet.rows, hidden), columns=columns, required=required):
            heading = heading or row.number - 1
            yield row
    faults = [
        Fault(
            row=first,
            error=Invalid(N_("%(area)s 是合并的单元格。请取消合并，每一格都填上自己的内容。"), area=area),
        )
        for area in sheet.merged
        if (first := _first_row(area)) >= heading or _last_row(area) > heading
    ]
    faults += [
        Fault(row=number, error=Invalid(N_("这一行是隐藏的。请取消隐藏或筛选，看过再交。")))
        for number in hidden
    ]
    if faults:
        raise FaultyFile(faults)


def _noting(rows: Iterator[SheetRow], hidden: list[int]) -> Iterator[SheetRow]:
    for row in rows:
        if row.is_hidden:
            hidden.append(row.number)
        yield row


def _first_row(area: str) -> int:
    return int("".join(sign for sign in area.partition(":")[0] if sign.isdecimal()) or 0)


def _last_row(area: str) -> int:
    return int("".join(sign for sign in area.rpartition(":")[2] if sign.isdecimal()) or 0)


def _mapped(
    rows: Iterator[SheetRow], *, columns: Mapping[str, str], required: Sequence[str]
) -> Generator[Row]:
    """Find the heading among the first rows and name what stands below it."""
    known = {_heading(name): of for name, of in columns.items()}
    first = list(itertools.islice(rows, _LOOKED_FOR_HEADING))
    if not first:
        return
    place = max(range(len(first)), key=lambda at: (_known_in(first[at], known), -at))
    heading = first[place]
    fields = _fields(heading, known=known, columns=columns, required=required)
    letters = {of: column_name(column) for column, of in fields.items()}
    empty = dict.fromkeys(fields.values(), "")
    beyond = Invalid(N_("这一格在表头以外，没有列名。请删掉，或者给这一列写上列名。"))
    for row in itertools.chain(first[place + 1 :], rows):
        if not fields.keys() >= row.values.keys():
            strange = next(column for column in row.values if column not in fields)
            raise FaultyFile(
                [Fault(row=row.number, error=beyond, cell=f"{column_name(strange)}{row.number}")]
            )
        yield Row(
            number=row.number,
            values=empty
            | {
                fields[column]: _plain(value) if isinstance(value, str) else value
                for column, value in row.values.items()
            },
            columns=letters,
        )


def _plain(text: str) -> str:
    """A cell's text without control characters, which few have: looking first costs a tenth of taking them out."""
    return text if text.isprintable() else text.translate(_CONTROL)


def _heading(name: object) -> str:
    """What a column is called, without what officials add: spaces, a star, 必填 in brackets."""
    text = "".join(unicodedata.normalize("NFKC", cells.plain(name)).split()).strip("*")
    return text.removesuffix("(必填)").removesuffix("(选填)").casefold()


def _known_in(row: SheetRow, known: Mapping[str, str]) -> int:
    return sum(_heading(value) in known for value in row.values.values() if isinstance(value, str))


def _fields(
    heading: SheetRow, *, known: Mapping[str, str], columns: Mapping[str, str], required: Sequence[str]
) -> dict[int, str]:
    faults: list[Fault] = []
    fields: dict[int, str] = {}
    for column, value in heading.values.items():
        cell = f"{column_name(column)}{heading.number}"
        name = value if isinstance(value, str) else cells.plain("" if isinstance(value, Invalid) else value)
        of = known.get(_heading(name))
        if of is None:
            close = difflib.get_close_matches(_heading(name), list(known), n=1, cutoff=0.5)
            shown = next((each for each in columns if close and _heading(each) == close[0]), "")
            message = (
                N_("不认识的一列：%(name)s。是不是“%(shown)s”？") if shown else N_("不认识的一列：%(name)s。")
            )
            error = Invalid(message, name=name[:30] or "（空）", **({"shown": shown} if shown else {}))
            faults.append(Fault(row=heading.number, error=error, cell=cell))
        elif of in fields.values():
            error = Invalid(N_("这一列出现了两次：%(name)s。"), name=name[:30])
            faults.append(Fault(row=heading.number, error=error, cell=cell))
        else:
            fields[column] = of
    faults += [
        Fault(row=heading.number, error=Invalid(N_("缺少一列：%(name)s。"), name=_called(name, columns)))
        for name in required
        if name not in fields.values()
    ]
    if faults:
        raise FaultyFile(faults)
    return fields


def _called(of: str, columns: Mapping[str, str]) -> str:
    """What people call a field: its Chinese heading beside its own name."""
    names = [name for name, meant in columns.items() if meant == of]
    return "／".join(dict.fromkeys([names[-1], of])) if names else of


def _from_json(text: str, *, columns: Mapping[str, str], required: Sequence[str]) -> Generator[Row]:
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("文件不是正确的 JSON。")) from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Invalid(N_("JSON 文件应是一个列表，每项是一个对象。"))
    rows = [Row(number=number, values=item) for number, item in enumerate(found, start=1)]
    _check_columns(rows, columns=columns, required=required)
    for row in rows:
        yield Row(
            number=row.number,
            values={columns[name]: value for name, value in row.values.items()},
        )


def _check_columns(rows: Sequence[Row], *, columns: Mapping[str, str], required: Sequence[str]) -> None:
    faults = [
        Fault(row=row.number, error=Invalid(N_("不认识的一列：%(name)s。"), name=name or "（空）"))
        for row in _first_of_each_shape(rows)
        for name in row.values
        if name not in columns
    ]
    for row in _first_of_each_shape(rows):
        present = {columns.get(name) for name in row.values}
        faults += [
            Fault(row=row.number, error=Invalid(N_("缺少一列：%(name)s。"), name=_called(name, columns)))
            for name in required
            if name not in present
        ]
    if faults:
        raise FaultyFile(faults)


def _first_of_each_shape(rows: Sequence[Row]) -> list[Row]:
    """Rows of the same columns are at fault together: one of them is named."""
    seen: dict[frozenset[str], Row] = {}
    for row in rows:
        seen.setdefault(frozenset(row.values), row)
    return list(seen.values())
