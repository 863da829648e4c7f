"""What somebody waits for is not kept waiting by long work."""

import threading

from evalapp.core import jobs
from evalapp.core.jobs import JobContext, Worker
from evalapp.core.jobs.worker import EXPRESS
from evalapp.core.platform import Platform


def test_an_express_job_runs_while_a_long_one_does(platform: Platform) -> None:
    going, done, release = threading.Event(), threading.Event(), threading.Event()

    def long(_: JobContext) -> None:
        going.set()
        release.wait(20)

    jobs.register("test.long", long)
    jobs.register("test.express", lambda _: done.set())
    worker = Worker(platform, poll=0.05)
    with platform.transaction() as session:
        jobs.enqueue(session, "test.long")
    worker.start()
    try:
        assert going.wait(10)
        with platform.transaction() as session:
            jobs.enqueue(session, "test.express", priority=EXPRESS)
        assert done.wait(10)
    finally:
        release.set()
        worker.stop()


def test_without_the_second_thread_it_waits(platform: Platform) -> None:
    """The planted defect: one loop for everything."""
    done, release = threading.Event(), threading.Event()
    jobs.register("test.long", lambda _: release.wait(20) and None)
    jobs.register("test.express", lambda _: done.set())
    worker = Worker(platform, poll=0.05)
    with platform.transaction() as session:
        jobs.enqueue(session, "test.long", priority=EXPRESS + 1)
        jobs.enqueue(session, "test.express", priority=EXPRESS)
    alone = threading.Thread(target=worker.once)
    alone.start()
    assert not done.wait(1)
    release.set()
    alone.join()
