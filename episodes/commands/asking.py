"""Opening a stranger's file behind the guard, and asking what is in it."""

from typing import Any

import ffmpeg

from episodes.results import Recording
from episodes.settings import Settings

FORMATS = "mov,mp4,matroska,webm,mpegts,mpeg,avi,asf,mxf,flv"
MOST_STREAMS = 32
LARGEST_ALLOCATION = 256 * 1024 * 1024
PROBE_SIZE = "20M"
SAMPLE_RATE = 48_000
STEREO = "stereo"
DAMAGE_ACCEPTED = "0.2"
"""Share of frames that may fail to decode: a broadcast capture has a few."""

REPORT_ENTRIES = (
    "format=format_name,duration,size,bit_rate,nb_streams,start_time"
    ":stream=index,codec_type,codec_name,profile,level,width,height,pix_fmt,field_order,sample_aspect_ratio"
    ",avg_frame_rate,r_frame_rate,nb_frames,start_time,duration,bit_rate,channels,sample_rate"
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
    heard = stereo(opened(source, settings)[str(recording.sound.index)]).filter(
        "ebur128", peak="true", framelog="verbose"
    )
    return compiled(heard.output("-", format="null"), log="info")


def opened(source: str, settings: Settings, *, seconds: float | None = None) -> Any:
    limit = {} if seconds is None else {"t": f"{seconds:.3f}"}
    return ffmpeg.input(f"file:{source}", **guard(settings), **limit)


def stereo(stream: Any, *, late: bool = False) -> Any:
    """As it will be heard, gaps filled; a sound that begins late gets silence in front."""
    from_start = {"first_pts": 0} if late else {}
    formatted = stream.filter("aresample", SAMPLE_RATE, **{"async": 1}, **from_start)
    return formatted.filter("aformat", sample_fmts="fltp", sample_rates=SAMPLE_RATE, channel_layouts=STEREO)


def compiled(outputs: Any, *, log: str = "error") -> list[str]:
    words: list[str] = ffmpeg.compile(outputs, cmd=["-v", log, *GLOBAL])
    return words


def _guarded_probe(settings: Settings) -> list[str]:
    words = ["-v", "error"]
    for name, value in guard(settings).items():
        words += [f"-{name}", value]
    return words
