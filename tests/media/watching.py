"""Who opened a file, who connected, which programs are still there: asked of the kernel, not of the program under test."""

import ctypes
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

IN_ACCESS, IN_OPEN = 0x1, 0x20
GONE_WITHIN = 6.0


@dataclass
class Counted:
    """How often something happened."""

    times: int = 0
    address: str = ""


@contextmanager
def openings_of(path: Path) -> Iterator[Counted]:
    """Counts each opening and each reading of one file while the block lasts, by whichever process."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0
    assert libc.inotify_add_watch(handle, os.fsencode(path), IN_ACCESS | IN_OPEN) >= 0
    counted = Counted()
    try:
        yield counted
        try:
            counted.times = len(os.read(handle, 65536)) // 16
        except BlockingIOError:
            counted.times = 0
    finally:
        os.close(handle)


@contextmanager
def connections() -> Iterator[Counted]:
    """A canary on a free port of this machine that counts who knocks, and answers nothing."""
    counted = Counted()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        counted.address = f"127.0.0.1:{server.getsockname()[1]}"
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    knocking, _ = server.accept()
                except TimeoutError:
                    continue
                counted.times += 1
                knocking.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield counted
            time.sleep(0.15)
        finally:
            stop.set()
            thread.join()


def programs_about(path: Path) -> list[str]:
    """Command lines of living processes that name a path, other than this one."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(path) in words:
            found.append(words)
    return found


def gone(path: Path) -> bool:
    """Whether within six seconds no process names the path any more."""
    end = time.monotonic() + GONE_WITHIN
    while programs_about(path):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
