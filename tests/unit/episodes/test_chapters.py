"""Chapters: moments in order with titles, to WebVTT and back."""

import pytest

from episodes.chapters import Chapter, chapters_webvtt, checked_chapters, read_chapters
from episodes.errors import ErrorCode, Refused

CHAPTERS = (
    Chapter(start_ms=0, title="开场"),
    Chapter(start_ms=61_500, title="晒工作 & <承诺>"),
    Chapter(start_ms=120_000, title="评亮点"),
)


def test_chapters_come_back_as_they_were() -> None:
    assert read_chapters(chapters_webvtt(CHAPTERS, seconds=180), seconds=180) == CHAPTERS


def test_each_chapter_lasts_until_the_next_and_the_last_until_the_end() -> None:
    written = chapters_webvtt(CHAPTERS, seconds=180)
    assert "00:01:01.500 --> 00:02:00.000" in written
    assert "00:02:00.000 --> 00:03:00.000" in written


@pytest.mark.parametrize("starts", [(0, 0), (5000, 0), (0, 180_000), (-1, 5)])
def test_moments_must_rise_inside_the_recording(starts: tuple[int, int]) -> None:
    chapters = [Chapter(start_ms=start, title="段") for start in starts]
    with pytest.raises(Refused) as refusal:
        checked_chapters(chapters, seconds=180)
    assert refusal.value.code is ErrorCode.CHAPTERS_TIME


@pytest.mark.parametrize("title", ["", " \n", "\u202e", "长" * 61])
def test_a_title_has_something_to_say_in_sixty_characters(title: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked_chapters([Chapter(start_ms=0, title=title)], seconds=180)
    assert refusal.value.code is ErrorCode.CHAPTERS_TITLE


def test_a_title_typed_with_brackets_keeps_them() -> None:
    assert checked_chapters([Chapter(start_ms=0, title=" <b>一 \n 二 ")], seconds=9)[0].title == "<b>一 二"


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read_chapters("1\n00:00:00,000 --> 00:00:01,000\n甲", seconds=9)
    assert refusal.value.code is ErrorCode.CHAPTERS_FORMAT
