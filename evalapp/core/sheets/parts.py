"""XML parts of an Excel file, read block by block; a declaration of a document type is refused, and with it every entity."""

import re
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import (
    expat,  # the declaration of a document type, which is all that is dangerous in XML, is refused
)

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

_BLOCK = 64 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class PartReader:
    """Hands the elements of an XML part to two functions, by local name and with the text inside."""

    def __init__(self, start: Callable[[str, dict[str, str]], None], end: Callable[[str, str], None]) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._finish
        self._parser.CharacterDataHandler = self._add
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._start, self._end = start, end
        self._text: list[str] = []
        self._local: dict[str, str] = {}  # looking a name up costs a fifth of taking it apart

    def read(self, file: IO[bytes]) -> Iterator[None]:
        """Feed the part block by block; the caller takes what has come of each."""
        while block := file.read(_BLOCK):
            self._parser.Parse(block, False)
            yield
        self._parser.Parse(b"", True)
        yield

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._text = []
        self._start(self._local.get(name) or self._name(name), attributes)

    def _finish(self, name: str) -> None:
        text = "".join(self._text)
        self._text = []
        self._end(self._local.get(name) or self._name(name), text)

    def _name(self, name: str) -> str:
        return self._local.setdefault(name, name.rpartition(" ")[2])

    def _add(self, text: str) -> None:
        self._text.append(text)

    @staticmethod
    def _refuse(*_declared: object) -> None:
        raise Invalid(N_("这个文件的 XML 里声明了文档类型或实体，不能收。请用 Excel 或 WPS 重新另存一次。"))


def unescaped(text: str) -> str:
    """`_x000A_` is how a workbook writes a character that XML cannot hold."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: _character(int(found[1], 16)), text)


def _character(code: int) -> str:
    """Half a character is none."""
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)
