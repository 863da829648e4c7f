"""The loop that finds due jobs: a thread beside the web server, or a process of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from evalapp.core import logs
from evalapp.core.errors import Unavailable
from evalapp.core.jobs import queue

if TYPE_CHECKING:
    from evalapp.core.jobs.carrier import Carrier
    from evalapp.core.platform import Platform

POLL_SECONDS = 5.0
EXPRESS = 100  # jobs of at least this priority (a code that somebody waits for) do not wait behind a long one
EXPRESS_POLL_SECONDS = 1.0
log = logs.get_logger("worker")


class Worker:
    """Polls every five seconds for due, unleased or expired jobs and runs them one at a time.

    `rounds` are called at each poll before the jobs: things that time decides and that ought to be noticed soon
    (boxes to close, turnout to refresh). They must be cheap. One that fails is logged and tried at the next poll; it holds up neither
    the others nor the jobs. With a `carrier` the loop hands ids over instead of running them. A second thread takes express jobs each second and runs them here,
    so that nothing urgent waits for a recording to be prepared.
    """

    def __init__(
        self,
        platform: "Platform",
        *,
        rounds: Sequence[Callable[["Platform"], None]] = (),
        poll: float = POLL_SECONDS,
        carrier: "Carrier | None" = None,
    ) -> None:
        self.platform = platform
        self.rounds = rounds
        self.poll = poll
        self.carrier = carrier
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of this process until `stop`."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self, *, wait: float = 10) -> None:
        """Ask the running job to give itself back, and wait for the loop to end."""
        self.stopping.set()
        if self._thread is not None:
            self._thread.join(wait)

    def run(self) -> None:
        """Work until `stop`. A database that is gone is waited for."""
        log.info("worker started")
        express = threading.Thread(
            target=self._loop, args=(self.once_express, EXPRESS_POLL_SECONDS), name="express", daemon=True
        )
        express.start()
        self._loop(self.once, self.poll)
        express.join(10)
        log.info("worker stopped")

    def _loop(self, once: Callable[[], bool], poll: float) -> None:
        while not self.stopping.is_set():
            try:
                busy = once()
            except (SQLAlchemyError, Unavailable) as error:
                log.warning("the worker waits for the database", error=type(error).__name__)
                busy = False
            if not busy:
                self.stopping.wait(poll)

    def once_express(self) -> bool:
        """Run the express jobs that are due; return whether there was one."""
        with self.platform.session() as session:
            ids = queue.due(session, least_priority=EXPRESS)
        ran = [queue.run(self.platform, job_id, stopping=self.stopping) for job_id in ids]
        return any(ran)

    def once(self) -> bool:
        """Do one round: what time decides, then the due jobs; return whether there was a job."""
        for function in self.rounds:
            self._go(function)
        with self.platform.session() as session:
            ids = queue.due(session)
        if self.carrier is not None:
            self.carrier.hand_over(ids)
            return False
        ran = [queue.run(self.platform, job_id, stopping=self.stopping) for job_id in ids]
        return any(ran)

    def _go(self, function: Callable[["Platform"], None]) -> None:
        """One round; where it fails the database is asked whether it is there, which raises when it is gone."""
        try:
            function(self.platform)
        except Exception as error:
            with self.platform.session() as session:
                session.execute(select(1))
            name = getattr(function, "__qualname__", type(function).__qualname__)
            log.exception("a round failed", round=name, error=type(error).__name__)

    def drain(self) -> None:
        """Work until nothing is due (commands and tests)."""
        while self.once():
            pass
