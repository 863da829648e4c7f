"""Reading for the station's desk: which episodes need a recording, how far each version is, what viewers report."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.core.permissions import Actor
from evalapp.programme.models import CaptionTrack, Chapter, Episode, PlaybackReport, Recording, Upload
from evalapp.programme.queries import planning, recordings
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.recordings import Playback
from evalapp.programme.rules.recordings import Progressing, RecordingState, Trouble, recording_state

MOST_LISTED = 200
MOST_VERSIONS = 50


@dataclass(frozen=True, kw_only=True)
class Version:
    """One delivered version: how far it is (`percent` of its preparation) and what it does now."""

    recording: Recording
    state: RecordingState
    percent: float = 0.0
    step: str = ""
    error: str = ""

    @property
    def is_going_on(self) -> bool:
        return self.state in {RecordingState.WAITING, RecordingState.PREPARING, RecordingState.TROUBLED}

    @property
    def can_be_retried(self) -> bool:
        return self.state in {RecordingState.REFUSED, RecordingState.FAILED}


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """An episode in the list of the desk."""

    episode: EpisodeWithState
    version: Version | None
    reports: int

    @property
    def needs_recording(self) -> bool:
        return not self.episode.facts.is_prepared and (self.version is None or not self.version.is_going_on)


@dataclass(frozen=True, kw_only=True)
class Reported:
    """How often viewers report one kind of trouble, and where in the recording."""

    trouble: Trouble
    count: int
    first_second: int | None


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """Everything on an episode's page of the desk. `version` is the newest; `watched` the one that can be played."""

    episode: EpisodeWithState
    versions: Sequence[Version]
    uploads: Sequence[Upload]
    watched: Version | None
    playback: Playback | None
    tracks: Sequence[CaptionTrack]
    reports: Sequence[Reported]

    @property
    def version(self) -> Version | None:
        return self.versions[0] if self.versions else None

    @property
    def has_opened(self) -> bool:
        """Whether grading has opened: from then on another recording needs a public reason."""
        opens_at = self.episode.episode.opens_at
        return opens_at is not None and opens_at <= clock.now()


def desk(session: Session) -> list[DeskRow]:
    """Every episode that is not withdrawn, the next on air first. Four statements, whatever their number."""
    episodes = planning.episodes_with_state(session, Episode.withdrawn_at.is_(None), limit=MOST_LISTED)
    ids = [row.episode.id for row in episodes]
    newest: dict[uuid.UUID, Version] = {}
    for version in _versions(session, ids):
        newest.setdefault(version.recording.episode_id, version)
    counted = session.execute(
        select(Recording.episode_id, func.count().label("total"))
        .join(PlaybackReport, PlaybackReport.recording_id == Recording.id)
        .where(Recording.episode_id.in_(ids), PlaybackReport.settled_at.is_(None))
        .group_by(Recording.episode_id)
    )
    reports = {row.episode_id: row.total for row in counted}
    rows = [
        DeskRow(
            episode=row,
            version=newest.get(row.episode.id),
            reports=reports.get(row.episode.id, 0),
        )
        for row in episodes
    ]
    return sorted(rows, key=_soonest)


def episode_page(session: Session, number: int, *, actor: Actor, language: str) -> EpisodePage:
    """An episode's page; raises `NotFound`."""
    episode = planning.episode_with_state(session, number)
    versions = _versions(session, [episode.episode.id])
    watched = next((version for version in versions if version.state is RecordingState.PREPARED), None)
    uploads = session.scalars(
        select(Upload)
        .where(
            Upload.episode_id == episode.episode.id,
            Upload.staff_id == actor.id,
            Upload.finished_at.is_(None),
            Upload.ended_at.is_(None),
            Upload.expires_at > clock.now(),
        )
        .order_by(Upload.begun_at.desc(), Upload.id)
        .limit(10)
    ).all()
    return EpisodePage(
        episode=episode,
        versions=versions,
        uploads=uploads,
        watched=watched,
        playback=recordings.preview(session, watched.recording, language=language) if watched else None,
        tracks=_tracks(session, watched.recording.id) if watched else (),
        reports=_reports(session, watched.recording.id) if watched else (),
    )


def recording(session: Session, recording_id: uuid.UUID) -> Recording:
    """A version; raises `NotFound`."""
    found = session.scalar(select(Recording).where(Recording.id == recording_id))
    if found is None:
        raise NotFound(N_("没有这份录像。"))
    return found


def number_of(session: Session, episode_id: uuid.UUID) -> int:
    """The number of an episode that is known to exist."""
    return session.scalars(select(Episode.number).where(Episode.id == episode_id)).one()


def episode_of_chapter(session: Session, chapter_id: uuid.UUID) -> uuid.UUID:
    """The episode that a chapter belongs to; raises `NotFound`."""
    found = session.scalar(
        select(Recording.episode_id)
        .join(Chapter, Chapter.recording_id == Recording.id)
        .where(Chapter.id == chapter_id)
    )
    if found is None:
        raise NotFound(N_("没有这个章节。"))
    return found


def _versions(session: Session, episode_ids: Sequence[uuid.UUID]) -> list[Version]:
    rows = session.execute(
        select(Recording, Job)
        .outerjoin(Job, Job.id == Recording.job_id)
        .where(Recording.episode_id.in_(episode_ids))
        .order_by(Recording.episode_id, Recording.version.desc())
        .limit(MOST_LISTED * MOST_VERSIONS)
    )
    return [_version(found, job) for found, job in rows]


def _version(found: Recording, job: Job | None) -> Version:
    is_running = job is not None and job.state is JobState.RUNNING
    state = recording_state(
        Progressing(
            is_prepared=found.prepared_at is not None,
            is_replaced=found.replaced_at is not None,
            is_refused=found.refused_at is not None,
            has_trouble=bool(found.trouble_code),
            is_running=is_running,
            has_given_up=job is None or job.state is JobState.FAILED,
        )
    )
    if job is None or found.prepared_at is not None:
        return Version(recording=found, state=state)
    return Version(
        recording=found,
        state=state,
        percent=job.progress / 100,
        step=job.step if is_running else "",
        error=job.error,
    )


def _tracks(session: Session, recording_id: uuid.UUID) -> Sequence[CaptionTrack]:
    return session.scalars(
        select(CaptionTrack).where(CaptionTrack.recording_id == recording_id).order_by(CaptionTrack.language)
    ).all()


def _reports(session: Session, recording_id: uuid.UUID) -> list[Reported]:
    rows = session.execute(
        select(PlaybackReport.trouble, func.count(), func.min(PlaybackReport.at_second))
        .where(PlaybackReport.recording_id == recording_id, PlaybackReport.settled_at.is_(None))
        .group_by(PlaybackReport.trouble)
        .order_by(func.count().desc(), PlaybackReport.trouble)
    )
    return [Reported(trouble=trouble, count=count, first_second=first) for trouble, count, first in rows]


def _soonest(row: DeskRow) -> tuple[bool, bool, float, int]:
    """Those without a recording first; the next on air before later ones, what was on air long ago last."""
    airs_at = row.episode.next_airing_at or row.episode.first_airing_at
    is_over = airs_at is not None and airs_at < clock.now()
    moment = airs_at.timestamp() if airs_at else float("inf")
    number = row.episode.episode.number
    return (not row.needs_recording, is_over, -moment if is_over else moment, -number if is_over else number)
