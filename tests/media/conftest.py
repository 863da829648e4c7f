"""Two-second clips of every kind that stations deliver, made by ffmpeg once a session, and settings that take them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from episodes import Policy, Settings

Maker = Callable[[str], Path]

SECRET = "seen-by-nobody"
"""Stands in every place of a clip where a camera or an editor leaves notes."""
TEST_PICTURE = ["-f", "lavfi", "-i"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "96k"]


def _picture(size: str, rate: str = "25", seconds: float = 2) -> list[str]:
    return [*TEST_PICTURE, f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


NOTES = [
    *["-metadata", f"title={SECRET}", "-metadata:s:a:0", f"handler_name={SECRET}"],
    *["-bsf:v", f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{SECRET}"],
]

CLIPS: dict[str, list[str]] = {
    "progressive.mp4": [
        *_picture("640x360"),
        *TONE,
        *H264,
        *AAC,
        *NOTES,
    ],
    "fitting.mp4": [*_picture("640x360"), *TONE, *H264, "-crf", "40", *AAC, *NOTES],
    "interlaced.mpg": [
        *_picture("720x576", "50"),
        *TONE,
        *[
            "-vf",
            "tinterlace=interleave_top,fieldorder=tff",
            "-c:v",
            "mpeg2video",
            "-b:v",
            "6M",
            "-aspect",
            "4:3",
        ],
        *["-flags", "+ildct+ilme", "-c:a", "mp2", "-f", "vob"],
    ],
    "portrait.mp4": [*_picture("360x640"), *TONE, *H264, *AAC],
    "odd.mkv": [*_picture("321x241"), *TONE, *["-c:v", "libx264", "-pix_fmt", "yuv444p"], *AAC],
    "silent.mp4": [*_picture("320x240"), *H264],
    "surround.mkv": [
        *_picture("320x240"),
        *["-f", "lavfi", "-i", "aevalsrc=" + "|".join(["0.1*sin(2500*t)"] * 6) + ":c=5.1:s=48000:d=2"],
        *[*H264, "-c:a", "ac3"],
    ],
    "ntsc.mov": [*_picture("320x240", "30000/1001"), *TONE, *H264, *AAC],
    "tiny.mp4": [*_picture("160x160"), *TONE, *H264, *AAC],
    "transport.ts": [*_picture("320x240"), *TONE, *H264, *AAC, "-f", "mpegts"],
    "before.ts": [*_picture("320x240"), *TONE, *H264, "-c:a", "mp2", "-ac", "2", "-f", "mpegts"],
    "after.ts": [
        *[*_picture("640x360"), *TONE, *H264, "-c:a", "mp2", "-ac", "1"],
        *["-output_ts_offset", "2", "-f", "mpegts"],
    ],
    "fast.mp4": [*_picture("320x240", "100"), *TONE, *H264, *AAC],
    "late-sound.mkv": [*_picture("320x240"), "-itsoffset", "0.7", *TONE, *H264, "-c:a", "pcm_s16le"],
    "loud.mkv": [
        *_picture("320x240", seconds=6),
        *[
            "-f",
            "lavfi",
            "-i",
            "anoisesrc=color=pink:amplitude=0.9:duration=6:seed=7:sample_rate=48000,lowpass=5000",
        ],
        *[*H264, "-c:a", "flac"],
    ],
    "long.mp4": [*_picture("640x360", seconds=12), *TONE, *H264, *AAC],
}


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """A clip by its name, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str) -> Path:
        path = folder / name
        if name == "changing.ts" and not path.exists():
            # As in a broadcast where an advertisement follows the programme: other sound, other size.
            path.write_bytes(b"".join(make(part).read_bytes() for part in ("before.ts", "after.ts")))
        elif name == "rotated.mp4" and not path.exists():
            source = make("progressive.mp4")
            words = ["-i", str(source), "-c", "copy", "-metadata:s:v:0", "rotate=90"]
            _ffmpeg([*words, str(path)])
        elif not path.exists():
            _ffmpeg([*CLIPS[name], str(path)])
        return path

    return make


@pytest.fixture
def quick() -> Settings:
    """The ordinary settings, but clips of two seconds are recordings too."""
    return Settings(policy=Policy(shortest_seconds=1.0), reserve_bytes=0, niceness=0)


def _ffmpeg(words: list[str]) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-fflags", "+bitexact", *words]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
