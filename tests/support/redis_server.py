"""A Redis server that the tests start themselves, on a socket of its own."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis


@contextlib.contextmanager
def new_redis() -> Iterator[str]:
    """Start a server and return its address (a socket in a folder of its own)."""
    folder = Path(tempfile.mkdtemp(prefix="evalapp-redis-"))
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 10
        while True:
            with (
                contextlib.suppress(redis.ConnectionError),
                redis.Redis(unix_socket_path=str(socket)) as client,
            ):
                client.ping()
                break
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.05)
        yield f"redis+socket://{socket}"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
