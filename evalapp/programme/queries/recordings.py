"""Reading what is watched: the player's data of an episode, and whether a file may be sent."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, overload

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme import media
from evalapp.programme.models import Airing, CaptionTrack, Chapter, Episode, Recording
from evalapp.programme.rules.recordings import (
    CAPTION_LANGUAGES,
    CAPTION_NAMES,
    CHAPTER_KINDS,
    CaptionLanguage,
    Showing,
    may_be_watched,
    watch_folder,
)

_MADE = re.compile(r"(?:captions-(?P<language>zh|en)|chapters)-(?P<revision>[0-9]{1,6})\.(?P<kind>vtt|m3u8)")

PUBLIC = "/media"
PREVIEW = "/desk/media"


@dataclass(frozen=True, kw_only=True)
class Track:
    """A caption track for the player. `label` is a source text."""

    src: str
    lang: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ChapterMark:
    """A chapter: `at` in seconds, `kind` a source text or empty."""

    id: uuid.UUID
    at: float
    title: str
    kind: str

    @property
    def clock(self) -> str:
        return clock_text(self.at)


@dataclass(frozen=True, kw_only=True)
class TranscriptCue:
    """A line of the transcript: what was said from `at` to `until`, in seconds."""

    at: float
    until: float
    text: str
    speaker: str = ""

    @property
    def clock(self) -> str:
        return clock_text(self.at)


class Transcript(Sequence[TranscriptCue]):
    """The lines of a track. A page shows thirty of a thousand: only those that are asked for are made."""

    def __init__(self, stored: Sequence[dict[str, Any]]) -> None:
        self._stored = stored

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, place: int) -> TranscriptCue: ...
    @overload
    def __getitem__(self, place: slice) -> list[TranscriptCue]: ...
    def __getitem__(self, place: int | slice) -> TranscriptCue | list[TranscriptCue]:
        if isinstance(place, slice):
            return [_cue(stored) for stored in self._stored[place]]
        return _cue(self._stored[place])


def _cue(stored: dict[str, Any]) -> TranscriptCue:
    return TranscriptCue(at=stored["start_ms"] / 1000, until=stored["end_ms"] / 1000, text=stored["text"])


@dataclass(frozen=True, kw_only=True)
class Playback:
    """Everything a page needs to play an episode; addresses are paths of this site, '' where there is nothing."""

    recording_id: uuid.UUID
    version: int
    duration: float  # seconds
    hls: str
    progressive: str
    poster: str
    card: str
    thumbnails: str
    chapters: str
    tracks: tuple[Track, ...]
    marks: tuple[ChapterMark, ...]
    cues: Transcript
    reason: str = ""  # why this version took the place of another after grading had opened
    width: int = 0
    height: int = 0
    is_silent: bool = False
    transcript_lang: str = ""
    facts: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def captions(self) -> str:
        return self.tracks[0].src if self.tracks else ""

    @property
    def captions_lang(self) -> str:
        return self.tracks[0].lang if self.tracks else ""

    @property
    def captions_label(self) -> str:
        return self.tracks[0].label if self.tracks else ""


@dataclass(frozen=True, kw_only=True)
class WatchFile:
    """A file that may be sent: stored under `name`, or made of `text`. `is_final` ones never change their content."""

    name: str
    text: str | None = None
    is_final: bool = True


def first_airing_at() -> ScalarSelect[datetime]:
    """When the episode of the surrounding select was or is on air first."""
    return (
        select(func.min(Airing.starts_at))
        .where(
            Airing.episode_id == Episode.id,
            Airing.cancelled_at.is_(None),
            Airing.replaced_by_id.is_(None),
        )
        .scalar_subquery()
    )


def watched() -> ColumnElement[bool]:
    """The one version of an episode that is watched: to be used where recordings are joined or counted."""
    return Recording.prepared_at.is_not(None) & Recording.replaced_at.is_(None)


def playback(session: Session, episode_id: uuid.UUID, *, language: str = "zh") -> Playback | None:
    """Return what plays on the page of an episode, or nothing while there is nothing to be watched. Two statements.

    Captions and transcript come in `language` first, where there are any.
    """
    rows = session.execute(_watched_statement(), {"episode_id": episode_id}).all()
    if not rows:
        return None
    recording: Recording = rows[0][0]
    showing = Showing(
        prepared_at=recording.prepared_at,
        replaced_at=recording.replaced_at,
        withdrawn_at=rows[0].withdrawn_at,
        opens_at=rows[0].opens_at,
        first_airing_at=rows[0].first_airing_at,
    )
    if not may_be_watched(showing, clock.now()):
        return None
    tracks: list[CaptionTrack] = list(
        filter(None, (row[1] for row in rows))
    )  # an outer join's row may have none
    return _playback(recording, tracks, chapters(session, recording.id), base=PUBLIC, language=language)


@cache
def _watched_statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Recording,
            CaptionTrack,
            Episode.withdrawn_at,
            Episode.opens_at,
            first_airing_at().label("first_airing_at"),
        )
        .join(Episode, Episode.id == Recording.episode_id)
        .outerjoin(CaptionTrack, CaptionTrack.recording_id == Recording.id)
        .where(Recording.episode_id == bindparam("episode_id"), watched())
        .order_by(CaptionTrack.language)
    )


def preview(session: Session, recording: Recording, *, language: str = "zh") -> Playback:
    """Return the same for a prepared version on the desk, whoever may not see it yet."""
    tracks = session.scalars(
        select(CaptionTrack).where(CaptionTrack.recording_id == recording.id).order_by(CaptionTrack.language)
    ).all()
    return _playback(recording, tracks, chapters(session, recording.id), base=PREVIEW, language=language)


def chapters(session: Session, recording_id: uuid.UUID) -> Sequence[Chapter]:
    """The chapters of a version, in order."""
    return session.scalars(
        select(Chapter).where(Chapter.recording_id == recording_id).order_by(Chapter.start_ms).limit(200)
    ).all()


def watch_file(session: Session, token: str, name: str) -> WatchFile:
    """Return a file that anybody may get now. Raises `NotFound`: what must not be seen does not exist."""
    row = session.execute(
        select(Recording, Episode.withdrawn_at, Episode.opens_at, first_airing_at().label("first_airing_at"))
        .join(Episode, Episode.id == Recording.episode_id)
        .where(Recording.token == token)
    ).one_or_none()
    if row is None:
        raise _no_file()
    recording: Recording = row[0]
    showing = Showing(
        prepared_at=recording.prepared_at,
        replaced_at=recording.replaced_at,
        withdrawn_at=row.withdrawn_at,
        opens_at=row.opens_at,
        first_airing_at=row.first_airing_at,
    )
    if not may_be_watched(showing, clock.now()):
        raise _no_file()
    return _file_of(session, recording, name)


def preview_file(session: Session, token: str, name: str) -> WatchFile:
    """Return a file of a prepared version for the desk; raises `NotFound`."""
    recording = session.scalar(
        select(Recording).where(Recording.token == token, Recording.prepared_at.is_not(None))
    )
    if recording is None:
        raise _no_file()
    return _file_of(session, recording, name)


def track_of(session: Session, recording_id: uuid.UUID, language: CaptionLanguage) -> CaptionTrack:
    """The captions of a version in a language; raises `NotFound`."""
    found = session.scalar(
        select(CaptionTrack).where(
            CaptionTrack.recording_id == recording_id, CaptionTrack.language == language
        )
    )
    if found is None:
        raise NotFound(N_("还没有这种语言的字幕。"))
    return found


def clock_text(seconds: float) -> str:
    """`14:24`, `1:02:03`."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes:02}:{last:02}"


def _no_file() -> NotFound:
    return NotFound(N_("没有这个文件。"))


def _file_of(session: Session, recording: Recording, name: str) -> WatchFile:
    """A name is known from the facts of the preparation or it is nothing: no path is ever made of a visitor's words."""
    if made := _MADE.fullmatch(name):
        return _made_file(session, recording, made)
    if name == recording.facts["master"]:
        return WatchFile(name=name, text=_master(session, recording), is_final=False)
    known = {file["name"] for file in recording.facts["files"]}
    if name not in known:
        raise _no_file()
    return WatchFile(name=f"{watch_folder(recording.token)}/{name}")


def _made_file(session: Session, recording: Recording, made: re.Match[str]) -> WatchFile:
    """Captions and chapters as they are now; under an earlier revision's name they are not to be kept."""
    name, revision, is_list = made[0], int(made["revision"]), made["kind"] == "m3u8"
    duration_ms = recording.duration_ms or 0
    if made["language"] is None:
        marks = [(mark.start_ms, mark.title) for mark in chapters(session, recording.id)]
        if not marks or is_list:
            raise _no_file()
        text = media.chapters_file(marks, duration_ms=duration_ms)
        return WatchFile(name=name, text=text, is_final=revision == recording.chapters_revision)
    track = track_of(session, recording.id, CaptionLanguage(made["language"]))
    if is_list:
        text = media.captions_list(_captions_name(track, "vtt"), duration_ms=duration_ms)
    else:
        text = media.captions_file(media.Cue(**cue) for cue in track.cues)
    return WatchFile(name=name, text=text, is_final=revision == track.revision)


def _master(session: Session, recording: Recording) -> str:
    """The master playlist with the captions of now: each revision has an address of its own."""
    tracks = session.scalars(
        select(CaptionTrack)
        .where(CaptionTrack.recording_id == recording.id)
        .order_by(CaptionTrack.language.desc())
    )
    captions = [
        media.CaptionList(
            playlist=_captions_name(track, "m3u8"),
            language=track.language.value,
            name=CAPTION_NAMES[track.language],
        )
        for track in tracks
    ]
    return media.master_file(recording.facts, captions)


def _captions_name(track: CaptionTrack, kind: str) -> str:
    return f"captions-{track.language.value}-{track.revision}.{kind}"


def _playback(
    recording: Recording,
    tracks: Sequence[CaptionTrack],
    marks: Sequence[Chapter],
    *,
    base: str,
    language: str,
) -> Playback:
    folder, facts = f"{base}/{recording.token}", recording.facts
    in_order = sorted(
        tracks, key=lambda track: (track.language.value != language, track.language.value != "zh")
    )
    largest = facts["rungs"][0]
    return Playback(
        recording_id=recording.id,
        version=recording.version,
        duration=(recording.duration_ms or 0) / 1000,
        hls=f"{folder}/{facts['master']}",
        progressive=f"{folder}/{facts['progressive']}",
        poster=f"{folder}/{facts['poster']}",
        card=f"{folder}/{facts['card']}",
        thumbnails=f"{folder}/{facts['preview']['cues']}",
        chapters=f"{folder}/chapters-{recording.chapters_revision}.vtt" if marks else "",
        tracks=tuple(
            Track(
                src=f"{folder}/{_captions_name(track, 'vtt')}",
                lang=track.language.value,
                label=CAPTION_LANGUAGES[track.language],
            )
            for track in in_order
        ),
        marks=tuple(
            ChapterMark(id=mark.id, at=mark.start_ms / 1000, title=mark.title, kind=CHAPTER_KINDS[mark.kind])
            for mark in marks
        ),
        cues=Transcript(in_order[0].cues if in_order else ()),
        transcript_lang=in_order[0].language.value if in_order else "",
        reason=recording.reason,
        width=largest["width"],
        height=largest["height"],
        is_silent=facts["sound"]["silent"],
        facts=facts,
    )
