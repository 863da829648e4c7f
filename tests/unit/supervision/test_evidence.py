"""Evidence is made fit to keep: pictures lose everything but their pixels, documents that would start something are refused."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from evalapp.core.errors import DomainError, Invalid, TooLarge
from evalapp.supervision import evidence


def kept(tmp_path: Path, content: bytes, name: str = "handed-in") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def picture(size: tuple[int, int] = (40, 30), kind: str = "JPEG", **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **more)
    return made.getvalue()


def test_a_picture_loses_place_camera_and_comments(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    exif.get_ifd(0x8825)[2] = (28.0, 12.0, 5.0)
    source = kept(tmp_path, picture(exif=exif, comment=b"taken by somebody", icc_profile=b"x" * 200))
    made = evidence.prepare_picture(source)
    data = made.path.read_bytes()
    with Image.open(made.path) as drawn:
        assert not drawn.getexif()
        assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"telephone" not in data
    assert b"somebody" not in data


def test_a_picture_stands_upright_and_is_made_smaller(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = evidence.prepare_picture(kept(tmp_path, picture((3200, 1600), exif=exif)))
    with Image.open(made.path) as drawn:
        assert drawn.size == (800, 1600)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg(tmp_path: Path, kind: str) -> None:
    made = evidence.prepare_picture(kept(tmp_path, picture(kind=kind)))
    assert (made.media_type, made.path.read_bytes()[:2]) == ("image/jpeg", b"\xff\xd8")


def bomb() -> bytes:
    """A PNG that says that it is 60,000 wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 50,
        picture()[:200],
        bomb(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_fit_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid):
        evidence.prepare_picture(kept(tmp_path, content))


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        evidence.prepare_picture(kept(tmp_path, b"x" * (evidence.MOST_BYTES + 1)))


def office(main: str = "word/document.xml", **parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", parts.pop("types", b"<Types/>"))
        package.writestr(main, b"<document/>")
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return made.getvalue()


PLAIN_PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", PLAIN_PDF), ("a.docx", office()), ("a.XLSX", office("xl/workbook.xml"))],
)
def test_a_plain_document_is_taken_as_it_is(tmp_path: Path, name: str, content: bytes) -> None:
    source = kept(tmp_path, content)
    made = evidence.prepare_document(source, name)
    assert made.path.read_bytes() == content
    assert made.size == len(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PLAIN_PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        ("a.pdf", PLAIN_PDF + b"<< /S /J#61vaScript >>"),
        ("a.pdf", PLAIN_PDF + b"<< /S /Launch /F (cmd.exe) >>"),
        ("a.pdf", PLAIN_PDF + b"<< /Names << /EmbeddedFiles 3 0 R >> >>"),
        ("a.pdf", PLAIN_PDF + b"stream\n" + zlib.compress(b"<< /OpenAction << /JS (x) >> >>") + b"endstream"),
        ("a.pdf", PLAIN_PDF + b"trailer << /Encrypt 5 0 R >>"),
        ("a.pdf", b"MZ\x90\0"),
        ("a.docx", office(word__vbaProject_bin=b"x", **{"word__vbaProject.bin": b"x"})),
        ("a.docx", office(types=b"application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("a.docx", office(**{"word__embeddings__oleObject1.bin": b"x"})),
        ("a.xlsx", office("xl/workbook.xml", **{"xl__externalLinks__externalLink1.xml": b"x"})),
        ("a.xlsx", office("xl/workbook.xml", **{"xl__macrosheets__sheet1.xml": b"x"})),
        ("a.xlsx", office()),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", office(**{"word__media__big.bin": b"\0" * (evidence._MOST_UNPACKED + 1)})),
        ("a.docm", office()),
        ("a.html", b"<script>alert(1)</script>"),
        ("a", b"x"),
    ],
)
def test_a_document_that_would_start_something_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(DomainError):
        evidence.prepare_document(kept(tmp_path, content), name)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\x\\整改 前.docx", "整改 前.docx"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 72 + ".pdf"),
    ],
)
def test_a_files_own_name_cannot_lead_elsewhere(given: str, name: str) -> None:
    assert evidence.cleaned_file_name(given) == name
