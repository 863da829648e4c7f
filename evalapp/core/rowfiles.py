"""Reads tables that people hand in as CSV or JSON, and names every row that is at fault."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_

_MOST_BYTES = 20 * 1024**2
_MOST_ROWS = 50_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row with its number as people count it: in a CSV file the heading is row 1."""

    number: int
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a value as text, empty when it is missing."""
        value = self.values.get(name)
        return "" if value is None else str(value).strip()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one row."""

    row: int
    error: DomainError

    def __str__(self) -> str:
        where = f"（{self.error.field}）" if self.error.field else ""
        return f"第 {self.row} 行{where}：{self.error}"


class FaultyFile(Invalid):
    """A file of which nothing was taken; `faults` names every row."""

    code = "faulty-file"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(N_("文件里有 %(count)s 处错误，一行都没有导入。"), count=len(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(fault) for fault in self.faults)])


def read_rows(path: Path, *, columns: Mapping[str, str], required: Sequence[str]) -> list[Row]:
    """Return the rows of a `.csv` (UTF-8 or GB 18030) or `.json` file.

    `columns` maps each name that may head a column to the field it means. Raises `Invalid` for a file that cannot be
    read and `FaultyFile` for columns that are unknown or missing.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise Invalid(N_("文件太大，最多 %(limit)s MB。"), limit=_MOST_BYTES // 1024**2)
    text = _decoded(path.read_bytes())
    raw = _from_json(text) if path.suffix.lower() == ".json" else _from_csv(text)
    if not raw:
        raise Invalid(N_("文件里没有内容。"))
    if len(raw) > _MOST_ROWS:
        raise Invalid(N_("文件太长，最多 %(limit)s 行。"), limit=_MOST_ROWS)
    _check_columns(raw, columns=columns, required=required)
    return [
        Row(number=row.number, values={columns[name]: value for name, value in row.values.items()})
        for row in raw
    ]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Invalid(N_("文件的编码无法识别，请存为 UTF-8。")) from error


def _from_csv(text: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text), restkey="", strict=True)
    try:
        return [
            Row(
                number=reader.line_num,
                values={(name or "").strip(): value for name, value in row.items() if name or value},
            )
            for row in reader
            if any(row.values())
        ]
    except csv.Error as error:
        raise Invalid(N_("第 %(row)s 行不是正确的 CSV。"), row=reader.line_num) from error


def _from_json(text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("文件不是正确的 JSON。")) from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Invalid(N_("JSON 文件应是一个列表，每项是一个对象。"))
    return [Row(number=number, values=item) for number, item in enumerate(found, start=1)]


def _check_columns(rows: Sequence[Row], *, columns: Mapping[str, str], required: Sequence[str]) -> None:
    faults = [
        Fault(row=row.number, error=Invalid(N_("不认识的一列：%(name)s。"), name=name or "（多出的一格）"))
        for row in _first_of_each_shape(rows)
        for name in row.values
        if name not in columns
    ]
    for row in _first_of_each_shape(rows):
        present = {columns.get(name) for name in row.values}
        faults += [
            Fault(row=row.number, error=Invalid(N_("缺少一列：%(name)s。"), name=name))
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
