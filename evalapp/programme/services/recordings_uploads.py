"""Uploads in pieces: begun, acknowledged piece by piece, delivered when whole, ended otherwise."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import clock, disk
from evalapp.core.errors import Conflict, DomainError, Invalid, NotFound, TooLarge
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.settings import Settings
from evalapp.core.transaction import locked, taking_back
from evalapp.programme.models import Recording, Upload
from evalapp.programme.services import recordings, recordings_pieces

STAYS = timedelta(hours=24)  # after the last piece
GIGABYTE = 1000**3
SWEPT_AT_ONCE = 100
COPIED_AT_ONCE = 4 * 1024 * 1024
SAFE_EVERY = 256 * 1024 * 1024


class Gone(DomainError):  # noqa: N818  refusals are named by what they say
    """The upload was finished, cancelled or has expired."""

    status = 410
    code = "gone"


class OffsetDiffers(Conflict):
    """A piece that belongs elsewhere: the upload goes on at `received`."""

    def __init__(self, received: int) -> None:
        super().__init__(N_("上传的位置对不上，请从已存的位置继续。"))
        self.received = received


def part_path(settings: Settings, file_id: uuid.UUID) -> Path:
    """Return where the bytes of an upload lie until the worker stores them."""
    return settings.uploads_dir / f"{file_id}.part"


def begin(
    session: Session,
    episode_id: uuid.UUID,
    *,
    original_name: str,
    size: int,
    by: Actor,
    settings: Settings,
    reason: str = "",
) -> Upload:
    """Expect a recording of `size` bytes. Refuses what is too large, and what the disk has no room for."""
    recordings.deliverable(session, episode_id, reason=reason)
    require_size(size, settings)
    disk.require_room(settings.uploads_dir, size)
    if by.id is None:
        raise Invalid(N_("上传需要登录的账号。"))
    upload = Upload(
        episode_id=episode_id,
        staff_id=by.id,
        original_name=recordings.shown_name(original_name),
        reason=reason.strip(),
        size=size,
        begun_at=clock.now(),
        expires_at=clock.now() + STAYS,
    )
    session.add(upload)
    session.flush()
    return upload


def require_size(size: int, settings: Settings) -> None:
    """Raise `TooLarge` beyond the limit of the settings, `Invalid` when there is nothing in it."""
    if size < 1:
        raise Invalid(N_("文件是空的，请重新上传。"))
    if size > settings.upload_limit_bytes:
        raise TooLarge(
            N_("文件有 %(gigabytes)s GB，最大 %(most)s GB。"),
            gigabytes=f"{size / GIGABYTE:.1f}",
            most=f"{settings.upload_limit_bytes / GIGABYTE:.1f}",
        )


def copy_in(settings: Settings, source: Path, file_id: uuid.UUID, *, tell: Callable[[int], None]) -> None:
    """Copy a file of this machine to where an upload would lie, safe on the disk; `tell` gets each block's size."""
    disk.require_room(settings.uploads_dir, source.stat().st_size)
    part = part_path(settings, file_id)
    with (
        taking_back(lambda: part.unlink(missing_ok=True)),
        source.open("rb") as original,
        recordings_pieces.opened(part) as copy,
    ):
        recordings_pieces.go_on(copy, at=0)
        blocks = _counted(original, tell)
        for _safe in recordings_pieces.write(copy, blocks, at=0, every=SAFE_EVERY, folder=part.parent):
            pass


def _counted(file: BinaryIO, tell: Callable[[int], None]) -> Iterator[bytes]:
    while block := file.read(COPIED_AT_ONCE):
        yield block
        tell(len(block))


def own(session: Session, upload_id: uuid.UUID, *, by: Actor) -> Upload:
    """Return somebody's own upload that still goes on. Raises `NotFound` for others', `Gone` for ended ones."""
    upload = session.scalar(select(Upload).where(Upload.id == upload_id, Upload.staff_id == by.id))
    if upload is None:
        raise NotFound(N_("没有这次上传。"))
    if upload.finished_at is None and (upload.ended_at is not None or upload.expires_at <= clock.now()):
        raise Gone(N_("这次上传已经取消或过期，请重新上传。"))
    return upload


def expecting(session: Session, upload_id: uuid.UUID, *, at: int) -> Upload:
    """Return the upload as it is now, when its next piece begins at `at`. To be asked while its file is held.

    Raises `OffsetDiffers` when somebody was quicker, `Gone` when it has ended.
    """
    upload = locked(session, Upload, upload_id)
    if upload.ended_at is not None:
        raise Gone(N_("这次上传已经取消或过期，请重新上传。"))
    if upload.finished_at is not None or upload.received != at:
        raise OffsetDiffers(upload.received)
    return upload


def acknowledge(session: Session, upload_id: uuid.UUID, *, was: int, received: int, by: Actor) -> Upload:
    """Say that the bytes up to `received` are safe on the disk; the last of them delivers the recording."""
    upload = locked(session, Upload, upload_id)
    if upload.finished_at is not None or upload.ended_at is not None:
        raise Gone(N_("这次上传已经取消或过期，请重新上传。"))
    if upload.received != was:
        raise Conflict(N_("别处正在传同一个文件。"))
    upload.received = received
    upload.expires_at = clock.now() + STAYS
    if received == upload.size:
        upload.finished_at = clock.now()
        recordings.deliver(
            session,
            upload.episode_id,
            file_id=upload.id,
            original_name=upload.original_name,
            size=upload.size,
            reason=upload.reason,
            by=by,
        )
    return upload


def end(session: Session, upload_id: uuid.UUID) -> None:
    """Give an upload up. Its file is removed by whoever asked for this, after the commit."""
    upload = locked(session, Upload, upload_id)
    if upload.finished_at is not None:
        raise Gone(N_("这次上传已经完成。"))
    upload.ended_at = upload.ended_at or clock.now()


def expire(session: Session, *, now: datetime) -> int:
    """End the uploads whose time is over; return how many."""
    over = session.scalars(
        select(Upload)
        .where(Upload.finished_at.is_(None), Upload.ended_at.is_(None), Upload.expires_at <= now)
        .order_by(Upload.expires_at, Upload.id)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for upload in over:
        upload.ended_at = now
    return len(over)


def expired_count(session: Session, *, now: datetime) -> int:
    """How many uploads `expire` would end."""
    over = select(func.count()).where(
        Upload.finished_at.is_(None), Upload.ended_at.is_(None), Upload.expires_at <= now
    )
    return session.scalar(over) or 0


@dataclass(frozen=True, kw_only=True)
class Needed:
    """A file whose bytes must stay: of an upload that goes on, or of a recording (`token`) that the worker takes next."""

    file_id: uuid.UUID
    size: int
    name: str
    token: str | None = None


def needed_files(session: Session) -> Sequence[Needed]:
    """The files of uploads that go on, as far as they are acknowledged, and of recordings not stored yet."""
    going_on = (
        select(Upload.id, Upload.received, Upload.original_name)
        .where(Upload.finished_at.is_(None), Upload.ended_at.is_(None))
        .order_by(Upload.begun_at, Upload.id)
    )
    not_stored = (
        select(Recording.id, Recording.size, Recording.original_name, Recording.token)
        .where(Recording.sha256.is_(None))
        .order_by(Recording.delivered_at, Recording.id)
    )
    return [
        *(Needed(file_id=id_, size=size, name=name) for id_, size, name in session.execute(going_on)),
        *(
            Needed(file_id=id_, size=size, name=name, token=token)
            for id_, size, name, token in session.execute(not_stored)
        ),
    ]
