"""Everything that decides what is made of a recording."""

import math
from dataclasses import dataclass
from fractions import Fraction

from episodes.ladder import fitted
from episodes.results import Recording, Rung
from episodes.settings import Settings

EXTRA_SECONDS = 5
TILES_ACROSS = 10


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """The preview sheet: how many small pictures of which size, how many seconds apart."""

    count: int
    across: int
    down: int
    width: int
    height: int
    seconds_each: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that decides what is made of a recording."""

    recording: Recording
    seconds: float
    late: bool
    """The picture begins later than the file: its first frame stands in until then."""
    frame_rate: Fraction
    rungs: tuple[Rung, ...]
    tiles: Tiles
    gain: float
    limited: bool
    """The gain would lift a peak above what is allowed: a limiter goes behind it."""


def tiles_for(seconds: float, width: int, height: int, settings: Settings) -> Tiles:
    """As many as the duration asks for, further apart where that would be too many."""
    each = max(settings.tile_seconds, float(math.ceil(seconds / settings.most_tiles)))
    count = max(1, math.ceil(seconds / each))
    across = min(TILES_ACROSS, count)
    tile_width, tile_height = fitted(width, height, settings.tile_edge, settings.tile_edge)
    return Tiles(
        count=count,
        across=across,
        down=math.ceil(count / across),
        width=tile_width,
        height=tile_height,
        seconds_each=each,
    )
