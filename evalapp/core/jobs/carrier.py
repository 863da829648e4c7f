"""Carries job ids to many machines: Celery over Redis. The table stays the truth.

An id that is lost is handed over again at a later poll; one that is delivered twice finds the lease taken. So Celery
retries nothing and keeps no results.
"""

import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from celery import Celery

from evalapp.core.jobs import queue

if TYPE_CHECKING:
    from evalapp.core.platform import Platform

TASK = "evalapp.run"
_AGAIN_AFTER_SECONDS = 60.0  # an id that nobody took by then is handed over again


class Carrier:
    """Hands ids to the machines that listen, and listens."""

    def __init__(self, platform: "Platform") -> None:
        self.platform = platform
        self.celery = Celery(
            "evalapp", broker=platform.settings.redis_url.get_secret_value(), set_as_current=False
        )
        self.celery.conf.update(
            task_ignore_result=True,
            task_acks_late=True,
            task_reject_on_worker_lost=True,
            task_serializer="json",
            accept_content=["json"],
            worker_prefetch_multiplier=1,
            worker_hijack_root_logger=False,
            broker_connection_retry_on_startup=True,
            # Without these a killed worker's id comes back only after the visibility time-out of an hour.
            broker_transport_options={"unacked_restore_interval": 2, "unacked_restore_throttle": 1},
        )
        self.celery.task(name=TASK)(self._run)
        self._handed: dict[uuid.UUID, float] = {}

    def hand_over(self, ids: Sequence[uuid.UUID]) -> bool:
        """Send the ids that were not sent within the last minute; return whether there were any."""
        now = time.monotonic()
        self._handed = {key: at for key, at in self._handed.items() if now - at < _AGAIN_AFTER_SECONDS}
        new = [job_id for job_id in ids if job_id not in self._handed]
        for job_id in new:
            self.celery.send_task(TASK, args=[str(job_id)])
            self._handed[job_id] = now
        return bool(new)

    def listen(self) -> None:
        """Run the ids that arrive, in this process, until a signal."""
        self.celery.worker_main(
            ["worker", "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        )

    def _run(self, job_id: str) -> None:
        queue.run(self.platform, uuid.UUID(job_id))
