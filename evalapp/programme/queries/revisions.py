"""Chapters and captions by their revision. What stands under one never changes: a process reads it once and keeps it."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.programme.models import CaptionTrack, Chapter
from evalapp.programme.rules.recordings import CHAPTER_KINDS, CaptionLanguage

FIRST_CUES = 30  # of the transcript, on the page of an episode; the rest is a page of its own
MOST_CHAPTERS = 200
MOST_KEPT = 128  # of chapters and of captions each; a line takes about 300 bytes

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class ChapterMark:
    """A chapter: `at` in seconds, `clock` the same to be read, `kind` a source text or empty."""

    id: uuid.UUID
    at: float
    clock: str
    title: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class TranscriptCue:
    """A line of the transcript: what was said from `at` to `until`, in seconds; `clock` is `at` to be read."""

    at: float
    until: float
    clock: str
    text: str
    speaker: str = ""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The first lines of a transcript that has `count`."""

    cues: tuple[TranscriptCue, ...] = ()
    count: int = 0


class TrackKey(NamedTuple):
    """A caption track under its revision."""

    id: uuid.UUID
    language: CaptionLanguage
    revision: int


class _Kept(Generic[K, V]):
    """The last answers to questions whose answers never change; the oldest goes first."""

    def __init__(self) -> None:
        self._answers: dict[K, V] = {}
        self._lock = threading.Lock()

    def get(self, key: K, read: Callable[[], V]) -> V:
        found = self._answers.get(key)
        if found is None:
            found = read()
            with self._lock:
                if len(self._answers) >= MOST_KEPT:
                    self._answers.pop(next(iter(self._answers)))
                self._answers[key] = found
        return found


_marks: _Kept[tuple[uuid.UUID, int], tuple[ChapterMark, ...]] = _Kept()
_openings: _Kept[tuple[uuid.UUID, int], Opening] = _Kept()


def marks(session: Session, recording_id: uuid.UUID, revision: int) -> tuple[ChapterMark, ...]:
    """The chapters of a version under their revision; no statement once they were read."""
    return _marks.get((recording_id, revision), lambda: marks_of(chapters(session, recording_id)))


def opening(session: Session, track: TrackKey) -> Opening:
    """The first lines of a track under its revision; no statement once they were read."""
    return _openings.get((track.id, track.revision), lambda: opening_of(_stored(session, track.id)))


def transcript(session: Session, track_id: uuid.UUID) -> list[TranscriptCue]:
    """Every line of a track."""
    return [_cue(stored) for stored in _stored(session, track_id)]


def chapters(session: Session, recording_id: uuid.UUID) -> Sequence[Chapter]:
    """The chapters of a version, in order."""
    return session.scalars(
        select(Chapter)
        .where(Chapter.recording_id == recording_id)
        .order_by(Chapter.start_ms)
        .limit(MOST_CHAPTERS)
    ).all()


def marks_of(found: Sequence[Chapter]) -> tuple[ChapterMark, ...]:
    return tuple(
        ChapterMark(
            id=mark.id,
            at=mark.start_ms / 1000,
            clock=clock_text(mark.start_ms / 1000),
            title=mark.title,
            kind=CHAPTER_KINDS[mark.kind],
        )
        for mark in found
    )


def opening_of(stored: Sequence[dict[str, Any]]) -> Opening:
    return Opening(cues=tuple(_cue(one) for one in stored[:FIRST_CUES]), count=len(stored))


def clock_text(seconds: float) -> str:
    """`14:24`, `1:02:03`."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes:02}:{last:02}"


def _stored(session: Session, track_id: uuid.UUID) -> Sequence[dict[str, Any]]:
    return session.scalars(select(CaptionTrack.cues).where(CaptionTrack.id == track_id)).one_or_none() or ()


def _cue(stored: dict[str, Any]) -> TranscriptCue:
    at = stored["start_ms"] / 1000
    return TranscriptCue(at=at, until=stored["end_ms"] / 1000, clock=clock_text(at), text=stored["text"])
