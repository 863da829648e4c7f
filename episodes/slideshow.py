"""A recording out of slides and spoken sentences, with the exact moment of each: how the demonstration is filmed."""

import math
import shutil
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from episodes import binaries, commands, measure, publishing, runner
from episodes.errors import ErrorCode, Failed, Refused
from episodes.results import Progress, Stage
from episodes.runner import never
from episodes.sandbox import Limits, Place
from episodes.settings import Settings

RATE = 25
SIZE = (1280, 720)
RECORDING = "recording.mp4"
SOUND = "sound.wav"


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One picture and what is said while it stands, one sound a sentence; longer when `seconds` asks for it."""

    picture: Path
    sounds: tuple[Path, ...] = ()
    seconds: float = 0.0
    pause_ms: int = 400
    """Silence before the first sentence, between two and after the last."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """When a slide stood and when each of its sentences was heard, in milliseconds."""

    start_ms: int
    end_ms: int
    spoken: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Slideshow:
    recording: Path
    seconds: float
    shown: tuple[Shown, ...]


def slideshow(
    slides: Sequence[Slide],
    recording: Path,
    settings: Settings | None = None,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = never,
) -> Slideshow:
    """Film the slides as 1280x720 at 25 frames a second; Refused when a slide or a sound cannot be used."""
    settings = settings or Settings()
    if not slides:
        raise Refused(ErrorCode.SLIDES, detail="没有幻灯片")
    kind = runner.choose_sandbox(settings)
    with publishing.workshop(recording) as aside:
        shown = _write_sound(slides, aside / SOUND)
        for at, slide in enumerate(slides):
            _copy(slide.picture, aside / f"{at:04}.png")
        frames = [(one.end_ms - one.start_ms) * RATE // 1000 for one in shown]
        seconds = sum(frames) / RATE
        deadline = settings.deadline(seconds)
        finished = runner.run(
            binaries.find(settings).ffmpeg,
            commands.slides(len(slides), frames, RATE, SIZE, settings),
            settings=settings,
            kind=kind,
            place=Place(folder=aside),
            limits=Limits(
                memory=settings.work_memory,
                cpu_seconds=round(deadline * 64),
                file_bytes=settings.largest_output,
            ),
            deadline=deadline,
            watch=measure.fraction_reader(
                seconds, lambda share: progress(Progress(stage=Stage.ENCODING, fraction=share))
            ),
            cancelled=cancelled,
        )
        if finished.code != 0:
            raise Failed(ErrorCode.TOOL_FAILED, log=finished.log)
        (aside / RECORDING).replace(recording)
    return Slideshow(recording=recording, seconds=seconds, shown=shown)


def _write_sound(slides: Sequence[Slide], target: Path) -> tuple[Shown, ...]:
    """One sound for all: sentences and silences in samples, each slide a whole number of frames long."""
    form = _common_form(slides)
    shown = []
    with wave.open(str(target), "wb") as written:
        written.setnchannels(form.nchannels)
        written.setsampwidth(form.sampwidth)
        written.setframerate(form.framerate)
        at = 0
        for slide in slides:
            piece, spoken = _spoken(slide, form)
            size = form.nchannels * form.sampwidth
            frames = max(1, -(-len(piece) // size * RATE // form.framerate), math.ceil(slide.seconds * RATE))
            # Counted from the beginning, so that rounding never adds up over many slides.
            end = at + frames
            samples = end * form.framerate // RATE - at * form.framerate // RATE
            written.writeframes(piece.ljust(samples * size, b"\0")[: samples * size])
            offset = at * 1000 // RATE
            shown.append(
                Shown(
                    start_ms=offset,
                    end_ms=end * 1000 // RATE,
                    spoken=tuple((offset + start, offset + stop) for start, stop in spoken),
                )
            )
            at = end
    return tuple(shown)


@dataclass(frozen=True, kw_only=True)
class _Form:
    nchannels: int
    sampwidth: int
    framerate: int


def _common_form(slides: Sequence[Slide]) -> _Form:
    """The form of all sounds; silence alone is mono."""
    forms = {_read(path)[0] for slide in slides for path in slide.sounds}
    if len(forms) > 1:
        raise Refused(ErrorCode.SLIDES, detail="声音文件的格式不一致")
    form = forms.pop() if forms else _Form(nchannels=1, sampwidth=2, framerate=48_000)
    if form.sampwidth != 2:
        raise Refused(ErrorCode.SLIDES, detail="声音文件须为 16 位 PCM")
    return form


def _spoken(slide: Slide, form: _Form) -> tuple[bytes, list[tuple[int, int]]]:
    """The sentences of one slide, and where each begins and ends in milliseconds from the slide's start."""
    size = form.nchannels * form.sampwidth
    pause = bytes(form.framerate * slide.pause_ms // 1000 * size)
    piece = pause if slide.sounds else b""
    times = []
    for path in slide.sounds:
        start = len(piece) // size
        piece += _read(path)[1]
        times.append((start * 1000 // form.framerate, len(piece) // size * 1000 // form.framerate))
        piece += pause
    return piece, times


def _read(path: Path) -> tuple[_Form, bytes]:
    try:
        with wave.open(str(path), "rb") as sound:
            form = _Form(
                nchannels=sound.getnchannels(), sampwidth=sound.getsampwidth(), framerate=sound.getframerate()
            )
            return form, sound.readframes(sound.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise Refused(ErrorCode.SLIDES, detail=path.name) from error


def _copy(picture: Path, target: Path) -> None:
    try:
        shutil.copyfile(picture, target)
    except OSError as error:
        raise Refused(ErrorCode.SLIDES, detail=picture.name) from error
