"""Draws the slides of the demonstration's recordings: a lectern, a sun, and what the chapter is about."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from evalapp.core import process

SIZE = (1280, 720)
_NIGHT, _PAPER, _MUTED = "#13110e", "#f6f0e3", "#aaa08f"
_GOLD, _ZHU, _DAI = "#f2b93b", "#c2431f", "#2d5573"


def draw_slide(path: Path, *, episode: str, unit: str, title: str, label: str, step: int) -> None:
    """Draw one slide: where we are (`episode`, `unit`), the chapter's `title`, and what kind of chapter it is."""
    picture = Image.new("RGB", SIZE, _NIGHT)
    draw = ImageDraw.Draw(picture)
    _draw_stage(draw, step)
    draw.text((72, 60), episode, font=_font("sans", 30), fill=_MUTED)
    draw.text((72, 106), unit, font=_font("sans", 34), fill=_GOLD)
    y = 190
    for part in _wrapped(title, 13):
        draw.text((72, y), part, font=_font("serif", 58), fill=_PAPER)
        y += 78
    if label:
        draw.rounded_rectangle([72, y + 16, 72 + 40 * len(label) + 36, y + 76], 8, fill=_ZHU)
        draw.text((90, y + 22), label, font=_font("sans", 34), fill=_PAPER)
    picture.save(path)


def _draw_stage(draw: ImageDraw.ImageDraw, step: int) -> None:
    """Rays behind a sun that rises with each chapter, a lectern, and the heads of those who listen."""
    top = 330 - 24 * min(step, 6)
    for ray in range(9):
        x = 700 + ray * 90
        draw.polygon([(1010, top + 130), (x, 0), (x + 38, 0)], fill="#1f1a12")
    draw.pieslice([860, top, 1160, top + 300], 180, 360, fill=_GOLD)
    draw.rectangle([800, top + 150, 1240, top + 156], fill=_ZHU)
    draw.rectangle([0, 600, 1280, 720], fill="#0c0b09")
    draw.ellipse([972, 372, 1048, 448], fill="#1b2433")
    draw.rounded_rectangle([940, 440, 1080, 610], 40, fill="#1b2433")
    draw.polygon([(930, 520), (1090, 520), (1076, 640), (944, 640)], fill="#6d1f12")
    draw.rectangle([924, 508, 1096, 526], fill=_GOLD)
    for seat in range(14):
        x = 30 + seat * 92
        draw.ellipse([x, 640, x + 44, 684], fill=_DAI if seat % 3 == 0 else "#1d1a16")
        draw.rounded_rectangle([x - 12, 680, x + 56, 740], 18, fill=_DAI if seat % 3 == 0 else "#1d1a16")


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)][:3]


@cache
def _font(kind: str, size: int) -> ImageFont.FreeTypeFont:
    family = "Noto Serif CJK SC:bold" if kind == "serif" else "Noto Sans CJK SC"
    found = process.run(["fc-match", "-f", "%{file}|%{index}", family]).decode()
    file, index = found.split("|")
    return ImageFont.truetype(file, size, index=int(index))
