"""Work of the worker: preparing delivered recordings, and sweeping what uploads and killed workers left."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from evalapp.core import clock, logs
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.jobs import JobContext, PermanentFailure
from evalapp.core.platform import Platform
from evalapp.programme import media
from evalapp.programme.models import Recording
from evalapp.programme.rules.recordings import original_name, watch_folder
from evalapp.programme.services import recordings, recordings_uploads

CHECKING = N_("核对文件")
BLOCK = 4 * 1024 * 1024
LEFTOVER_AFTER = 3600.0  # seconds since a file without a row was touched last
JUST_MADE = 5.0  # seconds in which a folder may not have its lock yet
WORK = "work"
LOCK = "lock"

log = logs.get_logger("programme")


def prepare(context: JobContext) -> None:
    """Make a delivered recording watchable. May run twice: it looks at the recording before it acts.

    Killed in the middle, the next run begins anew; what is served appears by one rename, and is shown by one commit.
    """
    recording_id = uuid.UUID(context.payload["recording_id"])
    with context.platform.session() as session:
        recording = session.scalar(select(Recording).where(Recording.id == recording_id))
    if recording is None or not recordings.is_waiting(recording, context.job_id):
        return
    sweep_work(context.platform, recording_id)
    with _work_folder(context.platform, recording_id) as work:
        source = _stored(context, recording, work)
        try:
            facts = _prepared_before(context, recording_id, work / "watch") or media.prepare(
                source,
                work / "watch",
                context.platform.settings,
                progress=context.progress,
                cancelled=lambda: context.cancelled,
            )
        except media.Refused as refusal:
            with context.transaction() as session:
                recordings.refused(
                    session,
                    recording_id,
                    job_id=context.job_id,
                    code=refusal.reason,
                    values=refusal.values,
                )
            return
        except media.CouldNot as failure:
            log.warning("preparing failed", recording=str(recording_id), code=failure.reason)
            with context.transaction() as session:
                recordings.failed(
                    session,
                    recording_id,
                    job_id=context.job_id,
                    code=failure.reason,
                    values=failure.values,
                )
            raise
        context.progress(1.0, media.STEPS[media.Stage.PUBLISHING])
        context.platform.storage.put_folder(watch_folder(recording.token), work / "watch")
    with context.transaction() as session:
        recordings.prepared(session, recording_id, job_id=context.job_id, facts=facts)


def _stored(context: JobContext, recording: Recording, work: Path) -> Path:
    """Return the original as a local file; the first time it is hashed and moved into the storage."""
    platform = context.platform
    part = recordings_uploads.part_path(platform.settings, recording.id)
    name = original_name(recording.token)
    if recording.sha256 is None:
        if part.exists():
            # The same file either way: a worker that was killed between the two finds it here or there.
            context.progress(0, CHECKING)
            sha256 = _hashed(context, part)
            platform.storage.put(name, part)
        else:
            sha256 = _hashed(context, _local(platform, name, work))
        with context.transaction() as session:
            recordings.arrived(session, recording.id, sha256=sha256)
    return _local(platform, name, work)


def _prepared_before(context: JobContext, recording_id: uuid.UUID, target: Path) -> dict[str, Any] | None:
    """Copy what was made of the same bytes before, and return its facts: a file delivered twice is prepared once."""
    own, other = aliased(Recording), aliased(Recording)
    with context.platform.session() as session:
        same = session.scalar(
            select(other)
            .join(own, own.sha256 == other.sha256)
            .where(own.id == recording_id, other.id != own.id, other.prepared_at.is_not(None))
            .order_by(other.prepared_at, other.id)
            .limit(1)
        )
    if same is None:
        return None
    storage, folder = context.platform.storage, watch_folder(same.token)
    for name in storage.names(folder):
        copy = target / Path(name).relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with storage.open(name) as made, copy.open("wb") as file:
            shutil.copyfileobj(made, file, BLOCK)
    return dict(same.facts)


def _local(platform: Platform, name: str, work: Path) -> Path:
    try:
        stored = platform.storage.find(name)
    except NotFound as error:
        raise PermanentFailure(N_("录像文件不见了，请重新上传。")) from error
    if stored.path is not None:
        return stored.path
    copy = work / "original"
    if not copy.exists():
        with platform.storage.open(name) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, BLOCK)
    return copy


def _hashed(context: JobContext, path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
            if context.cancelled:
                raise InterruptedError
    return found.hexdigest()


@contextmanager
def _work_folder(platform: Platform, recording_id: uuid.UUID) -> Iterator[Path]:
    """A folder of this run's own, locked while the process lives, on the disk where media are published."""
    folder = platform.settings.data_dir / WORK / f"{recording_id}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep_work(platform: Platform, recording_id: uuid.UUID | None = None) -> int:
    """Remove the work folders (of one recording) whose process is gone; return how many."""
    pattern = f"{recording_id}-*" if recording_id else "*"
    removed = 0
    for folder in sorted((platform.settings.data_dir / WORK).glob(pattern)):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime < JUST_MADE:
                continue
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            except BlockingIOError:
                log.info("a work folder is in use", folder=folder.name)
            finally:
                os.close(handle)
    return removed


def sweep(platform: Platform) -> int:
    """End expired uploads, and remove what nobody will ask for again: their bytes and work folders; return how many."""
    with platform.transaction() as session:
        ended = recordings_uploads.expire(session, now=clock.now())
    removed = 0
    for path in _leftovers(platform):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            removed += 1
    removed += sweep_work(platform)
    if ended or removed:
        log.info("swept", uploads=ended, leftovers=removed)
    return ended + removed


def overdue(platform: Platform) -> int:
    """How many uploads have expired and go on all the same, and how many files nobody will ask for again."""
    with platform.session() as session:
        expired = recordings_uploads.expired_count(session, now=clock.now())
    return expired + len(_leftovers(platform))


def _leftovers(platform: Platform) -> list[Path]:
    """The files in the folder of uploads that no row needs and nobody has touched for an hour."""
    with platform.session() as session:
        needed = {str(file.file_id) for file in recordings_uploads.needed_files(session)}
    found = []
    for path in sorted(platform.settings.uploads_dir.glob("*")):
        with contextlib.suppress(FileNotFoundError):
            if path.stem not in needed and time.time() - path.stat().st_mtime > LEFTOVER_AFTER:
                found.append(path)
    return found
