"""A program of its own that opens a foreign PDF: `python -I -m evalapp.disclosures.pdf_work CLEAN PICTURE < SOURCE`.

It writes the document anew without who made it, and draws its first page. Only `attachments` starts it, with limits; what
goes wrong here goes wrong in a process that holds nothing.
"""

import io
import sys
from pathlib import Path
from typing import BinaryIO

import pikepdf
import pypdfium2

_WIDEST = 1_000  # pixels of the drawn page
_QUALITY = 80
# What tells of people and programs, and what a reader would run.
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb")
_RUNNING = ("/OpenAction", "/AA", "/JavaScript", "/EmbeddedFiles", "/XFA", "/Launch")


def strip(source: BinaryIO, target: Path) -> None:
    """Write a document anew without author, program, dates and scripts."""
    with pikepdf.open(source) as document:
        if "/Info" in document.trailer:
            del document.trailer["/Info"]
        for part in document.objects:
            if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                for name in (*_TELLING, *_RUNNING):
                    if name in part:
                        del part[name]
        aside = target.with_name(f"{target.name}.aside")
        document.save(aside, deterministic_id=True)
    aside.rename(target)  # whole or not at all


def draw(source: Path, target: Path) -> None:
    """Draw the first page."""
    document = pypdfium2.PdfDocument(source)
    page = document[0]
    scale = _WIDEST / max(*page.get_size(), 1)
    page.render(scale=scale).to_pil().convert("RGB").save(target, "JPEG", quality=_QUALITY)


if __name__ == "__main__":
    clean, picture = (Path(word) for word in sys.argv[1:])
    strip(io.BytesIO(sys.stdin.buffer.read()), clean)
    draw(clean, picture)
