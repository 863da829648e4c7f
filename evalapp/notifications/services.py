"""Writes notices, and what becomes of them."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts.events import NoticesStopped, ResidentErased, ResidentStartedAnew
from evalapp.accounts.rules import Purpose
from evalapp.core import clock, jobs
from evalapp.core.jobs import Job
from evalapp.core.transaction import locked
from evalapp.notifications.models import Notice, NoticeState
from evalapp.notifications.rules import BATCH, DELIVER, TELL_ALL


def notify(session: Session, *, resident_id: uuid.UUID, purpose: Purpose = Purpose.REPLY_NOTICES) -> Notice:
    """Have a resident told that there is something new on their page, in the transaction of what is new."""
    notice = Notice(id=uuid.uuid4(), resident_id=resident_id, purpose=purpose, made_on=clock.today())
    session.add(notice)
    jobs.enqueue(session, DELIVER, {"notice_id": str(notice.id)}, key=f"notice:{notice.id}")
    return notice


def tell_all(session: Session, *, purpose: Purpose, key: str) -> None:
    """Have everybody told who agreed to `purpose`: whom a matter concerns is nothing that this asks for.

    `key` names the matter, so that it is told once.
    """
    jobs.enqueue(session, TELL_ALL, {"purpose": purpose.value, "key": key, "batch": 0}, key=f"{key}:0")


def tell_batch(session: Session, *, purpose: Purpose, key: str, batch: int, after: uuid.UUID | None) -> None:
    """Write the notices of one batch and ask for the following; a batch whose following was asked for is done."""
    following = f"{key}:{batch + 1}"
    if session.scalar(select(Job.id).where(Job.key == following)) is not None:
        return
    told = accounts.who_agrees(session, purpose, after=after, limit=BATCH)
    if not told:
        return
    for resident_id in told:
        notify(session, resident_id=resident_id, purpose=purpose)
    payload = {"purpose": purpose.value, "key": key, "batch": batch + 1, "after": str(told[-1])}
    jobs.enqueue(session, TELL_ALL, payload, key=following)


def end(session: Session, notice_id: uuid.UUID, state: NoticeState) -> None:
    """Note that a notice was sent or dropped, and forget whom it was for."""
    notice = locked(session, Notice, notice_id)
    if notice.state is NoticeState.WAITING:
        notice.state, notice.resident_id, notice.ended_on = state, None, clock.today()


def drop_all(session: Session, resident_id: uuid.UUID, *, purpose: Purpose | None = None) -> None:
    """Drop what still waits for a resident: they do not want it, or are not the same person any more."""
    dropped = update(Notice).where(Notice.resident_id == resident_id)
    if purpose is not None:
        dropped = dropped.where(Notice.purpose == purpose)
    session.execute(dropped.values(state=NoticeState.DROPPED, resident_id=None, ended_on=clock.today()))


def on_notices_stopped(session: Session, event: NoticesStopped) -> None:
    """React to whoever no longer wants notices of a kind."""
    drop_all(session, event.resident_id, purpose=event.purpose)


def on_resident_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """React to whoever may no longer have notices."""
    drop_all(session, event.resident_id)
