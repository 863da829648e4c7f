"""Files of a posting, made fit to show: checked as evidence is, and without who wrote them where the format keeps that apart."""

import hashlib
import zipfile
from pathlib import Path

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.supervision.evidence import PreparedFile, prepare_document, prepare_picture

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_OLD = {".doc": ".docx", ".xls": ".xlsx", ".wps": ".docx", ".et": ".xlsx", ".docm": ".docx", ".xlsm": ".xlsx"}
_OFFICE = (".docx", ".xlsx")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EMPTY = {
    "docProps/core.xml": (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
    ),
    "docProps/app.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
    ),
    "docProps/custom.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
    ),
}


def stored_name(token: str) -> str:
    """Where the file with this address is stored."""
    return f"disclosures/{token}"


def prepare(source: Path, name: str) -> PreparedFile:
    """Return the file as it may be kept: a picture drawn anew, a document that was looked into.

    Refuses old and macro formats saying what to do, and all that `supervision.evidence` refuses. Raises `Invalid`,
    `TooLarge`.
    """
    kind = Path(name).suffix.lower()
    if kind in _OLD:
        raise Invalid(
            N_("%(old)s 是不能检查的格式。请用 Word、Excel 或 WPS 打开，“另存为” %(new)s，再传一次。"),
            field="file",
            old=kind,
            new=_OLD[kind],
        )
    if kind in PICTURES:
        return prepare_picture(source)
    made = prepare_document(source, name)
    return _without_authors(made) if kind in _OFFICE else made


def _without_authors(made: PreparedFile) -> PreparedFile:
    """Write the package anew with empty properties: who wrote it, for which firm, when it was printed."""
    target = made.path.with_name(f"{made.path.name}.stripped")
    with zipfile.ZipFile(made.path) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as clean:
        for part in package.infolist():
            empty = _EMPTY.get(part.filename)
            kept = zipfile.ZipInfo(part.filename)  # without the moment at which it was saved
            kept.compress_type = zipfile.ZIP_DEFLATED
            clean.writestr(kept, package.read(part) if empty is None else _HEAD + empty)
    data = target.read_bytes()
    return PreparedFile(
        path=target, media_type=made.media_type, size=len(data), sha256=hashlib.sha256(data).hexdigest()
    )
