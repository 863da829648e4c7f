"""Building aside and publishing at once: a folder is either not there or whole, whatever is killed when."""

import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from episodes.errors import ErrorCode, Failed

MARK = ".episodes-"
TICK_SECONDS = 0.5
AT_FDCWD = -100
RENAME_EXCHANGE = 2
NOT_EXCHANGED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


@contextlib.contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder beside the target, locked while it is used and gone afterwards unless it was published.

    What killed predecessors left is swept; Failed when a living one is at work on the same target.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside, lock = _opened(folder)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(lock)


def sweep(folder: Path) -> int:
    """Remove what killed preparations of this target left; how many there were. Failed when one still lives."""
    count = 0
    for left in sorted(folder.parent.glob(f".{_literal(folder.name)}{MARK}*")):
        try:
            lock = _locked(left)
        except FileNotFoundError:
            continue
        if lock is None:
            raise Failed(ErrorCode.BUSY)
        shutil.rmtree(left, ignore_errors=True)
        os.close(lock)
        count += 1
    return count


def publish(aside: Path, folder: Path, *, tick: Callable[[], None] = lambda: None) -> None:
    """Put everything on the disk for good, then give it its name by one rename; what was there before goes.

    A slow disk takes its time with gigabytes: `tick` is called meanwhile.
    """
    with ThreadPoolExecutor(max_workers=1) as helper:
        for path in (*sorted(aside.iterdir()), aside):
            written = helper.submit(_synchronise, path)
            while not written.done():
                tick()
                wait([written], timeout=TICK_SECONDS)
            written.result()
    try:
        aside.rename(folder)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        _exchange(aside, folder)
    _synchronise(folder.parent)


def _opened(folder: Path) -> tuple[Path, int]:
    """Made, locked and seen by nobody in between: sweeping and making take turns by the parent's lock."""
    parent = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(parent, fcntl.LOCK_EX)
        sweep(folder)
        aside = folder.parent / f".{folder.name}{MARK}{secrets.token_hex(6)}"
        aside.mkdir(mode=0o755)
        lock = _locked(aside)
        assert lock is not None
    finally:
        os.close(parent)
    return aside, lock


def _locked(folder: Path) -> int | None:
    """A lock that ends with its process; None while somebody else holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _exchange(aside: Path, folder: Path) -> None:
    """Swap the two names in one step, so that readers always find one of them; the old one is left aside."""
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.renameat2(AT_FDCWD, os.fsencode(aside), AT_FDCWD, os.fsencode(folder), RENAME_EXCHANGE)
    if done == 0:
        return
    error = ctypes.get_errno()
    if error not in NOT_EXCHANGED:
        raise OSError(error, os.strerror(error), str(folder))
    # This file system cannot swap: for a moment the name is free, and the old one bears the mark of what is swept.
    old = folder.parent / f".{folder.name}{MARK}{secrets.token_hex(6)}"
    folder.rename(old)
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _synchronise(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
