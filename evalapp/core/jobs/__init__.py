"""Jobs: a table is the truth; a worker takes a lease, runs, and may die at any moment.

Domains use `enqueue` inside the transaction of the change that needs the work, and write functions that take a
`JobContext`. `wiring` registers them by name. A job may run twice: it looks at the state before it acts.
"""

from evalapp.core.jobs.models import Job, JobState
from evalapp.core.jobs.queue import (
    JobContext,
    NotYet,
    PermanentFailure,
    enqueue,
    enqueue_all,
    register,
    retry,
    run,
)
from evalapp.core.jobs.worker import Worker

__all__ = [
    "Job",
    "JobContext",
    "JobState",
    "NotYet",
    "PermanentFailure",
    "Worker",
    "enqueue",
    "enqueue_all",
    "register",
    "retry",
    "run",
]
