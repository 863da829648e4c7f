"""What a document holds, looked at without opening it: the first page of a PDF, the first words or rows of the others.

Personal data is masked as it is in postings.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from evalapp.core import cells, sheets
from evalapp.core.errors import Invalid
from evalapp.disclosures.rules.contents import Listed
from evalapp.disclosures.rules.privacy import masked_table, masked_words

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_WORDS = 1_200  # characters
_MOST_ROWS = 12
_MOST_COLUMNS = 8
_LONGEST_CELL = 40
_MOST_PARTS = 50_000  # elements that are looked at


def words_of(path: Path) -> str:
    """The first paragraphs of a Word document; nothing where there are none to be read."""
    try:
        with zipfile.ZipFile(path) as package, package.open("word/document.xml") as part:
            said = "\n".join(_paragraphs(part))
    except (KeyError, OSError, zipfile.BadZipFile, ParseError, DefusedXmlException, RuntimeError):
        return ""
    return masked_words(said[:_MOST_WORDS] + ("…" if len(said) > _MOST_WORDS else ""))


def rows_of(path: Path) -> Listed:
    """The first rows of the first sheet of a workbook; nothing where there are none to be read."""
    try:
        with sheets.opened(path) as sheet:
            found = [_texts(row.values) for row in islice(sheet.rows, _MOST_ROWS)]
    except Invalid:
        return Listed()
    width = min(max((len(row) for row in found), default=0), _MOST_COLUMNS)
    padded = [[*row, *[""] * width][:width] for row in found]
    if len(padded) < 2:
        return Listed()
    return masked_table(Listed(columns=padded[0], rows=padded[1:])).table


def _paragraphs(part: Any) -> Iterator[str]:
    """Give paragraph after paragraph until there is enough, without holding what was read."""
    said: list[str] = []
    length = 0
    for _, element in islice(iterparse(part, forbid_dtd=True), _MOST_PARTS):
        if element.tag == f"{_WORD}t":
            said.append(element.text or "")
        elif element.tag == f"{_WORD}p":
            text = "".join(said).strip()
            said.clear()
            element.clear()
            if text:
                length += len(text)
                yield text
            if length > _MOST_WORDS:
                return


def _texts(values: Mapping[int, object]) -> Sequence[str]:
    """A row as texts; a formula and a cell that cannot be read stay empty."""
    if not values:
        return []
    found = [values.get(place, "") for place in range(min(max(values) + 1, _MOST_COLUMNS))]
    return ["" if isinstance(value, Invalid) else cells.plain(value)[:_LONGEST_CELL] for value in found]
