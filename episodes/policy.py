"""What no flag of ffmpeg stops: refusals by what ffprobe reported, pure."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from episodes.errors import ErrorCode, Refused
from episodes.results import Container, Picture, Recording, Sound
from episodes.settings import Policy

FORMATS = {
    "mov": Container.MP4,
    "matroska": Container.MATROSKA,
    "mpegts": Container.MPEG_TS,
    "mpeg": Container.MPEG_PS,
    "avi": Container.AVI,
    "asf": Container.ASF,
    "mxf": Container.MXF,
    "flv": Container.FLV,
}
INTERLACED = frozenset({"tt", "bb", "tb", "bt"})
MOST_STRETCHED = 4
QUARTER_TURN = 90
COUNT_TOLERANCE = Fraction(1, 10)
PICTURE_SHARE = 0.9
PICTURE_SLACK = 2.0


def judge(report: Mapping[str, Any], *, size: int, policy: Policy) -> Recording:
    """The facts of a recording that may be used, or Refused with the first reason why not."""
    container = FORMATS.get(str(report.get("format", {}).get("format_name", "")).split(",", 1)[0])
    streams = [stream for stream in report.get("streams", []) if isinstance(stream, dict)]
    if container is None:
        raise Refused(ErrorCode.UNSUPPORTED_FORMAT)
    if len(streams) > policy.most_streams:
        raise Refused(ErrorCode.TOO_MANY_STREAMS, most=policy.most_streams)
    pictures = [stream for stream in streams if _is_picture(stream)]
    if not pictures:
        raise Refused(ErrorCode.NO_PICTURE)
    if len(pictures) > policy.most_pictures:
        raise Refused(ErrorCode.TOO_MANY_PICTURES, count=len(pictures), most=policy.most_pictures)
    picture = _picture(pictures[0])
    sound = next((_sound(stream) for stream in streams if stream.get("codec_type") == "audio"), None)
    seconds = _seconds(report["format"]) or picture.seconds
    if seconds is None:
        raise Refused(ErrorCode.DAMAGED)
    _judge_codecs(picture, sound, policy)
    _judge_length(seconds, policy)
    _judge_frames(picture, seconds, policy)
    _judge_size(picture, policy)
    return Recording(
        bytes=size,
        container=container,
        starts_at=_number(report["format"], "start_time") or 0.0,
        seconds=picture.seconds or seconds,
        picture=picture,
        sound=sound,
    )


def _judge_codecs(picture: Picture, sound: Sound | None, policy: Policy) -> None:
    if picture.codec not in policy.video_codecs:
        raise Refused(ErrorCode.VIDEO_CODEC, codec=picture.codec)
    if sound is not None and sound.codec not in policy.audio_codecs:
        raise Refused(ErrorCode.AUDIO_CODEC, codec=sound.codec)
    if sound is not None and sound.channels > policy.most_channels:
        raise Refused(ErrorCode.TOO_MANY_CHANNELS, count=sound.channels, most=policy.most_channels)


def _judge_length(seconds: float, policy: Policy) -> None:
    if seconds > policy.longest_seconds:
        raise Refused(
            ErrorCode.TOO_LONG, minutes=round(seconds / 60), most=round(policy.longest_seconds / 60)
        )
    if seconds < policy.shortest_seconds:
        raise Refused(ErrorCode.TOO_SHORT, seconds=f"{seconds:.1f}", least=f"{policy.shortest_seconds:g}")


def _judge_frames(picture: Picture, seconds: float, policy: Policy) -> None:
    """A rate that is no picture's, or a count and a duration that cannot both be true."""
    rate = picture.average_rate
    if not policy.lowest_rate <= rate <= policy.highest_rate:
        raise Refused(
            ErrorCode.FRAME_RATE,
            rate=f"{float(rate):.2f}",
            least=policy.lowest_rate,
            most=policy.highest_rate,
        )
    if (picture.seconds or seconds) < PICTURE_SHARE * seconds - PICTURE_SLACK:
        raise Refused(ErrorCode.FRAME_COUNT)
    if picture.frames is not None:
        judge_count(picture.frames, picture.seconds or seconds, rate)


def judge_count(frames: int, seconds: float, rate: Fraction) -> None:
    """Refused when so many frames are not what the rate makes of the duration."""
    expected = Fraction(seconds) * rate
    if abs(frames - expected) > max(expected * COUNT_TOLERANCE, rate):
        raise Refused(ErrorCode.FRAME_COUNT)


def _judge_size(picture: Picture, policy: Policy) -> None:
    for width, height in ((picture.width, picture.height), (picture.stored_width, picture.stored_height)):
        if max(width, height) > policy.largest_edge or width * height > policy.most_pixels:
            raise Refused(ErrorCode.PICTURE_TOO_LARGE, most=policy.largest_edge)
        if min(width, height) < policy.smallest_edge:
            raise Refused(ErrorCode.PICTURE_TOO_SMALL, width=width, height=height, least=policy.smallest_edge)


def _is_picture(stream: Mapping[str, Any]) -> bool:
    """A cover glued to the sound is a stream of pictures to ffmpeg, not to anybody else."""
    attached = stream.get("disposition", {}).get("attached_pic")
    return stream.get("codec_type") == "video" and not attached


def _picture(stream: Mapping[str, Any]) -> Picture:
    stored_width, stored_height = _whole(stream.get("width")) or 0, _whole(stream.get("height")) or 0
    shape = _shape(stream.get("sample_aspect_ratio"))
    rotation = _rotation(stream)
    width, height = round(stored_width * shape), stored_height
    if rotation % (2 * QUARTER_TURN):
        width, height = height, width
    average = _fraction(stream.get("avg_frame_rate"))
    nominal = _fraction(stream.get("r_frame_rate"))
    return Picture(
        index=_whole(stream.get("index")) or 0,
        codec=str(stream.get("codec_name", "?")),
        profile=str(stream.get("profile", "")),
        level=_whole(stream.get("level")) or 0,
        pixel_format=str(stream.get("pix_fmt", "")),
        stored_width=stored_width,
        stored_height=stored_height,
        width=width,
        height=height,
        rotation=rotation,
        square_pixels=shape == 1,
        interlaced=stream.get("field_order") in INTERLACED,
        progressive=stream.get("field_order") == "progressive",
        average_rate=average or nominal,
        nominal_rate=nominal or average,
        frames=_whole(stream.get("nb_frames")),
        seconds=_seconds(stream),
        bit_rate=_whole(stream.get("bit_rate")),
    )


def _sound(stream: Mapping[str, Any]) -> Sound:
    return Sound(
        index=_whole(stream.get("index")) or 0,
        codec=str(stream.get("codec_name", "?")),
        channels=_whole(stream.get("channels")) or 0,
        sample_rate=_whole(stream.get("sample_rate")) or 0,
        starts_at=_number(stream, "start_time") or 0.0,
        seconds=_seconds(stream),
    )


def _rotation(stream: Mapping[str, Any]) -> int:
    """Quarter turns only: ffmpeg turns by other angles inside the frame, which keeps its size."""
    for data in stream.get("side_data_list", []):
        turned = data.get("rotation") if isinstance(data, dict) else None
        if isinstance(turned, int | float) and abs(turned) <= 4 * QUARTER_TURN:
            return round(turned) % 360 if round(turned) % QUARTER_TURN == 0 else 0
    return 0


def _shape(text: object) -> Fraction:
    """The pixel's shape; nonsense counts as square and is stretched by nobody."""
    shape = _fraction(str(text).replace(":", "/"))
    return shape if Fraction(1, MOST_STRETCHED) <= shape <= MOST_STRETCHED else Fraction(1)


def _fraction(text: object) -> Fraction:
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _seconds(part: Mapping[str, Any]) -> float | None:
    """Positive, or not known."""
    seconds = _number(part, "duration")
    return seconds if seconds is not None and seconds > 0 else None


def _number(part: Mapping[str, Any], name: str) -> float | None:
    """Finite, or not known."""
    try:
        number = float(str(part.get(name)))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
