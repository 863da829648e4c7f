"""Films a script: one slide a chapter and one spoken sentence at a time, so that captions and chapters are exact."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from evalapp.core import process
from evalapp.core.settings import Settings
from evalapp.demo.pictures import draw_slide
from evalapp.demo.scripts import Script
from evalapp.portal.rules.pictures import STUDIO
from evalapp.programme import media

# `cmn` alone reads the tones as English digits.
_VOICE = "cmn-latn-pinyin"
_LABELS = {"other": "", "functions": "职能", "highlight": "亮点", "pledge": "承诺"}


@dataclass(frozen=True, kw_only=True)
class Film:
    """A recording with what was said when (milliseconds), and where its chapters begin."""

    recording: Path
    lines: tuple[tuple[int, int, str], ...]
    chapters: tuple[tuple[int, str, str], ...]

    @property
    def captions(self) -> bytes:
        """The captions as a WebVTT file, as a station would deliver them."""
        cues = (f"{_moment(start)} --> {_moment(end)}\n{text}\n" for start, end, text in self.lines)
        return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def film(script: Script, target: Path, settings: Settings, *, scene: str, about: str) -> Film:
    """Make the recording of `script` at `target`; the voice is espeak-ng's, the pictures are drawn.

    The `scene` opens it and stands behind the highlights; the rest is said in the studio.
    """
    slides, chapters = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for step, chapter in enumerate(script.chapters):
            picture = folder / f"{step:02}.png"
            behind = scene if step == 0 or chapter.kind == "highlight" else STUDIO
            draw_slide(picture, scene=behind, about=about, title=chapter.title, label=_LABELS[chapter.kind])
            sounds = [
                _spoken(line, folder / f"{step:02}-{at:02}.wav") for at, line in enumerate(chapter.lines)
            ]
            slides.append(media.Slide(picture=picture, sounds=tuple(sounds)))
        shown = media.film(slides, target, settings)
    for slide, chapter in zip(shown, script.chapters, strict=True):
        chapters.append((slide.start_ms, chapter.title, chapter.kind))
    lines = [line for chapter in script.chapters for line in chapter.lines]
    times = [moment for slide in shown for moment in slide.spoken]
    return Film(
        recording=target,
        lines=tuple((start, end, text) for (start, end), text in zip(times, lines, strict=True)),
        chapters=tuple(chapters),
    )


def _spoken(line: str, sound: Path) -> Path:
    process.run(["espeak-ng", "-v", _VOICE, "-s", "150", "-w", str(sound), line])
    return sound


def _moment(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
