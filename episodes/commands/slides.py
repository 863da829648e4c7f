"""A recording out of pictures and one sound."""

import ffmpeg

from episodes.commands.asking import SAMPLE_RATE, compiled
from episodes.commands.making import scaled
from episodes.settings import Settings


def slides(
    pictures: int, frames: list[int], rate: int, size: tuple[int, int], settings: Settings
) -> list[str]:
    """A recording out of `0000.png`, `0001.png`… and `sound.wav` in its folder: each slide is decoded once."""
    width, height = size
    shown = []
    for at in range(pictures):
        flow = ffmpeg.input(f"file:{at:04}.png", format="image2", pattern_type="none", framerate=rate)["v"]
        flow = scaled(flow, width, height).filter("format", "yuv420p")
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
    return compiled(output)
