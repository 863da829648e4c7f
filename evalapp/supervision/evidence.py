"""Files that a unit hands in as evidence, made fit to keep: pictures drawn anew without metadata, documents looked into.

A document with a macro, a script or something inside that a program would start is refused with the reason.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from evalapp.core.errors import Invalid, TooLarge
from evalapp.core.i18n import N_

MOST_BYTES = 20 * 1024**2
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1_600
_PICTURES = ("JPEG", "PNG", "WEBP")
_MOST_UNPACKED = 100 * 1024**2
_MOST_PARTS = 2_000
_PDF_RISKS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_OFFICE_RISKS = re.compile(
    r"vbaProject|macrosheets|embeddings/|activeX/|oleObject|externalLink", re.IGNORECASE
)
_OFFICE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME = re.compile(r"[^\w.()（）·\- ]+")


@dataclass(frozen=True, kw_only=True)
class PreparedFile:
    """A file that may be kept: where it lies now, and what is known of it."""

    path: Path
    media_type: str
    size: int
    sha256: str


def prepare_picture(source: Path) -> PreparedFile:
    """Draw a picture anew as JPEG beside `source`, at most 1,600 wide or high: nothing but its pixels is left.

    Refuses what is no picture and one with too many pixels, before they are unpacked. Raises `Invalid`, `TooLarge`.
    """
    _check_size(source)
    target = source.with_suffix(".prepared.jpg")
    try:
        with Image.open(source, formats=_PICTURES) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid(N_("图片太大，最多 4000 万像素，请缩小后再传。"), field="file")
            drawn = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(N_("这不是能打开的图片，请传 JPEG、PNG 或 WebP。"), field="file") from error
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", drawn.size)
    clean.paste(drawn)
    clean.save(target, "JPEG", quality=85)
    return _described(target, "image/jpeg")


def prepare_document(source: Path, name: str) -> PreparedFile:
    """Look into a document: PDF, Word or Excel without macros. It stays as it is.

    Refuses other kinds, one that holds what a program would start, and one that is locked. Raises `Invalid`, `TooLarge`.
    """
    _check_size(source)
    kind = Path(name).suffix.lower()
    if kind == ".pdf":
        _check_pdf(source.read_bytes())
    elif kind in _OFFICE:
        _check_office(source, _OFFICE[kind])
    else:
        raise Invalid(N_("文件请传 PDF、Word（docx）或 Excel（xlsx）。"), field="file")
    return _described(source, _TYPES[kind])


def cleaned_file_name(name: str) -> str:
    """Return a file's own name without folders and strange characters, at most 80 long."""
    plain = _NAME.sub("_", Path(name.replace("\\", "/")).name).strip(" .")
    stem, dot, kind = plain.rpartition(".")
    return f"{(stem or 'file')[:72]}{dot}{kind[:6]}"


def _check_size(source: Path) -> None:
    size = source.stat().st_size
    if size == 0:
        raise Invalid(N_("文件是空的。"), field="file")
    if size > MOST_BYTES:
        raise TooLarge(N_("文件最多 20 MB。"), field="file")


def _check_pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise Invalid(N_("这不是 PDF 文件。"), field="file")
    for piece in (data, *_unpacked(data)):
        plain = _ESCAPED.sub(lambda found: bytes([int(found.group(1), 16)]), piece)
        if b"/Encrypt" in plain:
            raise Invalid(N_("这个 PDF 加了密，没法检查，请去掉密码再传。"), field="file")
        if _PDF_RISKS.search(plain):
            raise Invalid(N_("这个 PDF 里有脚本或附件，不能收。请另存为普通 PDF 再传。"), field="file")


def _unpacked(data: bytes) -> Iterator[bytes]:
    left = _MOST_UNPACKED
    for found in _STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            piece = unpacker.decompress(found.group(1), left)
        except zlib.error:
            continue  # packed otherwise: a picture or a font
        left -= len(piece)
        if left <= 0:
            raise Invalid(N_("这个文件展开以后太大，不能收。"), field="file")
        yield piece


def _check_office(source: Path, main_part: str) -> None:
    try:
        with zipfile.ZipFile(source) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Invalid(N_("这个文件展开以后太大，不能收。"), field="file")
            names = [part.filename for part in parts]
            types = package.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, zlib.error) as error:
        raise Invalid(N_("这个文件打不开，请重新另存再传。"), field="file") from error
    if main_part not in names:
        raise Invalid(N_("文件的内容和扩展名对不上。"), field="file")
    if b"macroEnabled" in types or any(_OFFICE_RISKS.search(name) for name in names):
        raise Invalid(
            N_("这个文件里有宏、嵌入的程序或外部链接，不能收。请另存为普通文档再传。"), field="file"
        )


def _described(path: Path, media_type: str) -> PreparedFile:
    data = path.read_bytes()
    return PreparedFile(
        path=path, media_type=media_type, size=len(data), sha256=hashlib.sha256(data).hexdigest()
    )
