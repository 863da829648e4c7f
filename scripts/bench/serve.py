"""Serve one application as `evalapp serve` does, on PostgreSQL: python scripts/bench/serve.py TARGET PORT WORKERS."""

import sys

from granian import Granian
from granian.constants import Interfaces, Loops

from evalapp.operate.serving import THREADS

if __name__ == "__main__":
    Granian(
        sys.argv[1],
        address="127.0.0.1",
        port=int(sys.argv[2]),
        interface=Interfaces.WSGI,
        workers=int(sys.argv[3]),
        blocking_threads=THREADS,
        loop=Loops.asyncio,
        backpressure=256,
        websockets=False,
        log_access=False,
        log_level="error",
    ).serve()
