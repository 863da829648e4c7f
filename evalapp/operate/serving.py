"""Serves the application: granian with the web in workers of its own, the job worker as a thread of this process."""

import multiprocessing
import os
import sys
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces, Loops

from evalapp import wiring
from evalapp.core import logs
from evalapp.core.jobs import Worker
from evalapp.core.jobs.carrier import Carrier
from evalapp.core.platform import Platform
from evalapp.operate import standing_alone

log = logs.get_logger("serve")
# Each request holds a thread. More of them only fight over one interpreter: four answer a third more ballots than eight
# (docs/figures.md); the embedded form's one process has eight, so that slow uploads leave some free.
THREADS, THREADS_EMBEDDED = 4, 8


def serve(platform: Platform, *, host: str, port: int, with_worker: bool = True) -> None:
    """Serve until a signal. Refuses a port that is taken and, on SQLite, a data folder that is served already."""
    with standing_alone.holding(platform):
        standing_alone.require_port(host, port)
        click.echo(f"{platform.settings.site_name}: http://{host}:{port}", err=True)
        _serve(platform, host=host, port=port, with_worker=with_worker)


def _serve(platform: Platform, *, host: str, port: int, with_worker: bool) -> None:
    """On SQLite one web process casts ballots; on PostgreSQL there is one a core."""
    settings = platform.settings
    embedded = platform.engine.dialect.name == "sqlite"
    workers = 1 if embedded else (os.cpu_count() or 1)
    os.environ["EVALAPP_DATA_DIR"] = str(Path(settings.data_dir).resolve())
    os.environ.setdefault(
        "MALLOC_ARENA_MAX", "2"
    )  # else glibc keeps a heap for each of a web worker's threads
    # A fork beside the worker's thread copies locks that this thread holds (SQLite's own among them): the site then
    # answers nothing for ever. A web worker therefore starts afresh, at the start as when it is replaced.
    multiprocessing.set_start_method("spawn", force=True)
    _let_workers_begin_without_the_command()
    carrier = Carrier(platform) if settings.redis_url.get_secret_value() else None
    worker = Worker(platform, rounds=wiring.rounds(), carrier=carrier)
    if with_worker:
        worker.start()
    log.info("serving", url=f"http://{host}:{port}", workers=workers)
    try:
        Granian(
            "evalapp.wsgi:app",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS_EMBEDDED if embedded else THREADS,
            loop=Loops.asyncio,
            backpressure=256,
            respawn_failed_workers=True,
            websockets=False,
            log_access=False,
        ).serve()
    finally:
        worker.stop()


def _let_workers_begin_without_the_command() -> None:
    """Keep a spawned process from loading the program that spawned it: all commands are 16 MiB that no page needs."""
    vars(sys.modules["__main__"]).pop("__file__", None)
