"""What ffmpeg and ffprobe are told: graphs by ffmpeg-python, nothing started here.

The recording is always behind the guard; results are named relative to the folder in which the program starts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ffmpeg

from episodes.ladder import even_within, fitted
from episodes.results import Recording, Rung
from episodes.settings import Settings

FORMATS = "mov,mp4,matroska,webm,mpegts,mpeg,avi,asf,mxf,flv"
MOST_STREAMS = 32
LARGEST_ALLOCATION = 256 * 1024 * 1024
PROBE_SIZE = "20M"
SAMPLE_RATE = 48_000
STEREO = "stereo"
EXTRA_SECONDS = 5
DAMAGE_ACCEPTED = "0.2"
"""Share of frames that may fail to decode: a broadcast capture has a few."""

PROGRESSIVE = "progressive.mp4"
TILE_PATTERN = "tile-%04d.jpg"
STILL_PATTERN = "still-%04d.jpg"
SOUND_NAME = "audio"
SOUND_GROUP = "sound"
POSTER_FROM = 0.1
POSTER_SECONDS = 10
POSTER_CHOICES = 10
TILES_ACROSS = 10
JPEG_QUALITY = 3

REPORT_ENTRIES = (
    "format=format_name,duration,size,bit_rate,nb_streams,start_time"
    ":stream=index,codec_type,codec_name,profile,level,width,height,pix_fmt,field_order,sample_aspect_ratio"
    ",avg_frame_rate,r_frame_rate,nb_frames,duration,bit_rate,channels,sample_rate"
    ":stream_disposition=attached_pic:stream_side_data=rotation"
)

GLOBAL = [
    "-hide_banner",
    "-nostdin",
    "-nostats",
    "-y",
    "-max_alloc",
    str(LARGEST_ALLOCATION),
    "-max_error_rate",
    DAMAGE_ACCEPTED,
    "-progress",
    "pipe:1",
]


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """The preview sheet: how many small pictures of which size, how many seconds apart."""

    count: int
    across: int
    down: int
    width: int
    height: int
    seconds_each: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that decides what is made of a recording."""

    recording: Recording
    seconds: float
    frame_rate: Fraction
    rungs: tuple[Rung, ...]
    tiles: Tiles
    gain: float
    limited: bool
    """The gain would lift a peak above what is allowed: a limiter goes behind it."""


def guard(settings: Settings) -> dict[str, str]:
    """For every input that a stranger has made, on ffprobe and on ffmpeg."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "max_streams": str(MOST_STREAMS),
        "max_pixels": str(settings.policy.most_pixels),
        "probesize": PROBE_SIZE,
        "analyzeduration": PROBE_SIZE,
    }


def report(source: str, settings: Settings) -> list[str]:
    """Ask ffprobe for the facts that the policy judges."""
    return [*_guarded_probe(settings), "-show_entries", REPORT_ENTRIES, "-of", "json", "-i", f"file:{source}"]


def packets(source: str, stream: int, settings: Settings) -> list[str]:
    """Ask ffprobe for the time, length and flags of every packet of the picture, without decoding any."""
    return [
        *_guarded_probe(settings),
        "-select_streams",
        str(stream),
        "-show_entries",
        "packet=pts_time,duration_time,size,flags",
        "-of",
        "csv=p=0",
        "-i",
        f"file:{source}",
    ]


def loudness(source: str, recording: Recording, settings: Settings) -> list[str]:
    """Decode the sound once and measure it as it will be heard, in two channels."""
    assert recording.sound is not None
    heard = _stereo(_input(source, settings)[str(recording.sound.index)]).filter(
        "ebur128", peak="true", framelog="verbose"
    )
    return _compiled(heard.output("-", format="null"), log="info")


def everything(source: str, plan: Plan, settings: Settings) -> list[str]:
    """One process: the streaming ladder and the progressive file from the same encoders, tiles and stills.

    Tiles and stills are written one by one from the first frame on, not as one sheet and one poster: ffmpeg
    reports no progress before every output has had its first frame.
    """
    opened = _input(source, settings, seconds=plan.seconds + EXTRA_SECONDS)
    pictures, tiles, stills = _pictures(opened, plan, settings)
    streams = [*pictures, _sound(opened, plan, settings)]
    outputs = [
        ffmpeg.output(*streams, _tee(plan, settings), format="tee", **_encoding(plan, settings)),
        _jpegs(tiles, TILE_PATTERN, plan.tiles.count),
        _jpegs(stills, STILL_PATTERN, 1 + POSTER_CHOICES),
    ]
    return _compiled(ffmpeg.merge_outputs(*outputs))


def rung_name(rung: Rung) -> str:
    """The stem of its playlist and its file."""
    return f"v{rung.name}"


def tiles_for(seconds: float, width: int, height: int, settings: Settings) -> Tiles:
    """As many as the duration asks for, further apart where that would be too many."""
    each = max(settings.tile_seconds, float(math.ceil(seconds / settings.most_tiles)))
    count = max(1, math.ceil(seconds / each))
    across = min(TILES_ACROSS, count)
    tile_width, tile_height = fitted(width, height, settings.tile_edge, settings.tile_edge)
    return Tiles(
        count=count,
        across=across,
        down=math.ceil(count / across),
        width=tile_width,
        height=tile_height,
        seconds_each=each,
    )


def progressive_rung(rungs: tuple[Rung, ...], settings: Settings) -> int:
    """Which rung is also the plain file: the largest that is not beyond the size for it."""
    for index, rung in enumerate(rungs):
        if min(rung.width, rung.height) <= settings.progressive_short_edge:
            return index
    return len(rungs) - 1


def _guarded_probe(settings: Settings) -> list[str]:
    words = ["-v", "error"]
    for name, value in guard(settings).items():
        words += [f"-{name}", value]
    return words


def _input(source: str, settings: Settings, *, seconds: float | None = None) -> Any:
    limit = {} if seconds is None else {"t": f"{seconds:.3f}"}
    return ffmpeg.input(f"file:{source}", **guard(settings), **limit)


def _compiled(outputs: Any, *, log: str = "error") -> list[str]:
    words: list[str] = ffmpeg.compile(outputs, cmd=["-v", log, *GLOBAL])
    return words


def _pictures(opened: Any, plan: Plan, settings: Settings) -> tuple[list[Any], Any, Any]:
    """Each size is made from the one above it; stills and tiles branch off where they cost least."""
    picture = plan.recording.picture
    stream = opened[str(picture.index)]
    flow = stream
    if picture.interlaced:
        flow = flow.filter("bwdif", mode="send_frame", parity="auto", deint="all")
    flow = flow.filter("fps", fps=_ratio(plan.frame_rate), start_time=0)
    stills_from = _stills_rung(plan.rungs, settings)
    stills: Any = None
    encoded = []
    for index, rung in enumerate(plan.rungs):
        if not rung.copied:
            flow = _scaled(flow, rung.width, rung.height)
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


def _scaled(flow: Any, width: int, height: int) -> Any:
    return flow.filter("scale", width, height).filter("setsar", 1)


def _full_range(flow: Any, width: int, height: int) -> Any:
    """JPEG's own range of values, said once, so that no later step has to guess."""
    return (
        flow.filter("scale", width, height, out_range="full").filter("setsar", 1).filter("format", "yuvj420p")
    )


def _sound(opened: Any, plan: Plan, settings: Settings) -> Any:
    """As long as the picture: gaps filled, silence behind its end; silence altogether where there is none."""
    sound = plan.recording.sound
    length = f"{plan.seconds:.3f}"
    if sound is None:
        silence = f"anullsrc=channel_layout={STEREO}:sample_rate={SAMPLE_RATE}"
        return ffmpeg.input(silence, format="lavfi", t=length)["a"]
    heard = _stereo(opened[str(sound.index)])
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


def _stereo(stream: Any) -> Any:
    formatted = stream.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
    return formatted.filter("aformat", sample_fmts="fltp", sample_rates=SAMPLE_RATE, channel_layouts=STEREO)


def _encoding(plan: Plan, settings: Settings) -> dict[str, Any]:
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
        **_nothing_else(),
    }
    for index, rung in enumerate(plan.rungs):
        one = _copying() if rung.copied else _encoder(rung, plan, settings)
        told |= {f"{name}:v:{index}": value for name, value in one.items()}
    return told


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


def _nothing_else() -> dict[str, Any]:
    return {"map_metadata": -1, "map_chapters": -1, "sn": None, "dn": None}


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
        **_nothing_else(),
    )


def _tee(plan: Plan, settings: Settings) -> str:
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


def _slave(options: Mapping[str, str], name: str) -> str:
    """Tee reads its options twice, once as a list and once as words, so both meanings are escaped away."""
    said = ":".join(f"{key}={_escaped(_escaped(value))}" for key, value in options.items())
    return f"[{said}]{name}"


def _escaped(text: str) -> str:
    for letter in "\\:'":
        text = text.replace(letter, "\\" + letter)
    return text


def _ratio(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"


def slides(
    pictures: int, frames: list[int], rate: int, size: tuple[int, int], settings: Settings
) -> list[str]:
    """A recording out of `0000.png`, `0001.png`… and `sound.wav` in its folder: each slide is decoded once."""
    width, height = size
    shown = []
    for at in range(pictures):
        flow = ffmpeg.input(f"file:{at:04}.png", format="image2", pattern_type="none", framerate=rate)["v"]
        flow = _scaled(flow, even_within(width, width), even_within(height, height)).filter(
            "format", "yuv420p"
        )
        flow = flow.filter("loop", loop=-1, size=1).filter("trim", end_frame=frames[at])
        shown.append(flow.filter("setpts", f"N/({rate}*TB)"))
    film = ffmpeg.concat(*shown, n=len(shown), v=1, a=0)
    spoken = ffmpeg.input("file:sound.wav", format="wav")["a"]
    gop = settings.segment_seconds * rate
    told = {
        "c:v": "libx264",
        "preset:v": "superfast",
        "tune:v": "stillimage",
        "crf:v": settings.quality,
        "profile:v": "high",
        "maxrate:v": 2_000_000,
        "bufsize:v": 4_000_000,
        "g:v": gop,
        "keyint_min:v": gop,
        "sc_threshold:v": 0,
        "c:a": "aac",
        "b:a": settings.audio_rate,
        "ar": SAMPLE_RATE,
        "ac": 2,
    }
    output = ffmpeg.output(film, spoken, "recording.mp4", format="mp4", movflags="+faststart", r=rate, **told)
    return _compiled(output)
