"""The bytes of an upload on the local disk: written, made safe, and only then acknowledged."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evalapp.core import disk
from evalapp.core.errors import DomainError, NoRoom
from evalapp.core.i18n import N_

BLOCK = 64 * 1024  # what a cut connection may cost: servers hand over a block when it is whole
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
ALGORITHMS = ("sha256", "sha1")  # tus asks for sha1; it guards against mishaps here, not against people


class InUse(DomainError):  # noqa: N818  refusals are named by what they say
    """Somebody writes to the same upload at this moment."""

    status = 423
    code = "in-use"


class ChecksumMismatch(DomainError):  # noqa: N818  refusals are named by what they say
    """What arrived is not what was sent."""

    status = 460
    code = "checksum-mismatch"


class DiskFull(NoRoom):
    """The disk was full in the middle of it: what was there is removed."""


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """What a piece should hash to."""

    algorithm: str
    digest: bytes


class Lost(DomainError):  # noqa: N818  refusals are named by what they say
    """The bytes that were acknowledged are no longer there: the upload cannot go on."""

    status = 410
    code = "lost"

    def __init__(self) -> None:
        super().__init__(N_("服务器上已收到的部分不见了，这次上传不能继续，请重新上传。"))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open the file of an upload, alone until the block ends; raises `InUse` while somebody else has it.

    How far the upload is must be asked inside the block: what was read before may be over.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "rb+", buffering=0) as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(N_("别处正在传同一个文件。")) from error
        if _length(file) == 0:
            _synchronise(path.parent)  # so that the name itself survives a power cut
        yield file


def go_on(file: BinaryIO, *, at: int) -> None:
    """Stand at `at`. What lies behind it was never acknowledged and goes; raises `Lost` when it lies behind the end."""
    if _length(file) < at:
        raise Lost
    file.truncate(at)
    file.seek(at)


def require_kept(path: Path, received: int) -> None:
    """Raise `Lost` unless the first `received` bytes of an upload are still there."""
    kept = path.stat().st_size if path.exists() else 0
    if kept < received:
        raise Lost


def write(
    file: BinaryIO,
    pieces: Iterator[bytes],
    *,
    at: int,
    every: int,
    folder: Path,
    checksum: Checksum | None = None,
) -> Iterator[int]:
    """Write `pieces` behind `at`; yield how far the file is safe on the disk, every so many bytes and at the end.

    With a checksum only at the end, when it is right; raises `ChecksumMismatch` and leaves the file as it was.
    Raises `DiskFull` when the disk is, and `NoRoom` when it soon would be.
    """
    hashed = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    reached = safe = at
    for piece in pieces:
        _write(file, piece)
        reached += len(piece)
        if hashed is not None:
            hashed.update(piece)
        elif reached - safe >= every:
            _make_safe(file)
            safe = reached
            yield safe
            disk.require_room(folder)
    if hashed is not None and checksum is not None and hashed.digest() != checksum.digest:
        file.truncate(at)
        raise ChecksumMismatch(N_("这一段在路上出了差错，请再传一次。"))
    if reached > safe:
        _make_safe(file)
        yield reached


def _write(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    with _disk_full_is_said():
        while rest:
            rest = rest[file.write(rest) :]


def _make_safe(file: BinaryIO) -> None:
    with _disk_full_is_said():
        os.fsync(file.fileno())


@contextmanager
def _disk_full_is_said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(N_("服务器磁盘已满，这次上传已经停止并删除。请联系管理员。")) from error
        raise


def _length(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
