"""Writes notices, and what becomes of them."""

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from evalapp.accounts.events import NoticesStopped, ResidentErased, ResidentStartedAnew
from evalapp.core import clock, jobs
from evalapp.core.transaction import locked
from evalapp.notifications.models import Notice, NoticeState
from evalapp.notifications.rules import DELIVER


def notify(session: Session, *, resident_id: uuid.UUID) -> Notice:
    """Have a resident told that there is something new on their page, in the transaction of what is new."""
    notice = Notice(id=uuid.uuid4(), resident_id=resident_id, made_on=clock.today())
    session.add(notice)
    jobs.enqueue(session, DELIVER, {"notice_id": str(notice.id)}, key=f"notice:{notice.id}")
    return notice


def end(session: Session, notice_id: uuid.UUID, state: NoticeState) -> None:
    """Note that a notice was sent or dropped, and forget whom it was for."""
    notice = locked(session, Notice, notice_id)
    if notice.state is NoticeState.WAITING:
        notice.state, notice.resident_id, notice.ended_on = state, None, clock.today()


def drop_all(session: Session, resident_id: uuid.UUID) -> None:
    """Drop what still waits for a resident: they do not want it, or are not the same person any more."""
    session.execute(
        update(Notice)
        .where(Notice.resident_id == resident_id)
        .values(state=NoticeState.DROPPED, resident_id=None, ended_on=clock.today())
    )


def on_notices_unwanted(
    session: Session, event: NoticesStopped | ResidentErased | ResidentStartedAnew
) -> None:
    """React to whoever no longer wants or may have notices."""
    drop_all(session, event.resident_id)
