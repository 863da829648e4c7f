"""Poster, card and preview sheet out of the pictures that ffmpeg wrote, and the WebVTT that cuts up the sheet."""

from pathlib import Path

from PIL import Image

from episodes.commands import STILL_PATTERN, TILE_PATTERN, Tiles
from episodes.ladder import fitted
from episodes.results import Preview
from episodes.settings import Settings
from episodes.webvtt import Cue, document

POSTER = "poster.jpg"
CARD = "card.jpg"
SHEET = "preview.jpg"
CUES = "preview.vtt"
JPEG_QUALITY = 80


def make_stills(folder: Path, tiles: Tiles, settings: Settings) -> None:
    """Poster, card and sheet instead of the single pictures; OSError when ffmpeg wrote none."""
    stills = sorted(folder.glob(STILL_PATTERN.replace("%04d", "*")))
    pieces = sorted(folder.glob(TILE_PATTERN.replace("%04d", "*")))
    with Image.open(most_telling(stills)) as poster:
        poster.save(folder / POSTER, quality=JPEG_QUALITY, progressive=True, optimize=True)
        card = poster.resize(fitted(*poster.size, settings.card_edge, settings.card_edge))
        card.save(folder / CARD, quality=JPEG_QUALITY, optimize=True)
    sheet = Image.new("RGB", (tiles.across * tiles.width, tiles.down * tiles.height))
    for at, piece in enumerate(pieces[: tiles.across * tiles.down]):
        down, across = divmod(at, tiles.across)
        with Image.open(piece) as tile:
            sheet.paste(tile, (across * tiles.width, down * tiles.height))
    sheet.save(folder / SHEET, quality=JPEG_QUALITY, optimize=True)
    for path in (*stills, *pieces):
        path.unlink()


def most_telling(stills: list[Path]) -> Path:
    """The picture with the most in it; the very first frame only where there is no other."""
    if not stills:
        raise FileNotFoundError(STILL_PATTERN)
    return max(stills[1:] or stills, key=_entropy)


def _entropy(path: Path) -> float:
    with Image.open(path) as picture:
        picture.draft("L", (320, 320))
        return picture.convert("L").entropy()


def preview(tiles: Tiles) -> Preview:
    return Preview(
        sheet=SHEET,
        cues=CUES,
        width=tiles.width,
        height=tiles.height,
        tiles=tiles.count,
        seconds_each=tiles.seconds_each,
    )


def preview_cues(tiles: Tiles, seconds: float) -> str:
    """One cue a small picture; the name of the sheet is relative to this file."""
    end = round(seconds * 1000)
    each = round(tiles.seconds_each * 1000)
    cues = []
    for at in range(tiles.count):
        down, across = divmod(at, tiles.across)
        box = f"{across * tiles.width},{down * tiles.height},{tiles.width},{tiles.height}"
        start = at * each
        last = end if at == tiles.count - 1 else start + each
        if last > start:
            cues.append(Cue(start_ms=start, end_ms=last, text=f"{SHEET}#xywh={box}"))
    return document(cues)
