"""What must be known before encoding: every packet's time, and how loud the sound is."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from episodes.results import Container, Loudness, Recording, Rung
from episodes.settings import Settings

INTEGRATED = re.compile(r"^\s+I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE)
PEAK = re.compile(r"^\s+Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.MULTILINE)
SILENCE = -55.0
"""Quieter than this is no speech: it is left as it is."""
MOST_GAIN = 20.0
LEAST_GAIN = 0.1

COPIED_PROFILES = frozenset({"Constrained Baseline", "Main", "High"})
COPIED_LEVEL = 41
COPIED_CONTAINERS = frozenset({Container.MP4, Container.MATROSKA})
LATEST_START = 0.5
BUFFER_SECONDS = 2
"""Our own encoder may fill its buffer of two seconds beyond the rate: what it made must fit again."""
PEAK_OVER_RATE = 1.5
TIME_SLACK = 0.01
LEAST_WAIT, LONGEST_WAIT = 0.25, 10.0


@dataclass(kw_only=True)
class PacketScan:
    """Reads ffprobe's lines one by one and keeps only what is asked of them."""

    packets: int = 0
    unknown: int = 0
    first: float = math.inf
    last: float = -math.inf
    longest_group: float = 0.0
    heaviest_rate: float = 0.0
    bytes: int = 0
    starts_with_key: bool = False
    _key_at: float | None = None
    _group_bytes: int = 0

    def read(self, line: str | None) -> None:
        """One packet: its time, duration, size and flags, parted by commas."""
        words = (line or "").strip().split(",")
        if len(words) < 4:
            return
        time, length, size = _number(words[0]), _number(words[1]) or 0.0, int(_number(words[2]) or 0)
        is_key = words[3].startswith("K")
        self.packets += 1
        self.bytes += size
        if time is None:
            self.unknown += 1
            return
        if self.packets == 1:
            self.starts_with_key = is_key
        if is_key:
            self._close_group(time)
        self._group_bytes += size
        self.first = min(self.first, time)
        self.last = max(self.last, time + length)

    def finish(self) -> None:
        """The last group ends where the pictures end."""
        if self.packets > self.unknown:
            self._close_group(self.last)

    @property
    def seconds(self) -> float:
        return max(0.0, self.last - self.first)

    def _close_group(self, time: float) -> None:
        if self._key_at is not None and time > self._key_at:
            length = time - self._key_at
            self.longest_group = max(self.longest_group, length)
            self.heaviest_rate = max(self.heaviest_rate, self._group_bytes * 8 / length)
        self._key_at = time
        self._group_bytes = 0


def fits_as_it_is(
    recording: Recording, scan: PacketScan, rung: Rung, *, frame_rate: Fraction, settings: Settings
) -> bool:
    """Whether encoding would make of the picture what it already is: then the top size is taken over unchanged."""
    picture = recording.picture
    as_stored = (picture.stored_width, picture.stored_height) == (rung.width, rung.height)
    is_plain = picture.progressive and picture.square_pixels and picture.rotation == 0
    is_steady = picture.average_rate == picture.nominal_rate == frame_rate and scan.unknown == 0
    frames = Fraction(scan.seconds) * frame_rate
    return (
        settings.copy_fitting
        and recording.container in COPIED_CONTAINERS
        and picture.codec == "h264"
        and picture.profile in COPIED_PROFILES
        and 0 < picture.level <= COPIED_LEVEL
        and picture.pixel_format == "yuv420p"
        and as_stored
        and is_plain
        and is_steady
        and abs(scan.packets - frames) <= 1
        and scan.starts_with_key
        and 0 <= scan.first <= LATEST_START
        and scan.longest_group <= settings.segment_seconds + TIME_SLACK
        and scan.bytes * 8 <= rung.rate * (scan.seconds + BUFFER_SECONDS)
        and scan.heaviest_rate <= rung.rate * PEAK_OVER_RATE
    )


def wait_for_picture(recording: Recording, scan: PacketScan) -> float:
    """How long after the beginning of the file its picture begins; a wait too long to be meant is none."""
    wait = scan.first - recording.starts_at
    return wait if LEAST_WAIT < wait <= LONGEST_WAIT else 0.0


def loudness_from(log: str, settings: Settings) -> Loudness:
    """The end of ebur128's report, and the gain that leads to the goal."""
    measured, peak = _last(INTEGRATED, log), _last(PEAK, log)
    if measured is None or measured < SILENCE:
        return Loudness(measured=measured, peak=peak, gain=0.0)
    gain = round(min(MOST_GAIN, settings.loudness - measured), 2)
    return Loudness(measured=measured, peak=peak, gain=gain if abs(gain) >= LEAST_GAIN else 0.0)


def needs_limiter(loudness: Loudness, settings: Settings) -> bool:
    return loudness.peak is not None and loudness.peak + loudness.gain > settings.highest_peak


def fraction_reader(seconds: float, tell: Callable[[float], None]) -> Callable[[str | None], None]:
    """Turns ffmpeg's progress lines into a share of the duration; a pause tells the same again."""
    done = 0.0

    def read(line: str | None) -> None:
        nonlocal done
        if line is not None and line.startswith("out_time_us="):
            done = max(done, min(1.0, (_number(line.partition("=")[2]) or 0.0) / 1_000_000 / seconds))
        elif line is None:
            tell(done)

    return read


def _last(pattern: re.Pattern[str], log: str) -> float | None:
    found = pattern.findall(log)
    return _number(found[-1]) if found else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
