"""Job ids carried by Celery over a real Redis: run once however often they are delivered."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalapp.core import jobs
from evalapp.core.jobs.carrier import Carrier
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.operate import setting_up
from tests.support.redis_server import new_redis


@pytest.fixture
def redis_platform(tmp_path: Path) -> Iterator[Platform]:
    with new_redis() as url:
        platform = Platform.open(Settings(data_dir=tmp_path / "var", redis_url=url))
        setting_up.set_up(platform)
        yield platform
        platform.close()


def test_a_job_is_run_by_a_worker_that_listens(redis_platform: Platform) -> None:
    """A worker process of its own takes the id, finds no such kind of work, and says so on the job."""
    settings = redis_platform.settings
    environment = os.environ | {
        "EVALAPP_DATA_DIR": str(settings.data_dir),
        "EVALAPP_REDIS_URL": settings.redis_url.get_secret_value(),
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "evalapp", "worker"], env=environment, stderr=subprocess.PIPE
    )
    try:
        with redis_platform.transaction() as session:
            job_id = jobs.enqueue(session, "test.unknown", key="carried")
        carrier = Carrier(redis_platform)
        assert carrier.hand_over([job_id])
        assert not carrier.hand_over([job_id]), "an id is not handed over again at once"
        state, deadline = jobs.JobState.WAITING, time.monotonic() + 30
        while state is not jobs.JobState.FAILED and time.monotonic() < deadline:
            time.sleep(0.2)
            with redis_platform.session() as session:
                job = session.get_one(jobs.Job, job_id)
                state = job.state
        assert (state, job.attempts) == (jobs.JobState.FAILED, 1)
        assert "test.unknown" in job.error
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=20)
