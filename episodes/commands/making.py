"""The one process that makes everything: streaming ladder, plain file, tiles and stills."""

from fractions import Fraction
from typing import Any

import ffmpeg

from episodes.commands.asking import SAMPLE_RATE, STEREO, compiled, opened, stereo
from episodes.commands.encoding import encoding, nothing_else, targets
from episodes.commands.plan import EXTRA_SECONDS, Plan
from episodes.ladder import fitted
from episodes.results import Rung
from episodes.settings import Settings

TILE_PATTERN = "tile-%04d.jpg"
STILL_PATTERN = "still-%04d.jpg"
POSTER_FROM = 0.1
POSTER_SECONDS = 10
POSTER_CHOICES = 6
JPEG_QUALITY = 3
LATE_SOUND = 0.1


def everything(source: str, plan: Plan, settings: Settings) -> list[str]:
    """One process: the streaming ladder and the progressive file from the same encoders, tiles and stills.

    Tiles and stills are written one by one from the first frame on, not as one sheet and one poster: ffmpeg
    reports no progress before every output has had its first frame.
    """
    film = opened(source, settings, seconds=plan.seconds + EXTRA_SECONDS)
    pictures, tiles, stills = _pictures(film, plan, settings)
    streams = [*pictures, _sound(film, plan, settings)]
    outputs = [
        ffmpeg.output(*streams, targets(plan, settings), format="tee", **encoding(plan, settings)),
        _jpegs(tiles, TILE_PATTERN, plan.tiles.count),
        _jpegs(stills, STILL_PATTERN, 1 + POSTER_CHOICES),
    ]
    return compiled(ffmpeg.merge_outputs(*outputs))


def _pictures(film: Any, plan: Plan, settings: Settings) -> tuple[list[Any], Any, Any]:
    """Each size is made from the one above it; stills and tiles branch off where they cost least."""
    picture = plan.recording.picture
    stream = film[str(picture.index)]
    flow = stream
    if picture.interlaced:
        flow = flow.filter("bwdif", mode="send_frame", parity="auto", deint="all")
    # Only where it is needed: when a broadcast changes its format on the way, ffmpeg begins its graph anew, and a
    # fixed start would fill everything before that moment once more.
    from_start = {"start_time": 0} if plan.late else {}
    flow = flow.filter("fps", fps=_ratio(plan.frame_rate), **from_start)
    stills_from = _stills_rung(plan.rungs, settings)
    stills: Any = None
    encoded = []
    for index, rung in enumerate(plan.rungs):
        if not rung.copied:
            flow = scaled(flow, rung.width, rung.height)
        if index == 0:
            flow = flow.filter("format", "yuv420p")
        uses = ([] if rung.copied else ["encode"]) + (["stills"] if index == stills_from else []) + ["next"]
        branches = flow.filter_multi_output("split", len(uses)) if len(uses) > 1 else None
        parts = {use: branches[at] if branches is not None else flow for at, use in enumerate(uses)}
        encoded.append(parts.get("encode", stream))
        stills = parts.get("stills", stills)
        flow = parts["next"]
    tiles = flow.filter("select", _once_every(plan.tiles.seconds_each))
    still_size = fitted(picture.width, picture.height, settings.poster_edge, settings.poster_edge)
    return (
        encoded,
        _full_range(tiles, plan.tiles.width, plan.tiles.height),
        _full_range(stills.filter("select", _poster_choices(plan)), *still_size),
    )


def _stills_rung(rungs: tuple[Rung, ...], settings: Settings) -> int:
    """The smallest rung that still is as large as the poster."""
    large = [at for at, rung in enumerate(rungs) if max(rung.width, rung.height) >= settings.poster_edge]
    return large[-1] if large else 0


def _poster_choices(plan: Plan) -> str:
    """The first frame, and a few from an early moment: a title that fades in from black does not stand for all."""
    start = plan.seconds * POSTER_FROM
    length = min(float(POSTER_SECONDS), plan.seconds - start)
    apart = max(length / POSTER_CHOICES, float(1 / plan.frame_rate))
    return f"eq(n,0)+between(t,{start:.3f},{start + length:.3f})*({_once_every(apart)})"


def _once_every(seconds: float) -> str:
    """The first frame of every span of time, without drifting."""
    return f"isnan(prev_selected_t)+gt(floor(t/{seconds:.6f}),floor(prev_selected_t/{seconds:.6f}))"


def scaled(flow: Any, width: int, height: int) -> Any:
    return flow.filter("scale", width, height).filter("setsar", 1)


def _full_range(flow: Any, width: int, height: int) -> Any:
    """JPEG's own range of values, said once, so that no later step has to guess."""
    return (
        flow.filter("scale", width, height, out_range="full").filter("setsar", 1).filter("format", "yuvj420p")
    )


def _sound(film: Any, plan: Plan, settings: Settings) -> Any:
    """As long as the picture: gaps filled, silence behind its end; silence altogether where there is none."""
    sound = plan.recording.sound
    length = f"{plan.seconds:.3f}"
    if sound is None:
        silence = f"anullsrc=channel_layout={STEREO}:sample_rate={SAMPLE_RATE}"
        return ffmpeg.input(silence, format="lavfi", t=length)["a"]
    late = sound.starts_at - plan.recording.starts_at > LATE_SOUND
    heard = stereo(film[str(sound.index)], late=late)
    if plan.gain:
        heard = heard.filter("volume", f"{plan.gain:.2f}dB")
    if plan.limited:
        heard = heard.filter(
            "alimiter", limit=f"{_ceiling(settings):.4f}", level="disabled", attack=5, release=50
        )
    return heard.filter("apad", whole_dur=length).filter("atrim", end=length)


def _ceiling(settings: Settings) -> float:
    """A limiter sees samples only: half a decibel is left for what the curve between them does."""
    return float(10 ** ((settings.highest_peak - 0.5) / 20))


def _jpegs(stream: Any, pattern: str, most: int) -> Any:
    """Pictures as files, numbered from 0."""
    return ffmpeg.output(
        stream,
        pattern,
        format="image2",
        start_number=0,
        fps_mode="passthrough",
        fflags="+bitexact",
        flags="+bitexact",
        **{"frames:v": most, "c:v": "mjpeg", "q:v": JPEG_QUALITY},
        **nothing_else(),
    )


def _ratio(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"
