"""Telling everybody who agreed to a purpose: whom a matter concerns is nothing that this asks for."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts.rules import Purpose
from evalapp.core import clock, jobs
from evalapp.core.jobs import Job
from evalapp.notifications.rules import TELL_ALL
from evalapp.notifications.services.letters import Told, tell_residents

BATCH = 200


def tell_all(session: Session, *, purpose: Purpose, key: str) -> None:
    """Have everybody told who agreed to `purpose`. `key` names the matter, so that it is told once."""
    jobs.enqueue(session, TELL_ALL, {"purpose": purpose.value, "key": key, "batch": 0}, key=f"{key}:0")


def tell_batch(session: Session, *, purpose: Purpose, key: str, batch: int, after: uuid.UUID | None) -> None:
    """Write the notices of one batch and ask for the following; a batch whose following was asked for is done."""
    following = f"{key}:{batch + 1}"
    if session.scalar(select(Job.id).where(Job.key == following)) is not None:
        return
    told = accounts.who_agrees(session, purpose, after=after, limit=BATCH)
    if not told:
        return
    tell_residents(session, [Told(reader_id=one) for one in told], purpose=purpose, at=clock.now())
    payload = {"purpose": purpose.value, "key": key, "batch": batch + 1, "after": str(told[-1])}
    jobs.enqueue(session, TELL_ALL, payload, key=following)
