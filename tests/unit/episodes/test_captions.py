"""Captions: whatever a station delivers becomes uniform WebVTT in which text is only ever text."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.captions import (
    MOST_BYTES,
    WARNING_SENTENCES,
    CaptionWarning,
    captions,
    read_captions,
    reading_speed,
)
from episodes.errors import ErrorCode, Refused
from episodes.webvtt import Cue, cleaned, document, plain_text, time_text, timing

SRT = "1\r\n00:00:01,000 --> 00:00:03,500\r\n晴川区住建局\r\n汇报工作\r\n\r\n2\r\n00:00:04,000 --> 00:00:06,000\r\n谢谢大家\r\n"
WEBVTT = "WEBVTT - 字幕\n\nNOTE 备注\n不显示\n\nSTYLE\n::cue { color: red }\n\n开头\n00:01.000 --> 00:03.500 line:0\n<v 主持人>大家<i>好</i>\n"

moments = st.integers(min_value=0, max_value=5_400_000)
cues = st.builds(
    lambda start, length, text: Cue(start_ms=start, end_ms=start + length, text=text),
    moments,
    st.integers(min_value=-10, max_value=20_000),
    st.text(max_size=40),
)


def warned(data: str) -> set[CaptionWarning]:
    return {warned.warning for warned in read_captions(data.encode()).warnings}


def test_srt_with_windows_line_ends_becomes_webvtt() -> None:
    read = read_captions(SRT.encode())
    assert [cue.text for cue in read.cues] == ["晴川区住建局\n汇报工作", "谢谢大家"]
    assert read.webvtt == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n晴川区住建局\n汇报工作\n\n00:00:04.000 --> 00:00:06.000\n谢谢大家\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert read_captions(SRT.encode(encoding)).cues == read_captions(SRT.encode()).cues


def test_webvtt_loses_notes_styles_settings_and_marks_but_no_text() -> None:
    read = read_captions(WEBVTT.encode())
    assert read.cues == (Cue(start_ms=1000, end_ms=3500, text="大家好"),)


def test_text_that_looks_like_a_page_stays_text() -> None:
    read = read_captions(
        b"WEBVTT\n\n00:01.000 --> 00:09.000\n<script>alert(1)</script> &lt;b&gt; --> A&amp;B\n"
    )
    assert "<script" not in read.webvtt
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt; --&gt; A&amp;B" in read.webvtt


def test_marks_of_other_programs_and_letters_that_turn_the_writing_are_taken_off() -> None:
    text = "1\n00:00:01,000 --> 00:00:09,000\n{\\an8}<font color=red>合格\u202e率</font>\x07\n"
    assert read_captions(text.encode()).cues[0].text == "合格率"


def test_an_empty_line_inside_an_srt_caption_does_not_end_it() -> None:
    text = "1\n00:00:01,000 --> 00:00:09,000\n上\n\n下\n\n2\n00:00:10,000 --> 00:00:12,000\n完\n"
    assert [cue.text for cue in read_captions(text.encode()).cues] == ["上\n下", "完"]


def test_overlaps_are_cut_and_said() -> None:
    text = "1\n00:00:01,000 --> 00:00:05,000\n一\n\n2\n00:00:04,000 --> 00:00:06,000\n二\n"
    assert [(cue.start_ms, cue.end_ms) for cue in read_captions(text.encode()).cues] == [
        (1000, 4000),
        (4000, 6000),
    ]
    assert warned(text) == {CaptionWarning.OVERLAPPING}


def test_captions_of_the_same_moment_become_one() -> None:
    text = "1\n00:00:01,000 --> 00:00:05,000\n一\n\n2\n00:00:01,000 --> 00:00:06,000\n二\n"
    assert read_captions(text.encode()).cues == (Cue(start_ms=1000, end_ms=6000, text="一\n二"),)


def test_nine_characters_a_second_can_be_read_and_ten_are_warned_of() -> None:
    assert warned("1\n00:00:00,000 --> 00:00:01,000\n一二三四五六七八九。\n") == set()
    assert warned("1\n00:00:00,000 --> 00:00:01,000\n一二三四五六七八九十\n") == {CaptionWarning.TOO_FAST}
    assert reading_speed(Cue(start_ms=0, end_ms=1000, text="ab, 12")) == 2.0


def test_what_lies_behind_the_end_of_the_recording_is_cut_or_left_out() -> None:
    text = "1\n00:00:01,000 --> 00:00:09,000\n一\n\n2\n00:00:10,000 --> 00:00:12,000\n二\n"
    read = read_captions(text.encode(), seconds=5)
    assert read.cues == (Cue(start_ms=1000, end_ms=5000, text="一"),)
    assert [one.warning for one in read.warnings] == [CaptionWarning.AFTER_END] * 2


def test_wrong_order_and_no_length_are_mended_and_said() -> None:
    text = "1\n00:00:05,000 --> 00:00:06,000\n二\n\n2\n00:00:01,000 --> 00:00:02,000\n一\n\n3\n00:00:09,000 --> 00:00:09,000\n三\n"
    assert [cue.text for cue in read_captions(text.encode()).cues] == ["一", "二"]
    assert warned(text) == {CaptionWarning.OUT_OF_ORDER, CaptionWarning.NO_LENGTH}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.CAPTIONS_EMPTY),
        (b"WEBVTT\n", ErrorCode.CAPTIONS_EMPTY),
        ("只是一段话。\n".encode(), ErrorCode.CAPTIONS_FORMAT),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrorCode.CAPTIONS_ENCODING),
        (b"\xff\xff\xff", ErrorCode.CAPTIONS_ENCODING),
        (b"1\n00:00:xx --> 00:00:02,000\nA\n", ErrorCode.CAPTIONS_TIME),
        (b"1\n00:00:01,000 --> \nA\n", ErrorCode.CAPTIONS_TIME),
        (b" " * (MOST_BYTES + 1), ErrorCode.CAPTIONS_TOO_LARGE),
    ],
)
def test_what_is_no_caption_file_is_refused_with_its_reason(data: bytes, code: ErrorCode) -> None:
    with pytest.raises(Refused) as refusal:
        read_captions(data)
    assert refusal.value.code is code
    assert "{" not in refusal.value.sentence


def test_the_line_of_a_wrong_time_is_named() -> None:
    with pytest.raises(Refused) as refusal:
        read_captions(b"1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:99 --> x\nB\n")
    assert refusal.value.values["line"] == "6"


def test_every_warning_has_its_sentence() -> None:
    assert set(WARNING_SENTENCES) == set(CaptionWarning)


@given(given_cues=st.lists(cues, max_size=20), seconds=st.none() | st.floats(min_value=1, max_value=5400))
def test_what_comes_out_is_in_order_apart_and_reads_back_the_same(
    given_cues: list[Cue], seconds: float | None
) -> None:
    end = float("inf") if seconds is None else round(seconds * 1000)
    if not any(cleaned(cue.text) and cue.start_ms < min(cue.end_ms, end) for cue in given_cues):
        with pytest.raises(Refused) as refusal:
            captions(given_cues, seconds=seconds)
        assert refusal.value.code is ErrorCode.CAPTIONS_EMPTY
        return
    made = captions(given_cues, seconds=seconds)
    assert all(cue.start_ms < cue.end_ms and cue.text for cue in made.cues)
    assert all(one.end_ms <= two.start_ms for one, two in zip(made.cues, made.cues[1:], strict=False))
    again = read_captions(made.webvtt.encode())
    assert again.cues == made.cues
    assert again.webvtt == made.webvtt


@given(text=st.text(max_size=200))
def test_no_text_becomes_a_mark_or_a_line_of_its_own(text: str) -> None:
    written = document([Cue(start_ms=0, end_ms=1000, text=cleaned(text))])
    body = written.split("\n", 3)[3]
    assert "<" not in body
    assert ">" not in body
    assert "\n\n" not in body


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Refused):
        assert read_captions(data).cues


@given(moment=moments)
def test_times_are_written_as_they_are_read(moment: int) -> None:
    assert timing(f"{time_text(moment)} --> {time_text(moment + 1)}") == (moment, moment + 1)


def test_entities_are_resolved_once() -> None:
    assert plain_text("&amp;lt;b&amp;gt;") == "&lt;b&gt;"
