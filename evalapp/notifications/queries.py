"""Reading about notices: what could not be delivered."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts import rules as account_rules
from evalapp.accounts.models import Resident
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.notifications.models import Notice, NoticeState
from evalapp.notifications.rules import DELIVER

_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A notice that the gateway did not take, however often it was tried; never whose."""

    job_id: uuid.UUID
    asked_on: date
    tried: int
    why: str


def is_waiting(session: Session, notice_id: uuid.UUID) -> bool:
    """Whether a notice was neither sent nor dropped."""
    state = session.scalar(select(Notice.state).where(Notice.id == notice_id))
    return state is NoticeState.WAITING


def person_to_tell(session: Session, notice_id: uuid.UUID) -> str | None:
    """Return the person that a waiting notice is for, or none.

    None when they took back the consent to notices, erased their account, or were away so long that the number may be
    somebody else's by now.
    """
    row = session.execute(
        select(Resident, Notice.purpose)
        .join(Notice, Notice.resident_id == Resident.id)
        .where(Notice.id == notice_id, Notice.state == NoticeState.WAITING, Resident.erased_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    resident, purpose = row
    if account_rules.is_forgotten(resident.last_used_at, clock.now()):
        return None
    return resident.person_id if accounts.agrees(session, resident.id, purpose) else None


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
