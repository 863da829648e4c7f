"""Opens threads for whatever residents comment on."""

import uuid

from sqlalchemy.orm import Session

from evalapp.comments.models import Thread
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.transaction import locked


def open_thread(session: Session, *, title: str, unit_id: uuid.UUID, reference: str, path: str) -> Thread:
    """Open a thread about something, known by its public reference and found at `path`. Raises `Conflict`."""
    thread = Thread(
        id=uuid.uuid4(),
        title=title,
        unit_id=unit_id,
        reference=reference,
        path=path,
        created_at=clock.now(),
    )
    with refusing(session, {"uq_threads_reference": Conflict(N_("这个编号已经有留言区了。"))}):
        session.add(thread)
    return thread


def update_thread(session: Session, thread_id: uuid.UUID, *, title: str, unit_id: uuid.UUID) -> None:
    """Tell a thread that what it is about has another title or unit. Raises `NotFound`."""
    thread = locked(session, Thread, thread_id)
    thread.title, thread.unit_id = title, unit_id
