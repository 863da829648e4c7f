"""What becomes of a delivered recording: handed over, prepared, refused, tried again."""

import secrets
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events, jobs
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.programme.events import EpisodeReady, RecordingDelivered, RecordingRefused
from evalapp.programme.models import Episode, Recording

PREPARE = "programme.prepare"
BEHIND_LETTERS = -10  # preparing takes minutes: whatever else is due goes first
LONGEST_NAME = 255
LONGEST_REASON = 200


def deliverable(session: Session, episode_id: uuid.UUID, *, reason: str) -> Episode:
    """Return the episode, held, when a recording may be delivered for it now.

    Refuses withdrawn episodes, and asks for a public reason once grading has opened: who has graded saw the old one.
    """
    episode = locked(session, Episode, episode_id)
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下，不能再交录像。"))
    if len(reason) > LONGEST_REASON:
        raise Invalid(N_("说明最多 %(most)s 个字。"), field="reason", most=LONGEST_REASON)
    has_opened = episode.opens_at is not None and episode.opens_at <= clock.now()
    if has_opened and not reason.strip():
        raise Invalid(N_("这一期已经开评。更换录像请写明原因，原因会公开。"), field="reason")
    return episode


def deliver(
    session: Session,
    episode_id: uuid.UUID,
    *,
    file_id: uuid.UUID,
    original_name: str,
    size: int,
    by: Actor,
    reason: str = "",
) -> Recording:
    """Record a new version, whose bytes lie complete in the file of `file_id`, and ask for its preparation.

    What is watched stays until the new version is prepared.
    """
    episode = deliverable(session, episode_id, reason=reason)
    last = session.scalar(
        select(func.coalesce(func.max(Recording.version), 0)).where(Recording.episode_id == episode.id)
    )
    recording = Recording(
        id=file_id,
        episode_id=episode.id,
        version=(last or 0) + 1,
        token=secrets.token_urlsafe(24),
        original_name=shown_name(original_name),
        reason=reason.strip(),
        size=size,
        delivered_at=clock.now(),
        delivered_by=by.name,
    )
    session.add(recording)
    session.flush()
    recording.job_id = _ask(session, recording)
    _record(session, episode, recording, by=by, action="recording.delivered", detail={"bytes": size})
    events.emit(session, RecordingDelivered(episode_id=episode.id, recording_id=recording.id))
    return recording


def shown_name(name: str) -> str:
    """Return a file's own name as text to show: the last part of a path, nothing invisible, not too long."""
    last = name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    visible = "".join(
        letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " "
    )
    return visible.strip()[:LONGEST_NAME] or "—"


def arrived(session: Session, recording_id: uuid.UUID, *, sha256: str) -> None:
    """Keep what the stored file's hash is; the audit names it, so that a swapped file can be told."""
    recording = locked(session, Recording, recording_id)
    if recording.sha256 is not None:
        return
    recording.sha256 = sha256
    episode = session.scalars(select(Episode).where(Episode.id == recording.episode_id)).one()
    _record(session, episode, recording, by=SYSTEM, action="recording.stored", detail={"sha256": sha256})


def prepared(
    session: Session, recording_id: uuid.UUID, *, job_id: uuid.UUID, facts: Mapping[str, Any]
) -> None:
    """Make this version the one that is watched, unless a newer one is prepared already."""
    recording = locked(session, Recording, recording_id)
    if not is_waiting(recording, job_id):
        return
    episode = locked(session, Episode, recording.episode_id)
    watched = session.scalar(
        select(Recording).where(
            Recording.episode_id == episode.id,
            Recording.prepared_at.is_not(None),
            Recording.replaced_at.is_(None),
        )
    )
    now = clock.now()
    if watched is not None and watched.version > recording.version:
        recording.replaced_at, recording.replaced_by_id = now, watched.id
    elif watched is not None:
        watched.replaced_at, watched.replaced_by_id = now, recording.id
        session.flush()
    recording.prepared_at = now
    recording.duration_ms = round(facts["seconds"] * 1000)
    recording.facts = dict(facts)
    recording.trouble_code, recording.trouble_values = "", {}
    _record(session, episode, recording, by=SYSTEM, action="recording.prepared")
    events.emit(session, EpisodeReady(episode_id=episode.id, recording_id=recording.id))


def refused(
    session: Session, recording_id: uuid.UUID, *, job_id: uuid.UUID, code: str, values: Mapping[str, str]
) -> None:
    """Keep why the file cannot be used."""
    recording = locked(session, Recording, recording_id)
    if not is_waiting(recording, job_id):
        return
    recording.refused_at = clock.now()
    recording.trouble_code, recording.trouble_values = code, dict(values)
    episode = session.scalars(select(Episode).where(Episode.id == recording.episode_id)).one()
    _record(session, episode, recording, by=SYSTEM, action="recording.refused", detail={"code": code})
    events.emit(session, RecordingRefused(episode_id=episode.id, recording_id=recording.id))


def failed(
    session: Session, recording_id: uuid.UUID, *, job_id: uuid.UUID, code: str, values: Mapping[str, str]
) -> None:
    """Keep why this machine could not do it; the job tries again by itself, or the station has it tried."""
    recording = locked(session, Recording, recording_id)
    if is_waiting(recording, job_id):
        recording.trouble_code, recording.trouble_values = code, dict(values)


def retry(session: Session, recording_id: uuid.UUID, *, by: Actor) -> None:
    """Have a refused or failed version prepared once more. Raises `Conflict` for any other."""
    recording = locked(session, Recording, recording_id)
    job = session.scalar(select(Job).where(Job.id == recording.job_id))
    has_failed = job is None or job.state is JobState.FAILED
    if recording.prepared_at is not None or not (has_failed or recording.refused_at is not None):
        raise Conflict(N_("这份录像没有失败，不必重试。"))
    recording.refused_at, recording.trouble_code, recording.trouble_values = None, "", {}
    recording.job_id = _ask(session, recording)
    episode = session.scalars(select(Episode).where(Episode.id == recording.episode_id)).one()
    _record(session, episode, recording, by=by, action="recording.retried")


def is_waiting(recording: Recording, job_id: uuid.UUID) -> bool:
    """Whether this job is still the one to prepare it: an older one that comes late changes nothing."""
    return recording.job_id == job_id and recording.prepared_at is None and recording.refused_at is None


def _ask(session: Session, recording: Recording) -> uuid.UUID:
    return jobs.enqueue(session, PREPARE, {"recording_id": str(recording.id)}, priority=BEHIND_LETTERS)


def _record(
    session: Session,
    episode: Episode,
    recording: Recording,
    *,
    by: Actor,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        actor=by,
        action=action,
        subject=episode.reference,
        detail={"version": recording.version, **(detail or {})},
    )
