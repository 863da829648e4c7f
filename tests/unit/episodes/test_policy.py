"""The policy: each thing that ffprobe may report and we do not take is refused with a reason of its own."""

from fractions import Fraction
from typing import Any

import pytest

from episodes.errors import ErrorCode, Refused
from episodes.policy import judge, judge_count
from episodes.results import Container, Recording
from episodes.settings import Policy


def report(picture: dict[str, Any] | None = None, *more: dict[str, Any], **form: Any) -> dict[str, Any]:
    stream = {
        "index": 0,
        "codec_type": "video",
        "codec_name": "h264",
        "profile": "High",
        "level": 40,
        "pix_fmt": "yuv420p",
        "width": 1920,
        "height": 1080,
        "field_order": "progressive",
        "avg_frame_rate": "25/1",
        "r_frame_rate": "25/1",
        "nb_frames": "1500",
        "duration": "60.0",
        "sample_aspect_ratio": "1:1",
    }
    return {
        "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "60.0", **form},
        "streams": [{**stream, **(picture or {})}, *more],
    }


def sound(**facts: Any) -> dict[str, Any]:
    return {
        "index": 1,
        "codec_type": "audio",
        "codec_name": "aac",
        "channels": 2,
        "sample_rate": "48000",
        **facts,
    }


def judged(answer: dict[str, Any]) -> Recording:
    return judge(answer, size=1000, policy=Policy())


def test_an_ordinary_recording_is_taken() -> None:
    recording = judged(report({}, sound()))
    assert recording.container is Container.MP4
    assert recording.seconds == 60.0
    assert recording.picture.average_rate == Fraction(25)
    assert recording.sound is not None
    assert recording.sound.channels == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (report(format_name="hls"), ErrorCode.UNSUPPORTED_FORMAT),
        (report(format_name="concat"), ErrorCode.UNSUPPORTED_FORMAT),
        (report({}, *[sound()] * 16), ErrorCode.TOO_MANY_STREAMS),
        ({"format": {"format_name": "mov"}, "streams": [sound()]}, ErrorCode.NO_PICTURE),
        (report({"disposition": {"attached_pic": 1}}, sound()), ErrorCode.NO_PICTURE),
        (report({}, *[report()["streams"][0]] * 2), ErrorCode.TOO_MANY_PICTURES),
        (report({"codec_name": "rawvideo"}), ErrorCode.VIDEO_CODEC),
        (report({}, sound(codec_name="ape")), ErrorCode.AUDIO_CODEC),
        (report({}, sound(channels=16)), ErrorCode.TOO_MANY_CHANNELS),
        (report({"duration": "864000", "nb_frames": "2"}, duration="864000"), ErrorCode.TOO_LONG),
        (report({"duration": "9.9", "nb_frames": "248"}, duration="9.9"), ErrorCode.TOO_SHORT),
        (report({"duration": "nan"}, duration="inf"), ErrorCode.DAMAGED),
        (report({"avg_frame_rate": "50/21600001"}), ErrorCode.FRAME_RATE),
        (report({"avg_frame_rate": "121/1", "nb_frames": "7260"}), ErrorCode.FRAME_RATE),
        (report({"avg_frame_rate": "0/0", "r_frame_rate": "0/0"}), ErrorCode.FRAME_RATE),
        (report({"nb_frames": "2"}), ErrorCode.FRAME_COUNT),
        (report({"nb_frames": "90000"}), ErrorCode.FRAME_COUNT),
        (report({"duration": "12", "nb_frames": "300"}), ErrorCode.FRAME_COUNT),
        (report({"width": 158}), ErrorCode.PICTURE_TOO_SMALL),
        (report({"width": 4098, "height": 200}), ErrorCode.PICTURE_TOO_LARGE),
        (report({"width": 4096, "height": 4096}), ErrorCode.PICTURE_TOO_LARGE),
        (report({"width": None, "height": None}), ErrorCode.PICTURE_TOO_SMALL),
        (report({"width": 2000, "height": 200, "sample_aspect_ratio": "4:1"}), ErrorCode.PICTURE_TOO_LARGE),
    ],
)
def test_each_reason_has_its_code_and_a_whole_sentence(answer: dict[str, Any], code: ErrorCode) -> None:
    with pytest.raises(Refused) as refusal:
        judged(answer)
    assert refusal.value.code is code
    assert "{" not in refusal.value.sentence


@pytest.mark.parametrize("rate", ["24000/1001", "25/1", "30000/1001", "60000/1001", "120/1", "5/1"])
def test_usual_rates_are_taken_as_fractions(rate: str) -> None:
    answer = report(
        {"avg_frame_rate": rate, "r_frame_rate": rate, "nb_frames": str(int(60 * Fraction(rate)))}
    )
    assert judged(answer).picture.average_rate == Fraction(rate)


def test_a_phone_held_upright_is_upright() -> None:
    picture = judged(report({"side_data_list": [{"rotation": -90}]})).picture
    assert (picture.width, picture.height, picture.rotation) == (1080, 1920, 270)


def test_television_pixels_are_stretched_to_square() -> None:
    picture = judged(
        report({"width": 720, "height": 576, "sample_aspect_ratio": "16:15", "field_order": "tt"})
    ).picture
    assert (picture.width, picture.height) == (768, 576)
    assert picture.interlaced
    assert not picture.square_pixels


@pytest.mark.parametrize("shape", ["0:1", "1:0", "N/A", "10000:1", "1:10000"])
def test_a_nonsensical_pixel_is_square(shape: str) -> None:
    assert judged(report({"sample_aspect_ratio": shape})).picture.width == 1920


def test_a_cover_in_front_is_not_the_picture() -> None:
    cover = {**report()["streams"][0], "disposition": {"attached_pic": 1}}
    answer = report()
    answer["streams"] = [cover, {**answer["streams"][0], "index": 1}]
    assert judged(answer).picture.index == 1


def test_a_container_without_counts_is_judged_by_its_rate_alone() -> None:
    assert judged(report({"nb_frames": "N/A", "duration": "N/A"}, format_name="mpegts")).seconds == 60.0


def test_a_count_may_be_off_by_a_second() -> None:
    judge_count(1476, 60.0, Fraction(25))
    with pytest.raises(Refused):
        judge_count(1300, 60.0, Fraction(25))
