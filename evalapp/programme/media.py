"""The one door to the media library: everything else here asks this module for prepared recordings."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import episodes
from episodes import Cancelled, Cue, Finding, Progress, Shown, Slide, Stage
from episodes.captions import reading_speed
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.settings import Settings

STEPS = {
    Stage.PROBING: N_("检查文件"),
    Stage.MEASURING: N_("测量响度"),
    Stage.ENCODING: N_("制作各种清晰度"),
    Stage.PUBLISHING: N_("核对成品"),
}
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
SANDBOXES = ("auto", *(kind.value for kind in episodes.SandboxKind))
_PLACE = re.compile(r"\{(\w+)\}")

__all__ = [
    "SANDBOXES",
    "Cancelled",
    "CaptionList",
    "CouldNot",
    "Cue",
    "Finding",
    "ReadCaptions",
    "Refused",
    "Shown",
    "Slide",
    "Stage",
    "captions_file",
    "captions_list",
    "chapters_file",
    "check",
    "film",
    "has_sandbox",
    "master_file",
    "message",
    "messages",
    "prepare",
    "rate_of",
    "read_captions",
    "reading_speed",
    "tidy_captions",
    "type_of",
]


class Refused(Invalid):
    """The recording or the caption file is at fault: the sentence says what about it. `reason` is a stable code."""

    def __init__(self, error: episodes.MediaError) -> None:
        super().__init__(message(error.code), **error.values)
        self.reason = error.code.value
        self.values = error.values


class CouldNot(DomainError):  # noqa: N818  refusals are named by what they say
    """This machine could not do it; trying again may help. `reason` is a stable code."""

    status = 500
    code = "media-failed"

    def __init__(self, error: episodes.MediaError) -> None:
        super().__init__(message(error.code), **error.values)
        self.reason = error.code.value
        self.values = error.values
        self.log = error.log


@dataclass(frozen=True, kw_only=True)
class ReadCaptions:
    """Captions in order and without overlaps, and how many things were mended on the way, by sentence."""

    cues: tuple[Cue, ...]
    mended: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaptionList:
    """Captions as a master playlist names them: the address of their own playlist, beside it, and the language's name."""

    playlist: str
    language: str
    name: str


def message(code: str) -> str:
    """Return the source sentence of one of the library's codes, with `%(name)s` places."""
    return _PLACE.sub(r"%(\1)s", episodes.SENTENCES[episodes.ErrorCode(code)])


def messages() -> Sequence[str]:
    """Return every sentence that the library can say, for the translations."""
    warnings = (text for text in episodes.WARNING_SENTENCES.values())
    return [*(message(code) for code in episodes.SENTENCES), *warnings]


def library_settings(settings: Settings) -> episodes.Settings:
    """Return the library's settings for this installation: production works in a sandbox or not at all."""
    sandbox = None if settings.media_sandbox == "auto" else episodes.SandboxKind(settings.media_sandbox)
    return episodes.Settings(
        sandbox=sandbox,
        demand_sandbox=settings.is_production,
        policy=episodes.Policy(largest_bytes=settings.upload_limit_bytes),
    )


def check(settings: Settings) -> Sequence[Finding]:
    """Look at what this machine has for preparing recordings: sandbox, programs, what they can do, a font."""
    return episodes.check(library_settings(settings))


def has_sandbox(settings: Settings) -> bool:
    """Whether a foreign recording is shut in here as the settings ask for."""
    return episodes.has_sandbox(library_settings(settings))


def prepare(
    source: Path,
    folder: Path,
    settings: Settings,
    *,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Make `folder` out of the recording `source` and return the facts of both.

    Raises `Refused`, `CouldNot` or `Cancelled`; nothing is then left behind. Whatever `progress` raises ends the work.
    """

    def tell(reached: Progress) -> None:
        progress(reached.fraction, STEPS[reached.stage])

    try:
        prepared = episodes.prepare(
            source, folder, library_settings(settings), progress=tell, cancelled=cancelled
        )
    except episodes.Refused as error:
        raise Refused(error) from error
    except episodes.Failed as error:
        raise CouldNot(error) from error
    return prepared.as_json()


def film(slides: Sequence[Slide], target: Path, settings: Settings) -> tuple[Shown, ...]:
    """Make a recording out of slides and spoken sentences; return when each stood and was heard. Raises `CouldNot`."""
    try:
        return episodes.slideshow(slides, target, library_settings(settings)).shown
    except episodes.MediaError as error:
        raise CouldNot(error) from error


def read_captions(data: bytes, *, duration_ms: int) -> ReadCaptions:
    """Read a WebVTT or SRT file; raises `Refused`."""
    try:
        found = episodes.read_captions(data, seconds=duration_ms / 1000)
    except episodes.Refused as error:
        raise Refused(error) from error
    return _read(found)


def tidy_captions(cues: Iterable[Cue], *, duration_ms: int) -> ReadCaptions:
    """Put cues in order, without overlaps and inside the recording; raises `Refused` when nothing is left."""
    try:
        found = episodes.captions(cues, seconds=duration_ms / 1000)
    except episodes.Refused as error:
        raise Refused(error) from error
    return _read(found)


def _read(found: episodes.Captions) -> ReadCaptions:
    too_fast = episodes.CaptionWarning.TOO_FAST  # shown at the cue
    mended = (warned.sentence for warned in found.warnings if warned.warning is not too_fast)
    return ReadCaptions(cues=found.cues, mended=tuple(dict.fromkeys(mended)))


def captions_file(cues: Iterable[Cue]) -> str:
    """Return captions as the WebVTT that players read."""
    return episodes.Captions(cues=tuple(cues), warnings=()).webvtt


def master_file(facts: Mapping[str, Any], captions: Sequence[CaptionList]) -> str:
    """Return the playlist that players open first, out of the facts of a preparation, with the captions of now."""
    return episodes.master_playlist(
        [episodes.PreparedRung(**rung) for rung in facts["rungs"]],
        episodes.PreparedSound(**facts["sound"]),
        frame_rate=Fraction(facts["frame_rate"]),
        subtitles=[
            episodes.Subtitles(playlist=one.playlist, language=one.language, name=one.name)
            for one in captions
        ],
    )


def captions_list(file: str, *, duration_ms: int) -> str:
    """Return the playlist that names a captions file in a master playlist."""
    return episodes.subtitles_playlist(file, duration_ms / 1000)


def chapters_file(chapters: Iterable[tuple[int, str]], *, duration_ms: int) -> str:
    """Return chapters (start in milliseconds, title) as the WebVTT that players read."""
    listed = [episodes.Chapter(start_ms=start, title=title) for start, title in chapters]
    return episodes.chapters_webvtt(listed, seconds=duration_ms / 1000)


def type_of(name: str) -> str:
    """Return the media type of a file that players read."""
    return TYPES.get(Path(name).suffix, "application/octet-stream")


def rate_of(text: str) -> float:
    """Return a frame rate that the facts hold as a fraction (`30000/1001`)."""
    return float(Fraction(text))
