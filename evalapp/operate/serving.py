"""Serves the application: granian with its web processes, and the worker of jobs in a process beside them."""

import contextlib
import multiprocessing
import os
import time
from functools import partial
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces, Loops

from evalapp import wiring
from evalapp.core import logs
from evalapp.core.jobs import Worker
from evalapp.core.jobs.carrier import Carrier
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.operate import processes, standing_alone

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
    processes.load("evalapp.factory")
    platform.close()  # no process inherits a connection; each opens its own
    multiprocessing.set_start_method("fork", force=True)  # for granian's
    log.info("serving", url=f"http://{host}:{port}", workers=workers)
    with processes.kept_working(partial(_work, settings)) if with_worker else contextlib.nullcontext():
        processes.name_forks("evalapp-web")  # all others are granian's
        _answer(host, port, workers=workers, threads=THREADS_EMBEDDED if embedded else THREADS)


def _answer(host: str, port: int, *, workers: int, threads: int) -> None:
    """Keep the web processes until a signal: granian ends when one of them ends twice within seconds, and begins anew here.

    What cannot listen or start at all raises before the first of them is forked.
    """
    while True:
        server = Granian(
            "evalapp.wsgi:app",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            loop=Loops.asyncio,
            backpressure=256,
            respawn_failed_workers=True,
            websockets=False,
            log_access=False,
        )
        with contextlib.suppress(SystemExit):  # how granian says that a web process ended
            server.serve()
        if server.interrupt_signal:
            return
        log.error("the web processes ended and are started again")
        time.sleep(processes.AGAIN_SECONDS)


def _work(settings: Settings) -> None:
    platform = Platform.open(settings)
    carrier = Carrier(platform) if settings.redis_url.get_secret_value() else None
    worker = Worker(platform, rounds=wiring.rounds(), carrier=carrier)
    processes.when_asked_to_end(worker.stopping.set)
    worker.run()
    platform.close()
