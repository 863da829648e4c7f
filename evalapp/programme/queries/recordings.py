"""Reading what is watched: the player's data of an episode, and whether a file may be sent."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, func, select
from sqlalchemy.orm import Bundle, Session, aliased

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme import media
from evalapp.programme.models import Airing, CaptionTrack, Episode, Recording
from evalapp.programme.queries import revisions
from evalapp.programme.queries.revisions import ChapterMark, Opening, TrackKey, TranscriptCue
from evalapp.programme.rules.recordings import (
    CAPTION_LANGUAGES,
    CAPTION_NAMES,
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
    opening: Opening  # of the transcript in the language that comes first
    reason: str = ""  # why this version took the place of another after grading had opened
    width: int = 0
    height: int = 0
    is_silent: bool = False
    transcript_id: uuid.UUID | None = None
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


def watched(version: type[Recording] = Recording) -> ColumnElement[bool]:
    """The one version of an episode that is watched: to be used where recordings are joined or counted."""
    return version.prepared_at.is_not(None) & version.replaced_at.is_(None)


def playback(session: Session, episode_id: uuid.UUID, *, language: str = "zh") -> Playback | None:
    """Return what plays on the page of an episode, as `playback_in` reads it; one statement more than that."""
    row = session.execute(_watched_statement(), {"episode_id": episode_id}).one_or_none()
    return None if row is None else playback_in(session, row, language=language)


def with_playback(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join to a statement about episodes the version that is watched, or nulls. `playback_in` reads it."""
    version = aliased(Recording, name="version")
    tracks = [(language, aliased(CaptionTrack)) for language in CaptionLanguage]
    query = query.add_columns(
        version,
        *(
            Bundle(_track_name(language), track.id, track.language, track.revision)
            for language, track in tracks
        ),
        Episode.withdrawn_at.label("not_watched_since"),
        Episode.opens_at.label("graded_from"),
        first_airing_at().label("on_air_from"),
    ).outerjoin(version, and_(version.episode_id == Episode.id, watched(version)))
    for language, track in tracks:
        query = query.outerjoin(track, and_(track.recording_id == version.id, track.language == language))
    return query


def playback_in(session: Session, row: Row[Any], *, language: str) -> Playback | None:
    """What plays, from a row of a statement `with_playback`; nothing while there is nothing to be watched.

    Captions and transcript come in `language` first, where there are any. Two statements where chapters and captions
    have revisions that this process has not read yet, none after that.
    """
    recording: Recording | None = row.version
    if recording is None:
        return None
    showing = Showing(
        prepared_at=recording.prepared_at,
        replaced_at=recording.replaced_at,
        withdrawn_at=row.not_watched_since,
        opens_at=row.graded_from,
        first_airing_at=row.on_air_from,
    )
    if not may_be_watched(showing, clock.now()):
        return None
    found = (getattr(row, _track_name(one)) for one in CaptionLanguage)
    tracks = _in_order((TrackKey(*track) for track in found if track.id is not None), language)
    return _playback(
        recording,
        tracks,
        revisions.marks(session, recording.id, recording.chapters_revision),
        revisions.opening(session, tracks[0]) if tracks else Opening(),
        base=PUBLIC,
    )


def _track_name(language: CaptionLanguage) -> str:
    return f"track_{language.value}"


@cache
def _watched_statement() -> Select[*tuple[Any, ...]]:
    return with_playback(select(Episode.id.label("episode_id"))).where(Episode.id == bindparam("episode_id"))


def preview(session: Session, recording: Recording, *, language: str = "zh") -> Playback:
    """Return the same for a prepared version on the desk, whoever may not see it yet."""
    found = session.execute(
        select(CaptionTrack.id, CaptionTrack.language, CaptionTrack.revision).where(
            CaptionTrack.recording_id == recording.id
        )
    )
    marks = revisions.marks_of(revisions.chapters(session, recording.id))
    tracks = _in_order((TrackKey(*row) for row in found), language)
    return _playback(recording, tracks, marks, Opening(), base=PREVIEW)


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


def transcript(session: Session, playback: Playback) -> list[TranscriptCue]:
    """Every line of what is said; empty where there are no captions."""
    return [] if playback.transcript_id is None else revisions.transcript(session, playback.transcript_id)


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
        marks = [(mark.start_ms, mark.title) for mark in revisions.chapters(session, recording.id)]
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


def _captions_name(track: TrackKey | CaptionTrack, kind: str) -> str:
    return f"captions-{track.language.value}-{track.revision}.{kind}"


def _in_order(tracks: Iterable[TrackKey], language: str) -> list[TrackKey]:
    """The reader's language first, then Chinese."""
    return sorted(tracks, key=lambda track: (track.language.value != language, track.language.value != "zh"))


def _playback(
    recording: Recording,
    tracks: Sequence[TrackKey],
    marks: tuple[ChapterMark, ...],
    opening: Opening,
    *,
    base: str,
) -> Playback:
    folder, facts = f"{base}/{recording.token}", recording.facts
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
            for track in tracks
        ),
        marks=marks,
        opening=opening,
        transcript_id=tracks[0].id if tracks else None,
        transcript_lang=tracks[0].language.value if tracks else "",
        reason=recording.reason,
        width=largest["width"],
        height=largest["height"],
        is_silent=facts["sound"]["silent"],
        facts=facts,
    )
