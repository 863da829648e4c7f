"""Asking for work, taking it under a lease, and what becomes of it."""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.core import clock, logs
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.jobs.models import Job, JobState
from evalapp.core.transaction import locked

if TYPE_CHECKING:
    from evalapp.core.platform import Platform

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5
_LATE = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))

log = logs.get_logger("jobs")


class PermanentFailure(Exception):  # noqa: N818  the word of the queue
    """Trying again would not help; carries the sentence that the desk shows."""


class NotYet(Exception):  # noqa: N818  no failure: the work was begun too early
    """The work is to be done later: it waits until the moment that is given, and this run does not count."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class LeaseLost(Exception):  # noqa: N818
    """Somebody else has taken the job meanwhile: stop and write nothing."""


@dataclass
class JobContext:
    """What a job gets: its id and payload, the platform, and a way to say how far it is."""

    platform: "Platform"
    job_id: uuid.UUID
    lease: uuid.UUID
    payload: dict[str, Any]
    stopping: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)

    def transaction(self) -> Any:
        """Open a short transaction in a session of its own: `with context.transaction() as session:`."""
        return self.platform.transaction()

    def progress(self, fraction: float, step: str = "") -> None:
        """Tell how far the work is (0 to 1, never backwards on the page). Raises `LeaseLost`."""
        with self.platform.transaction() as session:
            done = session.execute(
                update(Job)
                .where(Job.id == self.job_id, Job.lease == self.lease, Job.state == JobState.RUNNING)
                .values(
                    progress=func.max(Job.progress, round(fraction * 10_000))
                    if session.get_bind().dialect.name == "sqlite"
                    else func.greatest(Job.progress, round(fraction * 10_000)),
                    step=step,
                    heartbeat_at=clock.now(),
                    leased_until=clock.now() + LEASE,
                )
            )
        if done.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has it
            self.lost.set()
            raise LeaseLost

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop: the worker is going down, or the lease is somebody else's."""
        return self.stopping.is_set() or self.lost.is_set()


_registry: dict[str, Callable[[JobContext], None]] = {}


def register(kind: str, function: Callable[[JobContext], None]) -> None:
    """Have `function` run jobs of `kind` (`domain.verb`). `wiring` is the one caller."""
    _registry[kind] = function


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
) -> uuid.UUID:
    """Ask for work, in the transaction of the change that needs it: both are kept or neither.

    With a `key` that is known already the earlier job stands, and its id is returned.
    """
    job = Job(
        id=uuid.uuid4(),
        kind=kind,
        payload=payload or {},
        key=key,
        run_at=run_at or clock.now(),
        priority=priority,
        created_at=clock.now(),
    )
    if key is not None:
        _unless_known(session, [job])
        return session.scalars(select(Job.id).where(Job.key == key)).one()
    session.add(job)
    session.flush()
    return job.id


def enqueue_all(session: Session, kind: str, payloads: Mapping[str, dict[str, Any]]) -> None:
    """Ask for much work of one kind in one statement, each under its key; where one is known the earlier job stands."""
    now = clock.now()
    _unless_known(
        session,
        [
            Job(id=uuid.uuid4(), kind=kind, payload=payload, key=key, run_at=now, priority=0, created_at=now)
            for key, payload in payloads.items()
        ],
    )


def _unless_known(session: Session, asked: Sequence[Job]) -> None:
    """Write jobs unless their keys are there: the database answers which of two that ask at once was first."""
    if not asked:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = {"state": JobState.WAITING, "attempts": 0, "progress": 0, "step": "", "error": ""}
    names = ("id", "kind", "payload", "key", "run_at", "priority", "created_at")
    rows = [{name: getattr(job, name) for name in names} | fresh for job in asked]
    session.execute(insert(Job).on_conflict_do_nothing(index_elements=["key"]), rows)


def retry(session: Session, job_id: uuid.UUID) -> None:
    """Have a failed job run again now. Raises `Conflict` unless it has failed."""
    job = locked(session, Job, job_id)
    if job.state is not JobState.FAILED:
        raise Conflict(N_("这项工作没有失败，不必重试。"))
    job.state, job.attempts, job.progress = JobState.WAITING, 0, 0
    job.run_at, job.error, job.finished_at = clock.now(), "", None


def due(session: Session, *, limit: int = 10, least_priority: int | None = None) -> list[uuid.UUID]:
    """The ids of jobs that are due: waiting, or running under a lease that has run out."""
    now = clock.now()
    return list(
        session.scalars(
            select(Job.id)
            .where(
                *([] if least_priority is None else [Job.priority >= least_priority]),
                or_(
                    (Job.state == JobState.WAITING) & (Job.run_at <= now),
                    (Job.state == JobState.RUNNING) & (Job.leased_until <= now),
                ),
            )
            .order_by(Job.priority.desc(), Job.run_at, Job.id)
            .limit(limit)
        )
    )


def run(platform: "Platform", job_id: uuid.UUID, *, stopping: threading.Event | None = None) -> bool:
    """Take the lease and do the work; return whether it was ours to do. Harmless when called twice."""
    context = _take(platform, job_id, stopping or threading.Event())
    if context is None:
        return False
    keeper = threading.Thread(target=_keep, args=(context, done := threading.Event()), daemon=True)
    keeper.start()
    try:
        _work(platform, context)
    finally:
        done.set()
        keeper.join()
    return True


def _take(platform: "Platform", job_id: uuid.UUID, stopping: threading.Event) -> JobContext | None:
    now = clock.now()
    with platform.transaction() as session:
        job = locked(session, Job, job_id)
        ours = (job.state is JobState.WAITING and job.run_at <= now) or (
            job.state is JobState.RUNNING and job.leased_until is not None and job.leased_until <= now
        )
        if not ours:
            return None
        job.state, job.lease, job.attempts = JobState.RUNNING, uuid.uuid4(), job.attempts + 1
        job.leased_until, job.heartbeat_at = now + LEASE, now
        return JobContext(
            platform=platform, job_id=job.id, lease=job.lease, payload=dict(job.payload), stopping=stopping
        )


def _keep(context: JobContext, done: threading.Event) -> None:
    """Renew the lease while the work goes on, however long a single step takes."""
    while not done.wait(LEASE.total_seconds() / 3):
        with context.platform.transaction() as session:
            kept = session.execute(
                update(Job)
                .where(Job.id == context.job_id, Job.lease == context.lease, Job.state == JobState.RUNNING)
                .values(leased_until=clock.now() + LEASE, heartbeat_at=clock.now())
            )
        if kept.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has it
            context.lost.set()
            return


def _work(platform: "Platform", context: JobContext) -> None:
    with platform.session() as session:
        kind = session.scalars(select(Job.kind).where(Job.id == context.job_id)).one()
    function = _registry.get(kind)
    try:
        if function is None:
            raise PermanentFailure(f"no job of the kind {kind}")  # noqa: TRY301  one way to fail
        function(context)
    except LeaseLost:
        log.warning("lease lost", job=str(context.job_id), kind=kind)
    except NotYet as early:
        _give_back(platform, context, run_at=early.until)
    except PermanentFailure as failure:
        _finish(platform, context, JobState.FAILED, str(failure))
    except Exception as error:
        if context.stopping.is_set():
            _give_back(platform, context)
            return
        log.exception("job failed", job=str(context.job_id), kind=kind, error=type(error).__name__)
        _again_or_never(platform, context, error)
    else:
        _finish(platform, context, JobState.DONE, "")


def _finish(platform: "Platform", context: JobContext, state: JobState, error: str) -> None:
    with platform.transaction() as session:
        job = locked(session, Job, context.job_id)
        if job.lease != context.lease:
            return
        job.state, job.error, job.finished_at, job.leased_until = state, error, clock.now(), None
        if state is JobState.DONE:
            job.progress = 10_000
    log.info("job ended", job=str(context.job_id), state=state.value)


def _give_back(platform: "Platform", context: JobContext, *, run_at: datetime | None = None) -> None:
    with platform.transaction() as session:
        job = locked(session, Job, context.job_id)
        if job.lease == context.lease:
            job.state, job.run_at, job.leased_until = JobState.WAITING, run_at or clock.now(), None
            job.attempts -= 1


def _again_or_never(platform: "Platform", context: JobContext, error: Exception) -> None:
    with platform.transaction() as session:
        job = locked(session, Job, context.job_id)
        if job.lease != context.lease:
            return
        job.error, job.leased_until = f"{type(error).__name__}", None
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, clock.now()
        else:
            job.state = JobState.WAITING
            job.run_at = clock.now() + _LATE[min(job.attempts - 1, len(_LATE) - 1)]
