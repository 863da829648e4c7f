"""Opens threads for whatever residents comment on, and keeps their numbers right."""

import uuid

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Thread
from evalapp.comments.rules.moderation import CommentState, public_state
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


def recount(session: Session, thread_id: uuid.UUID) -> Thread:
    """Count a thread's comments anew; the last thing that a change does, so that whoever waits for it holds nothing else.

    Counted under the thread's lock, in a statement of its own: two who decide at once both count what the other did.
    """
    session.flush()
    thread = locked(session, Thread, thread_id)
    counted = session.execute(
        select(
            _number(CommentState.SHOWN).label("shown"),
            _number(CommentState.SHOWN, Comment.is_answered.is_(True)).label("answered"),
            _number(CommentState.REFUSED).label("refused"),
            _number(CommentState.WITHDRAWN).label("withdrawn"),
        ).where(Comment.thread_id == thread_id)
    ).one()
    thread.shown, thread.answered = counted.shown, counted.answered
    thread.refused, thread.withdrawn = counted.refused, counted.withdrawn
    return thread


def _number(told: CommentState, *also: ColumnElement[bool]) -> ColumnElement[int]:
    states = [state for state in CommentState if public_state(state) is told]
    return func.count().filter(Comment.state.in_(states), *also)
