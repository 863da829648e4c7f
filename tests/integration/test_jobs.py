"""Jobs: kept with their change or not at all, run once under a lease, taken up again after a death."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from evalapp.core import clock, jobs
from evalapp.core.jobs import queue
from evalapp.core.platform import Platform


@pytest.fixture
def counted() -> list[str]:
    ran: list[str] = []
    jobs.register("test.count", lambda context: ran.append(context.payload["name"]))
    return ran


def test_a_job_of_a_rolled_back_change_is_not_there(platform: Platform, counted: list[str]) -> None:
    def change_its_mind() -> None:
        with platform.transaction() as session:
            jobs.enqueue(session, "test.count", {"name": "never"})
            raise LookupError

    with pytest.raises(LookupError):
        change_its_mind()
    jobs.Worker(platform).drain()
    assert counted == []


def test_a_job_runs_once_though_two_ask_for_it(platform: Platform, counted: list[str]) -> None:
    with platform.transaction() as session:
        job_id = jobs.enqueue(session, "test.count", {"name": "once"})
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        queue.run(platform, job_id)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == ["once"]


def test_a_killed_workers_job_is_taken_up_again(platform: Platform, counted: list[str]) -> None:
    with platform.transaction() as session:
        job_id = jobs.enqueue(session, "test.count", {"name": "again"})
    assert queue._take(platform, job_id, threading.Event()) is not None  # a worker takes it and dies
    assert not jobs.Worker(platform).once()
    with time_machine.travel(clock.now() + queue.LEASE + timedelta(seconds=1)):
        jobs.Worker(platform).drain()
    assert counted == ["again"]


def test_a_failing_job_waits_longer_and_longer_and_then_says_why(platform: Platform) -> None:
    def fail(_context: jobs.JobContext) -> None:
        raise OSError("no")

    jobs.register("test.fail", fail)
    with platform.transaction() as session:
        job_id = jobs.enqueue(session, "test.fail")
    moment = clock.now()
    for _ in range(queue.MOST_ATTEMPTS):
        with time_machine.travel(moment):
            jobs.Worker(platform).once()
        moment += timedelta(hours=1)
    with platform.session() as session:
        job = session.get(jobs.Job, job_id)
        assert job is not None
        assert (job.state, job.attempts, job.error) == (jobs.JobState.FAILED, queue.MOST_ATTEMPTS, "OSError")


def test_the_same_key_asks_for_one_job(platform: Platform, counted: list[str]) -> None:
    with platform.transaction() as session:
        first = jobs.enqueue(session, "test.count", {"name": "one"}, key="k")
        assert jobs.enqueue(session, "test.count", {"name": "two"}, key="k") == first
        jobs.enqueue_all(session, "test.count", {"k": {"name": "three"}, "l": {"name": "four"}})
    jobs.Worker(platform).drain()
    assert counted == ["one", "four"]


def test_a_round_that_fails_holds_up_neither_the_others_nor_the_jobs(
    platform: Platform, counted: list[str]
) -> None:
    went: list[str] = []

    def faulty(here: Platform) -> None:
        with here.session() as session:
            session.execute(text("SELECT * FROM no_such_table"))

    with platform.transaction() as session:
        jobs.enqueue(session, "test.count", {"name": "behind it"})
    jobs.Worker(platform, rounds=[faulty, lambda _here: went.append("the next")]).once()
    assert (went, counted) == (["the next"], ["behind it"])


def test_a_database_that_is_gone_is_waited_for(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[str] = []

    def gone(*_args: object, **_options: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server is away"))

    def first(_here: Platform) -> None:
        monkeypatch.setattr(Session, "execute", gone)
        gone()

    with pytest.raises(OperationalError):
        jobs.Worker(platform, rounds=[first, lambda _here: went.append("the next")]).once()
    assert went == []
