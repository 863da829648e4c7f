"""What the library answers: frozen facts about recordings and about what was made of them."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from episodes.plain import to_plain


class Container(StrEnum):
    MP4 = "mp4"
    MATROSKA = "matroska"
    MPEG_TS = "mpegts"
    MPEG_PS = "mpeg"
    AVI = "avi"
    ASF = "asf"
    MXF = "mxf"
    FLV = "flv"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The stream of pictures that is used; sizes as shown, after rotation and pixel shape."""

    index: int
    codec: str
    profile: str
    level: int
    pixel_format: str
    stored_width: int
    stored_height: int
    width: int
    height: int
    rotation: int
    square_pixels: bool
    interlaced: bool
    progressive: bool
    """The file says so; neither this nor `interlaced` where it says nothing."""
    average_rate: Fraction
    nominal_rate: Fraction
    frames: int | None
    seconds: float | None
    bit_rate: int | None


@dataclass(frozen=True, kw_only=True)
class Sound:
    index: int
    codec: str
    channels: int
    sample_rate: int
    starts_at: float
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A file that passed guard and policy."""

    bytes: int
    container: Container
    starts_at: float
    """The first time stamp of all its streams: broadcast captures begin anywhere."""
    seconds: float
    picture: Picture
    sound: Sound | None

    def as_json(self) -> dict[str, Any]:
        return {**to_plain(self)}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One size for streaming."""

    name: str
    width: int
    height: int
    rate: int
    """Its highest rate in bits a second."""
    copied: bool = False


class Stage(StrEnum):
    PROBING = "probing"
    MEASURING = "measuring"
    ENCODING = "encoding"
    PUBLISHING = "publishing"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a preparation is: `fraction` of the whole, from 0 to 1, never going back."""

    stage: Stage
    fraction: float


@dataclass(frozen=True, kw_only=True)
class PreparedFile:
    name: str
    bytes: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class PreparedRung:
    """One size as it was made; rates in bits a second."""

    name: str
    width: int
    height: int
    playlist: str
    codecs: str
    average_rate: int
    peak_rate: int
    copied: bool


@dataclass(frozen=True, kw_only=True)
class PreparedSound:
    playlist: str
    codecs: str
    average_rate: int
    peak_rate: int
    silent: bool
    """The recording had no sound; the track is silence."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The sheet of small pictures and the WebVTT file that cuts it up."""

    sheet: str
    cues: str
    width: int
    height: int
    tiles: int
    seconds_each: float


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """EBU R128, measured before; `gain` in dB was applied. None where there was nothing to measure."""

    measured: float | None
    peak: float | None
    gain: float


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a preparation took."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    """Resident memory of the largest program."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Everything that was published in `folder`, by names relative to it."""

    folder: Path
    source: Recording
    seconds: float
    frame_rate: Fraction
    rungs: tuple[PreparedRung, ...]
    sound: PreparedSound
    master: str
    progressive: str
    poster: str
    card: str
    preview: Preview
    loudness: Loudness
    files: tuple[PreparedFile, ...]
    sandbox: str
    cost: Cost

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def file(self, name: str) -> PreparedFile:
        """One of the files, so that its type and size can be sent along; KeyError for any other name."""
        for file in self.files:
            if file.name == name:
                return file
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        plain = {**to_plain(self)}
        del plain["folder"]
        return plain
