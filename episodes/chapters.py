"""Chapters: moments with titles, checked, written as the WebVTT that players read, and back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from episodes.errors import ErrorCode, Refused
from episodes.webvtt import HEADER, Cue, blocks, cleaned, document, plain_text, timing

LONGEST_TITLE = 60


@dataclass(frozen=True, kw_only=True)
class Chapter:
    start_ms: int
    title: str


def checked_chapters(chapters: Sequence[Chapter], *, seconds: float) -> tuple[Chapter, ...]:
    """The chapters with clean titles; Refused when a title or a moment will not do."""
    end = round(seconds * 1000)
    starts = [chapter.start_ms for chapter in chapters]
    if starts != sorted(set(starts)) or any(not 0 <= start < end for start in starts):
        raise Refused(ErrorCode.CHAPTERS_TIME)
    clean = tuple(
        Chapter(start_ms=chapter.start_ms, title=" ".join(cleaned(chapter.title).split()))
        for chapter in chapters
    )
    if any(not 0 < len(chapter.title) <= LONGEST_TITLE for chapter in clean):
        raise Refused(ErrorCode.CHAPTERS_TITLE, most=LONGEST_TITLE)
    return clean


def chapters_webvtt(chapters: Sequence[Chapter], *, seconds: float) -> str:
    """Each chapter lasts until the next one, the last until the end."""
    ends = [*(chapter.start_ms for chapter in chapters[1:]), round(seconds * 1000)]
    return document(
        Cue(start_ms=chapter.start_ms, end_ms=end, text=chapter.title)
        for chapter, end in zip(chapters, ends, strict=True)
    )


def read_chapters(text: str, *, seconds: float) -> tuple[Chapter, ...]:
    """Chapters out of a WebVTT file; Refused when it is none."""
    if HEADER.match(text) is None:
        raise Refused(ErrorCode.CHAPTERS_FORMAT)
    found = []
    for _, lines in blocks(text):
        at = next((at for at, line in enumerate(lines[:2]) if "-->" in line), None)
        if at is None:
            continue
        times = timing(lines[at])
        if times is None:
            raise Refused(ErrorCode.CHAPTERS_FORMAT)
        found.append(Chapter(start_ms=times[0], title=plain_text("\n".join(lines[at + 1 :]))))
    return checked_chapters(found, seconds=seconds)
