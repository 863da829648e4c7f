"""Facts of recordings for tests that need no file."""

from dataclasses import replace
from fractions import Fraction

from episodes.results import Container, Picture, Recording, Sound

PICTURE = Picture(
    index=0,
    codec="h264",
    profile="High",
    level=40,
    pixel_format="yuv420p",
    stored_width=1920,
    stored_height=1080,
    width=1920,
    height=1080,
    rotation=0,
    square_pixels=True,
    interlaced=False,
    progressive=True,
    average_rate=Fraction(25),
    nominal_rate=Fraction(25),
    frames=1500,
    seconds=60.0,
    bit_rate=4_000_000,
)
SOUND = Sound(index=1, codec="aac", channels=2, sample_rate=48_000, starts_at=0.0, seconds=60.0)
RECORDING = Recording(
    bytes=30_000_000, container=Container.MP4, starts_at=0.0, seconds=60.0, picture=PICTURE, sound=SOUND
)


def picture_of(width: int, height: int) -> Picture:
    return replace(PICTURE, stored_width=width, stored_height=height, width=width, height=height)
