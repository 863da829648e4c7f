"""Excel files written by hand, so that each may hold what a spreadsheet program would not write."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_BOOK = (
    f'<workbook {_MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '%s<sheets><sheet name="一" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="x" Target="worksheets/sheet1.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)


def text(value: str) -> str:
    """A cell that holds a text itself."""
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(value: object, *, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def formula(said: str, value: object) -> str:
    return f"<c><f>{escape(said)}</f><v>{value}</v></c>"


def rows(table: Sequence[Sequence[str]], *, hidden: Sequence[int] = ()) -> str:
    """The rows of a sheet: a plain text becomes a cell of text, what begins with `<` stands as it is."""
    found = []
    for place, cells in enumerate(table, start=1):
        marked = ' hidden="1"' if place in hidden else ""
        inside = "".join(cell if cell.startswith("<c") else text(cell) if cell else "<c/>" for cell in cells)
        found.append(f'<row r="{place}"{marked}>{inside}</row>')
    return "".join(found)


def sheet(inside: str, *, merged: Sequence[str] = (), head: str = "") -> str:
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    after = f"<mergeCells>{areas}</mergeCells>" if merged else ""
    return f'<?xml version="1.0"?>{head}<worksheet {_MAIN}><sheetData>{inside}</sheetData>{after}</worksheet>'


def written(
    path: Path, content: str, *, parts: Mapping[str, str | bytes] = {}, book: str = "", types: str = _TYPES
) -> Path:
    """Write a workbook of one sheet; `parts` are added or take the place of those it would have."""
    standing: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "xl/workbook.xml": _BOOK % book,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": content,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, inside in (standing | dict(parts)).items():
            package.writestr(name, inside)
    return path
