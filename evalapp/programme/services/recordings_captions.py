"""Captions and chapters of a version: taken in, edited, carried over to the next version."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme import media
from evalapp.programme.events import CaptionsChanged
from evalapp.programme.media import Cue
from evalapp.programme.models import CaptionTrack, Chapter, Episode, Recording
from evalapp.programme.rules.recordings import CaptionLanguage, ChapterKind
from evalapp.programme.services.recordings import shown_name

LONGEST_TITLE = 60
MOST_CHAPTERS = 100


@dataclass(frozen=True, kw_only=True)
class EditedCue:
    """A row of the editor: which cue it was (None for a new one), and what it should be (None to take it out)."""

    index: int | None
    cue: Cue | None


def take_captions(
    session: Session,
    recording_id: uuid.UUID,
    *,
    language: CaptionLanguage,
    data: bytes,
    original_name: str,
    by: Actor,
) -> Sequence[str]:
    """Keep a caption file (WebVTT or SRT) in the place of what was there; return what was mended on the way.

    Raises `media.Refused` for a file that is none.
    """
    recording, duration = _prepared(session, recording_id)
    read = media.read_captions(data, duration_ms=duration)
    track = _track(session, recording.id, language)
    if track is None:
        track = _new_track(recording, language)
        session.add(track)
    track.original_name = shown_name(original_name)
    _keep(session, recording, track, read.cues, by)
    return read.mended


def edit_captions(
    session: Session,
    recording_id: uuid.UUID,
    *,
    language: CaptionLanguage,
    revision: int,
    edits: Sequence[EditedCue],
    by: Actor,
) -> Sequence[str]:
    """Change some cues; return what was mended on the way. Raises `Conflict` when somebody saved in between."""
    recording, duration = _prepared(session, recording_id)
    track = _track(session, recording.id, language)
    if track is None:
        raise NotFound(N_("还没有这种语言的字幕。"))
    if track.revision != revision:
        raise Conflict(N_("别人刚刚改过这份字幕，请刷新后再改。"))
    cues: list[Cue | None] = [*cues_of(track)]
    for edit in edits:
        if edit.index is None:
            cues.append(edit.cue)
        elif 0 <= edit.index < len(cues):
            cues[edit.index] = edit.cue
    read = media.tidy_captions([cue for cue in cues if cue is not None], duration_ms=duration)
    _keep(session, recording, track, read.cues, by)
    return read.mended


def drop_captions(session: Session, recording_id: uuid.UUID, *, language: CaptionLanguage, by: Actor) -> None:
    """Take a language's captions away."""
    recording, _ = _prepared(session, recording_id)
    track = _track(session, recording.id, language)
    if track is None:
        raise NotFound(N_("还没有这种语言的字幕。"))
    session.delete(track)
    # The next captions begin above it: an address that a browser has kept never comes back with other words.
    recording.chapters_revision = max(recording.chapters_revision, track.revision) + 1
    session.flush()
    _record(session, recording, by, "captions.dropped", language=language.value)
    events.emit(session, CaptionsChanged(episode_id=recording.episode_id, recording_id=recording.id))


def cues_of(track: CaptionTrack) -> list[Cue]:
    """Return the cues of a track."""
    return [Cue(**cue) for cue in track.cues]


def add_chapter(
    session: Session,
    recording_id: uuid.UUID,
    *,
    start_ms: int,
    title: str,
    kind: ChapterKind,
    by: Actor,
) -> Chapter:
    """Mark a moment. Two chapters never begin together."""
    recording, duration = _prepared(session, recording_id)
    if len(_chapters(session, recording.id)) >= MOST_CHAPTERS:
        raise Conflict(N_("最多 %(most)s 个章节。"), most=MOST_CHAPTERS)
    chapter = Chapter(
        recording_id=recording.id, start_ms=_moment(start_ms, duration), title=_title(title), kind=kind
    )
    with refusing(session, {"uq_chapters_recording_id_start_ms": _taken()}):
        session.add(chapter)
    _changed(session, recording, by, "chapter.added", chapter)
    return chapter


def edit_chapter(
    session: Session, chapter_id: uuid.UUID, *, start_ms: int, title: str, kind: ChapterKind, by: Actor
) -> None:
    """Move or rename a chapter."""
    chapter = locked(session, Chapter, chapter_id)
    recording, duration = _prepared(session, chapter.recording_id)
    with refusing(session, {"uq_chapters_recording_id_start_ms": _taken()}):
        chapter.start_ms, chapter.title, chapter.kind = _moment(start_ms, duration), _title(title), kind
    _changed(session, recording, by, "chapter.edited", chapter)


def remove_chapter(session: Session, chapter_id: uuid.UUID, *, by: Actor) -> None:
    """Take a chapter away."""
    chapter = locked(session, Chapter, chapter_id)
    recording, _ = _prepared(session, chapter.recording_id)
    session.delete(chapter)
    _changed(session, recording, by, "chapter.removed", chapter)


def carry_over(session: Session, recording_id: uuid.UUID, *, by: Actor) -> None:
    """Copy captions and chapters from the version before, as far as they fit, where this one has none."""
    recording, duration = _prepared(session, recording_id)
    before = session.scalar(
        select(Recording)
        .where(
            Recording.episode_id == recording.episode_id,
            Recording.version < recording.version,
            Recording.prepared_at.is_not(None),
        )
        .order_by(Recording.version.desc())
        .limit(1)
    )
    if before is None:
        raise Conflict(N_("没有上一版可以沿用。"))
    for track in session.scalars(select(CaptionTrack).where(CaptionTrack.recording_id == before.id)).all():
        if _track(session, recording.id, track.language) is None:
            read = media.tidy_captions(cues_of(track), duration_ms=duration)
            copy = _new_track(recording, track.language)
            copy.original_name = track.original_name
            session.add(copy)
            _keep(session, recording, copy, read.cues, by)
    if not _chapters(session, recording.id):
        for chapter in _chapters(session, before.id):
            if chapter.start_ms < duration:
                session.add(
                    Chapter(
                        recording_id=recording.id,
                        start_ms=chapter.start_ms,
                        title=chapter.title,
                        kind=chapter.kind,
                    )
                )
        recording.chapters_revision += 1
    _record(session, recording, by, "captions.carried_over")


def _prepared(session: Session, recording_id: uuid.UUID) -> tuple[Recording, int]:
    recording = locked(session, Recording, recording_id)
    if recording.prepared_at is None or recording.duration_ms is None:
        raise Conflict(N_("录像制作完成后才能加字幕和章节。"))
    return recording, recording.duration_ms


def _new_track(recording: Recording, language: CaptionLanguage) -> CaptionTrack:
    return CaptionTrack(recording_id=recording.id, language=language, revision=recording.chapters_revision)


def _track(session: Session, recording_id: uuid.UUID, language: CaptionLanguage) -> CaptionTrack | None:
    return session.scalar(
        select(CaptionTrack).where(
            CaptionTrack.recording_id == recording_id, CaptionTrack.language == language
        )
    )


def _chapters(session: Session, recording_id: uuid.UUID) -> Sequence[Chapter]:
    return session.scalars(
        select(Chapter).where(Chapter.recording_id == recording_id).order_by(Chapter.start_ms)
    ).all()


def _keep(
    session: Session, recording: Recording, track: CaptionTrack, cues: Sequence[Cue], by: Actor
) -> None:
    track.cues = [{"start_ms": cue.start_ms, "end_ms": cue.end_ms, "text": cue.text} for cue in cues]
    track.revision += 1
    track.saved_at, track.saved_by = clock.now(), by.name
    session.flush()
    _record(
        session,
        recording,
        by,
        "captions.saved",
        language=track.language.value,
        revision=track.revision,
        cues=len(cues),
    )
    events.emit(session, CaptionsChanged(episode_id=recording.episode_id, recording_id=recording.id))


def _moment(start_ms: int, duration_ms: int) -> int:
    if not 0 <= start_ms < duration_ms:
        raise Invalid(N_("时间要在录像之内。"), field="start")
    return start_ms


def _title(title: str) -> str:
    clean = " ".join(title.split())
    if not 0 < len(clean) <= LONGEST_TITLE:
        raise Invalid(N_("每个章节都要有标题，最多 %(most)s 个字。"), field="title", most=LONGEST_TITLE)
    return clean


def _taken() -> Conflict:
    return Conflict(N_("这个时间已经有一个章节。"), field="start")


def _changed(session: Session, recording: Recording, by: Actor, action: str, chapter: Chapter) -> None:
    recording.chapters_revision += 1
    _record(session, recording, by, action, start_ms=chapter.start_ms)


def _record(session: Session, recording: Recording, by: Actor, action: str, **detail: object) -> None:
    reference = session.scalars(select(Episode.reference).where(Episode.id == recording.episode_id)).one()
    audit.record(
        session,
        actor=by,
        action=action,
        subject=reference,
        detail={"version": recording.version, **detail},
    )
