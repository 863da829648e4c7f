"""The processes of `evalapp serve`: forks of the first, which has loaded the program, so that they hold it in memory once."""

import ctypes
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from evalapp.core import logs

FORK = multiprocessing.get_context("fork")
GIVE_BACK_SECONDS = 12.0  # in which a running job gives itself back
AGAIN_SECONDS = 1.0
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
log = logs.get_logger("serve")


def load(name: str) -> None:
    """Load a module with all that it needs, before anything is forked.

    Raises `RuntimeError` beside another thread: a fork copies the locks that it holds, which then nobody gives back.
    """
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads is not forked")
    importlib.import_module(name)
    # The collector writes into what it walks over, and what is written to is no longer shared.
    gc.collect()
    gc.freeze()


def become(name: str, *, forked_from: int) -> None:
    """Be shown as `name` (at most 15 characters), and end when the process `forked_from` ends, or has ended already."""
    _follow(name)
    if os.getppid() != forked_from:
        sys.exit(0)


def name_forks(name: str) -> None:
    """Have every process that a library forks from this one shown as `name`, and end with it."""
    os.register_at_fork(after_in_child=partial(_follow, name))


def _follow(name: str) -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NAME, name.encode())
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def kept_working(work: Callable[[], None]) -> Iterator[None]:
    """Run `work` in a process of its own, and again in another whenever that one ends, for as long as the block runs."""
    keeper = FORK.Process(target=_keep, args=(work, os.getpid()), name="keeper")
    keeper.start()
    try:
        yield
    finally:
        keeper.terminate()
        keeper.join(GIVE_BACK_SECONDS + AGAIN_SECONDS)
        keeper.kill()


def when_asked_to_end(act: Callable[[], None]) -> None:
    """Call `act` at SIGTERM and at SIGINT, which a terminal sends to every process at once."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        act()

    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)


def _keep(work: Callable[[], None], forked_from: int) -> None:
    become("evalapp-keeper", forked_from=forked_from)
    ending = threading.Event()
    when_asked_to_end(ending.set)
    while not ending.is_set():
        process = FORK.Process(target=_work, args=(work, os.getpid()), name="worker")
        process.start()
        while process.is_alive() and not ending.is_set():
            process.join(AGAIN_SECONDS)
        if ending.is_set():
            process.terminate()
            process.join(GIVE_BACK_SECONDS)
            process.kill()
            return
        log.error("the worker ended and is started again", exit=process.exitcode)
        time.sleep(AGAIN_SECONDS)


def _work(work: Callable[[], None], forked_from: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            number, signal.SIG_DFL
        )  # those of the keeper would swallow them until the work has its own
    become("evalapp-worker", forked_from=forked_from)
    work()
