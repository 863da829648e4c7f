"""What ffmpeg and ffprobe are told: graphs by ffmpeg-python, nothing started here.

The recording is always behind the guard; results are named relative to the folder in which the program starts.
"""

from episodes.commands.asking import loudness, packets, report
from episodes.commands.encoding import PROGRESSIVE, SOUND_NAME, progressive_rung, rung_name
from episodes.commands.making import STILL_PATTERN, TILE_PATTERN, everything
from episodes.commands.plan import Plan, Tiles, tiles_for
from episodes.commands.slides import slides

__all__ = [
    "PROGRESSIVE",
    "SOUND_NAME",
    "STILL_PATTERN",
    "TILE_PATTERN",
    "Plan",
    "Tiles",
    "everything",
    "loudness",
    "packets",
    "progressive_rung",
    "report",
    "rung_name",
    "slides",
    "tiles_for",
]
