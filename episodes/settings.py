"""What the library may use and how far it may go: frozen, checked, the same for every recording."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MEBIBYTE = 1024 * 1024

VIDEO_CODECS = frozenset(
    {
        "av1",
        "dnxhd",
        "dvvideo",
        "flv1",
        "h264",
        "hevc",
        "mjpeg",
        "mpeg1video",
        "mpeg2video",
        "mpeg4",
        "prores",
        "vc1",
        "vp8",
        "vp9",
        "wmv2",
        "wmv3",
    }
)
AUDIO_CODECS = frozenset(
    {
        "aac",
        "ac3",
        "alac",
        "eac3",
        "flac",
        "mp2",
        "mp3",
        "opus",
        "pcm_bluray",
        "pcm_dvd",
        "pcm_f32le",
        "pcm_s16be",
        "pcm_s16le",
        "pcm_s24be",
        "pcm_s24le",
        "pcm_s32le",
        "pcm_u8",
        "vorbis",
        "wmav1",
        "wmav2",
    }
)


class SandboxKind(StrEnum):
    """How far a started program is shut in."""

    BWRAP = "bwrap"
    """No network, no other process, no file but the one recording and the one folder."""
    UNSHARE = "unshare"
    """No network; the file system stays visible, so that the guard carries more."""
    NONE = "none"
    """Limits only."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One size of the ladder: the box a picture must fit in, landscape, and its highest rate in bits a second."""

    name: str
    long_edge: int
    short_edge: int
    rate: int


LADDER = (
    Step(name="1080", long_edge=1920, short_edge=1080, rate=5_500_000),
    Step(name="720", long_edge=1280, short_edge=720, rate=3_000_000),
    Step(name="480", long_edge=854, short_edge=480, rate=1_400_000),
    Step(name="240", long_edge=426, short_edge=240, rate=450_000),
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a recording may be; anything else is refused with its reason."""

    largest_bytes: int = 20 * 1024 * MEBIBYTE
    shortest_seconds: float = 10.0
    longest_seconds: float = 90 * 60.0
    smallest_edge: int = 160
    largest_edge: int = 4096
    most_pixels: int = 9_500_000
    lowest_rate: int = 5
    highest_rate: int = 120
    most_streams: int = 16
    most_pictures: int = 2
    most_channels: int = 8
    video_codecs: frozenset[str] = VIDEO_CODECS
    audio_codecs: frozenset[str] = AUDIO_CODECS


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Binaries, limits and the form of what is made."""

    ffmpeg: Path | None = None
    """A binary by its path; otherwise `$EPISODES_FFMPEG`, PATH and the wheels are searched."""
    ffprobe: Path | None = None

    sandbox: SandboxKind | None = None
    """One certain sandbox; None takes the strongest that works here."""
    demand_sandbox: bool = False
    """Refuse to work where neither bwrap nor unshare works (production)."""
    niceness: int = 10

    policy: Policy = Policy()

    ladder: tuple[Step, ...] = LADDER
    preset: str = "faster"
    quality: int = 22
    """x264's constant rate factor, capped by each step's rate."""
    segment_seconds: int = 4
    audio_rate: int = 128_000
    loudness: float = -23.0
    """Goal in LUFS (EBU R128)."""
    highest_peak: float = -1.0
    """dBTP."""
    copy_fitting: bool = True
    """Take the top size over unchanged when the recording already is what would be made of it."""
    progressive_short_edge: int = 720
    poster_edge: int = 1280
    card_edge: int = 480
    tile_edge: int = 160
    tile_seconds: float = 2.0
    most_tiles: int = 100

    probe_deadline: float = 20.0
    probe_cpu_seconds: int = 5
    probe_memory: int = 1024 * MEBIBYTE
    deadline_floor: float = 120.0
    deadline_factor: float = 10.0
    """Wall-clock seconds allowed for each second of the recording."""
    work_memory: int = 8 * 1024 * MEBIBYTE
    """Address space, not resident memory: encoders reserve far more than they touch."""
    largest_output: int = 8 * 1024 * MEBIBYTE
    """Of one file."""
    reserve_bytes: int = 256 * MEBIBYTE
    """Stays free on the disk beside what a preparation is expected to need."""

    def __post_init__(self) -> None:
        """Refuse settings that could only fail later."""
        if not self.ladder:
            raise ValueError("the ladder has no step")
        edges = [(step.long_edge, step.short_edge) for step in self.ladder]
        if edges != sorted(edges, reverse=True) or len({step.name for step in self.ladder}) != len(edges):
            raise ValueError("the ladder's steps go from large to small, each with a name of its own")
        if self.segment_seconds < 1 or self.tile_seconds <= 0 or self.most_tiles < 1:
            raise ValueError("segments and tiles last longer than nothing")

    def deadline(self, seconds: float) -> float:
        """How long work on so many seconds of recording may take by the clock on the wall."""
        return max(self.deadline_floor, seconds * self.deadline_factor)
