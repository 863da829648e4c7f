"""One server a port and, on SQLite, one a data folder: who comes second is told so and ends."""

import contextlib
import errno
import fcntl
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from evalapp.core.commandline import Refused
from evalapp.core.platform import Platform

# A server that was killed takes a moment to let go of its port and folder: who starts the next at once waits for it.
LET_GO_SECONDS = 5.0
LOCK = "serving.lock"


@contextmanager
def holding(platform: Platform) -> Iterator[None]:
    """Hold the data folder while serving from SQLite, whose ballots one process casts. Commands need no hold of it."""
    if platform.engine.dialect.name != "sqlite":
        yield
        return
    folder = platform.settings.data_dir
    with (folder / LOCK).open("a") as file:
        if not any(_is_locked(file.fileno()) for _ in _tries()):
            raise Refused(
                f"{folder} is served already: stop that `evalapp serve`, or choose another EVALAPP_DATA_DIR"
            )
        yield


def require_port(host: str, port: int) -> None:
    """Refuse a port that somebody listens on: the server's own sockets would share it without a word."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise Refused(f"--host {host} is no address of this machine: {error.strerror}") from error
    kind, *_, address = found[0]
    try:
        if not any(_is_free(kind, address) for _ in _tries()):
            raise Refused(f"port {port} is in use: stop what listens there, or choose another with --port")
    except OSError as error:
        raise Refused(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _tries() -> Iterator[None]:
    ends_at = time.monotonic() + LET_GO_SECONDS
    yield
    while time.monotonic() < ends_at:
        time.sleep(0.1)
        yield


def _is_locked(handle: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_free(kind: int, address: tuple[object, ...]) -> bool:
    with socket.socket(kind) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # what lingers after a server is no server
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
