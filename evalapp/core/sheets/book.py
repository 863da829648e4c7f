"""The package that an Excel file is: whether it may be opened at all, and what the cells of its first sheet refer to."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.sheets.parts import PartReader, unescaped

_MOST_PARTS = 2_000
_MOST_UNPACKED = 600 * 1024**2
_MOST_TEXT = 96 * 1024**2  # of all different texts together, which are held in memory
_MOST_PACKING = 400  # how many times larger than packed a part may be, once it is large at all
_LARGE = 4 * 1024**2
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_RISKS = re.compile(r"vbaProject|macrosheets|embeddings/|activeX/|oleObject|externalLink", re.IGNORECASE)
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


def check_kind(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        is_locked = head == _OLD_EXCEL and _LOCKED in file.read(1024**2)
    if is_locked:
        raise Invalid(N_("这个 Excel 文件设了密码。请去掉密码再交。"))
    if head == _OLD_EXCEL:
        raise Invalid(
            N_(
                "这是旧版 Excel 文件（.xls）。请用 Excel 或 WPS 打开，选“另存为”，类型选“Excel 工作簿（.xlsx）”，再交一次。"
            )
        )
    if not head.startswith(b"PK\x03\x04"):
        raise Invalid(N_("这不是 Excel 文件（.xlsx）。请检查是不是选错了文件。"))


def check_package(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    too_large = Invalid(N_("这个文件展开以后太大，不能收。请只留下要交的表，重新另存一次。"))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise too_large
    if any(
        part.file_size > _LARGE and part.file_size > _MOST_PACKING * max(part.compress_size, 1)
        for part in parts
    ):
        raise too_large
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Invalid(N_("这不是 Excel 文件（.xlsx）。请检查是不是选错了文件。"))
    types = (
        package.read("[Content_Types].xml")
        if package.getinfo("[Content_Types].xml").file_size < _LARGE
        else b""
    )
    if b"macroEnabled" in types or any(_RISKS.search(name) for name in names):
        raise Invalid(
            N_("这个文件里有宏、嵌入的程序或外部链接，不能收。请另存为普通的 Excel 工作簿（.xlsx）再交。")
        )


def _ignore(_name: str, _text: str) -> None:
    return


class Book:
    """What a sheet's cells refer to: which sheet is first, shared texts, which styles are of days."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self.starts_1904 = False
        self.sheet = self._first_sheet()
        self.texts = self._shared_texts()
        self.date_styles = self._date_styles()

    def _each(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str, str], None] = _ignore,
    ) -> None:
        if part in self._package.namelist():
            with self._package.open(part) as file:
                for _ in PartReader(start, end).read(file):
                    pass

    def _first_sheet(self) -> str:
        shown: list[str] = []
        targets: dict[str, str] = {}

        def of_book(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                shown.append(next((value for key, value in attributes.items() if key.endswith(" id")), ""))
            elif name == "workbookPr":
                self.starts_1904 = attributes.get("date1904", "") in {"1", "true"}

        def of_relations(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        self._each("xl/workbook.xml", of_book)
        self._each("xl/_rels/workbook.xml.rels", of_relations)
        target = targets.get(shown[0], "") if shown else ""
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part not in self._package.namelist():
            raise Invalid(N_("这个 Excel 文件里没有能读的表。"))
        return part

    def _shared_texts(self) -> list[str]:
        found: list[str] = []
        pieces: list[str] = []
        inside: list[str] = []
        length = 0

        def start(name: str, _attributes: dict[str, str]) -> None:
            if name == "si":
                pieces.clear()
            elif name == "rPh":  # how the text is read aloud, which is not part of it
                inside.append(name)

        def end(name: str, text: str) -> None:
            nonlocal length
            if name == "t" and not inside:
                pieces.append(text)
            elif name == "rPh":
                inside.pop()
            elif name == "si":
                found.append(unescaped("".join(pieces)))
                length += len(found[-1])
                if length > _MOST_TEXT:
                    raise Invalid(N_("这个文件里的文字太多，不能收。请分成几个文件。"))

        self._each("xl/sharedStrings.xml", start, end)
        return found

    def _date_styles(self) -> frozenset[int]:
        styles: list[int] = []
        own: set[int] = set()
        inside: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "numFmt" and re.search(
                r"[ymdYMD年月日]", _NOT_DATE.sub("", attributes.get("formatCode", ""))
            ):
                own.add(int(attributes.get("numFmtId", "0")))
            elif name == "cellXfs":
                inside.append(name)
            elif name == "xf" and inside:
                styles.append(int(attributes.get("numFmtId", "0")))

        def end(name: str, _text: str) -> None:
            if name == "cellXfs":
                inside.clear()

        self._each("xl/styles.xml", start, end)
        return frozenset(place for place, code in enumerate(styles) if code in own or code in _DATE_FORMATS)
