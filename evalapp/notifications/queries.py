"""Reading about notices: what could not be delivered."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.notifications.rules import DELIVER

_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A notice that the gateway did not take, however often it was tried; never whose."""

    job_id: uuid.UUID
    asked_on: date
    tried: int
    why: str


def undelivered(session: Session) -> list[Undelivered]:
    """Return the oldest hundred notices that were given up."""
    rows = session.scalars(
        select(Job)
        .where(Job.kind == DELIVER, Job.state == JobState.FAILED)
        .order_by(Job.created_at, Job.id)
        .limit(_MOST)
    )
    return [
        Undelivered(
            job_id=job.id,
            asked_on=clock.local(job.created_at).date(),
            tried=job.attempts,
            why=job.error,
        )
        for job in rows
    ]


def undelivered_count(session: Session) -> int:
    """Return how many notices were given up."""
    counted = select(func.count()).where(Job.kind == DELIVER, Job.state == JobState.FAILED)
    return session.scalar(counted) or 0


def check_undelivered(session: Session, job_id: uuid.UUID) -> None:
    """Refuse a job that is not a notice. Raises `NotFound`."""
    if session.scalar(select(Job.id).where(Job.id == job_id, Job.kind == DELIVER)) is None:
        raise NotFound(N_("没有找到这条通知。"))
