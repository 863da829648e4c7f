"""Draws the slides of the demonstration's recordings, and how far its projects are, on scenes of the site's own drawings."""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

import evalapp
from evalapp.core import process

SIZE = (1280, 720)
_SCENES = Path(evalapp.__file__).parent / "static" / "img"
_NIGHT, _PAPER = "#13110e", "#f6f0e3"
_GOLD, _ZHU = "#f2b93b", "#c2431f"


def draw_slide(path: Path, *, scene: str, about: str, title: str, label: str) -> None:
    """Draw one slide: the `scene` behind, and before it `about` whom it is, the chapter's `title` and its kind."""
    picture = _scene(scene).copy()
    draw = ImageDraw.Draw(picture)
    lines = [
        (about, _font("sans", 30), _GOLD, 48),
        *((part, _font("serif", 50), _PAPER, 70) for part in _wrapped(title, 14)),
    ]
    lines = [line for line in lines if line[0]]
    wide = max(font.getlength(text) for text, font, _, _ in lines) + (44 * len(label) + 32 if label else 0)
    draw.rectangle([0, 56, 120 + wide, 92 + sum(high for *_, high in lines)], fill=_NIGHT)
    draw.rectangle([0, 56, 14, 92 + sum(high for *_, high in lines)], fill=_ZHU)
    y = 72
    for text, font, tone, high in lines:
        draw.text((60, y), text, font=font, fill=tone)
        y += high
    if label:
        left = 60 + wide - 44 * len(label)
        draw.rounded_rectangle([left, 72, left + 34 * len(label) + 28, 122], 8, fill=_ZHU)
        draw.text((left + 14, 75), label, font=_font("sans", 32), fill=_PAPER)
    picture.save(path)


def draw_progress(path: Path, *, scene: str, percent: int) -> None:
    """Draw how far a project is: what is done of the `scene` in colour, what is to come as a plan on paper."""
    done = _scene(scene).resize((960, 540))
    plan = ImageOps.colorize(ImageOps.grayscale(done), "#a89c86", _PAPER)
    reached = done.width * percent // 100
    plan.paste(done.crop((0, 0, reached, done.height)))
    draw = ImageDraw.Draw(plan)
    draw.rectangle([0, done.height - 84, done.width, done.height], fill=_NIGHT)
    draw.rectangle([0, done.height - 84, reached, done.height - 76], fill=_GOLD)
    draw.line([reached, 0, reached, done.height - 84], fill=_ZHU, width=3)
    draw.text((32, done.height - 66), f"进度 {percent}%", font=_font("serif", 38), fill=_PAPER)
    plan.save(path)


@cache
def _scene(name: str) -> Image.Image:
    drawing = _SCENES / f"still-{name}.svg"
    # ffmpeg is here anyway, and reads SVG: no further program for eight drawings.
    png = process.run(
        ["ffmpeg", "-v", "error", "-width", str(SIZE[0]), "-i", str(drawing), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    )  # fmt: skip
    return Image.open(BytesIO(png)).convert("RGB")


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)][:3]


@cache
def _font(kind: str, size: int) -> ImageFont.FreeTypeFont:
    family = "Noto Serif CJK SC:bold" if kind == "serif" else "Noto Sans CJK SC"
    found = process.run(["fc-match", "-f", "%{file}|%{index}", family]).decode()
    file, index = found.split("|")
    return ImageFont.truetype(file, size, index=int(index))
