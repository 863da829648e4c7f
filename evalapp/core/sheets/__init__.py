"""Reads the first sheet of an Excel file (.xlsx) row by row, in little memory, and trusts nothing in it.

What a sheet may hide (formulas, macros, merged cells, hidden rows, archives that burst, XML that unfolds) is named by
its cell where it has one. Nothing is computed, nothing is fetched, no declaration of a document type is read.
"""

import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.sheets.book import Book, check_kind, check_package
from evalapp.core.sheets.making import MOST_COLUMNS, CellValue, RowMaker, SheetRow
from evalapp.core.sheets.parts import PartReader

__all__ = ["MOST_COLUMNS", "CellValue", "Sheet", "SheetRow", "column_name", "opened"]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The first sheet that is not hidden. `merged` is known only once every row was read."""

    rows: Iterator[SheetRow]
    merged: list[str]


def column_name(column: int) -> str:
    """0 is A, 26 is AA."""
    name, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """Open the first sheet of `path`. Raises `Invalid` for what is no plain .xlsx, saying what to do."""
    check_kind(path)
    try:
        with zipfile.ZipFile(path) as package:
            check_package(package)
            book = Book(package)
            merged: list[str] = []
            with closing(_rows(package, book, merged)) as rows:
                yield Sheet(rows=rows, merged=merged)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise Invalid(N_("这个 Excel 文件打不开，可能已经损坏。请用 Excel 或 WPS 重新另存一次。")) from error
    except ExpatError as error:
        raise Invalid(N_("这个 Excel 文件里有读不懂的内容。请用 Excel 或 WPS 重新另存一次。")) from error


def _rows(package: zipfile.ZipFile, book: Book, merged: list[str]) -> Generator[SheetRow]:
    made = RowMaker(book, merged)
    with package.open(book.sheet) as file:
        for _ in PartReader(made.start, made.end).read(file):
            yield from made.taken()
