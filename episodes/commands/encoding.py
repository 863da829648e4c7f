"""How pictures and sound are encoded, and where they go: the ladder and the plain file from the same encoders."""

import math
from collections.abc import Mapping
from typing import Any

from episodes.commands.plan import EXTRA_SECONDS, Plan
from episodes.results import Rung
from episodes.settings import Settings

PROGRESSIVE = "progressive.mp4"
SOUND_NAME = "audio"
SOUND_GROUP = "sound"


def encoding(plan: Plan, settings: Settings) -> dict[str, Any]:
    """What every encoder is told; of the file itself nothing gets through but picture and sound."""
    frames = math.ceil((plan.seconds + EXTRA_SECONDS) * plan.frame_rate)
    # What is copied is cut where its own keyframes are, and the others follow, so that all sizes can be switched.
    copies = any(rung.copied for rung in plan.rungs)
    told: dict[str, Any] = {
        "frames:v": frames,
        "force_key_frames:v": "source" if copies else f"expr:gte(t,n_forced*{settings.segment_seconds})",
        "c:a": "aac",
        "b:a": settings.audio_rate,
        "flags": "+global_header+bitexact",
        "fflags": "+bitexact",
        **nothing_else(),
    }
    for index, rung in enumerate(plan.rungs):
        one = _copying() if rung.copied else _encoder(rung, plan, settings)
        told |= {f"{name}:v:{index}": value for name, value in one.items()}
    return told


def nothing_else() -> dict[str, Any]:
    return {"map_metadata": -1, "map_chapters": -1, "sn": None, "dn": None}


def rung_name(rung: Rung) -> str:
    """The stem of its playlist and its file."""
    return f"v{rung.name}"


def progressive_rung(rungs: tuple[Rung, ...], settings: Settings) -> int:
    """Which rung is also the plain file: the largest that is not beyond the size for it."""
    for index, rung in enumerate(rungs):
        if min(rung.width, rung.height) <= settings.progressive_short_edge:
            return index
    return len(rungs) - 1


def targets(plan: Plan, settings: Settings) -> str:
    """Where the encoded streams go: the ladder, one file a size, and the plain file, neither encoded twice."""
    names = [f"v:{at},agroup:{SOUND_GROUP},name:{rung_name(rung)}" for at, rung in enumerate(plan.rungs)]
    names.append(f"a:0,agroup:{SOUND_GROUP},name:{SOUND_NAME}")
    streaming = {
        "f": "hls",
        "hls_time": str(settings.segment_seconds),
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_flags": "single_file+independent_segments",
        "hls_list_size": "0",
        "var_stream_map": " ".join(names),
    }
    plain = {
        "f": "mp4",
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "select": f"v:{progressive_rung(plan.rungs, settings)},a:0",
    }
    return f"{_slave(streaming, '%v.m3u8')}|{_slave(plain, PROGRESSIVE)}"


def _copying() -> dict[str, Any]:
    """The pictures as they are, without the notes that an encoder or a camera left between them (SEI)."""
    return {"c": "copy", "bsf": "filter_units=remove_types=6"}


def _encoder(rung: Rung, plan: Plan, settings: Settings) -> dict[str, Any]:
    return {
        "c": "libx264",
        "preset": settings.preset,
        "profile": "high",
        "crf": settings.quality,
        "maxrate": rung.rate,
        "bufsize": 2 * rung.rate,
        "sc_threshold": 0,
        "g": math.ceil(settings.segment_seconds * plan.frame_rate * 2),
    }


def _slave(options: Mapping[str, str], name: str) -> str:
    """Tee reads its options twice, once as a list and once as words, so both meanings are escaped away."""
    said = ":".join(f"{key}={_escaped(_escaped(value))}" for key, value in options.items())
    return f"[{said}]{name}"


def _escaped(text: str) -> str:
    for letter in "\\:'":
        text = text.replace(letter, "\\" + letter)
    return text
