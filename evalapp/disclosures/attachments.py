"""Files of a posting, made fit to show: checked as evidence is, and without who wrote them where the format keeps that apart."""

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

from evalapp.core import logs, process
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.disclosures.previews import rows_of, words_of
from evalapp.disclosures.rules.previews import Preview
from evalapp.supervision.evidence import PreparedFile, prepare_document, prepare_picture

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_OLD = {".doc": ".docx", ".xls": ".xlsx", ".wps": ".docx", ".et": ".xlsx", ".docm": ".docx", ".xlsm": ".xlsx"}
_OFFICE = (".docx", ".xlsx")
_PDF_WORK = "evalapp.disclosures.pdf_work"
_SECONDS = 20
log = logs.get_logger("disclosures")
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


def page_name(token: str) -> str:
    """Where the picture of a document's first page is stored."""
    return f"disclosures/{token}.page"


def drawn_page(made: PreparedFile) -> Path:
    """Where the picture of a prepared document's first page lies, if one was drawn."""
    return made.path.with_name(f"{made.path.name}.jpg")


def previewed(made: PreparedFile) -> Preview:
    """Return what may be seen of a prepared document before it is opened."""
    if made.media_type.endswith("wordprocessingml.document"):
        return Preview(text=words_of(made.path))
    if made.media_type.endswith("spreadsheetml.sheet"):
        return Preview(table=rows_of(made.path))
    return Preview(is_picture=made.media_type == "application/pdf" and drawn_page(made).exists())


def prepare(source: Path, name: str) -> PreparedFile:
    """Return the file as it may be kept: a picture drawn anew, a document that was looked into and lost its authors.

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
    return _without_authors(made) if kind in _OFFICE else _written_anew(made)


def _written_anew(made: PreparedFile) -> PreparedFile:
    """Have a program of its own write a PDF without who made it, and draw its first page. Raises `Invalid`."""
    clean = made.path.with_name(f"{made.path.name}.stripped")
    described = replace(made, path=clean)
    words = [sys.executable, "-I", "-m", _PDF_WORK, str(clean), str(drawn_page(described))]
    try:
        process.run([*process.walls(), *words], seconds=_SECONDS, given=made.path.read_bytes())
    except process.ProgramError as error:
        log.info("a PDF could not be written anew whole", reason=str(error)[-300:])
        if not clean.exists():
            raise Invalid(N_("这个 PDF 打不开，请用别的程序另存一次再传。"), field="file") from error
        drawn_page(described).unlink(missing_ok=True)
    data = clean.read_bytes()
    return replace(described, size=len(data), sha256=hashlib.sha256(data).hexdigest())


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
