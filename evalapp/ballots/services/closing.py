"""What time decides: the closing mark, and the turnout that is told."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.ballots.events import GradingClosed
from evalapp.ballots.models import Grading, SealedBallot
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules import sealing, windows
from evalapp.ballots.rules.profile import written_moment
from evalapp.ballots.services.announcing import add_entry
from evalapp.ballots.services.locks import take_exclusive
from evalapp.core import clock, events
from evalapp.core.transaction import locked


def close(session: Session, grading_id: uuid.UUID) -> bool:
    """Write the closing mark once the closing moment has come; return whether this call did.

    Waits for every cast under way. Whoever comes later, job, request or command, changes nothing.
    """
    take_exclusive(session, grading_id)
    grading = locked(session, Grading, grading_id)
    if grading.closed_at is not None or grading.voided_at is not None or clock.now() < grading.closes_at:
        return False
    grading.closed_at = grading.closes_at
    for box in gradings.boxes(session, grading.id):
        entry = sealing.closing_entry(box=box.reference, closes_at=written_moment(grading.closes_at))
        add_entry(session, box, entry)
    _tell(session, grading)
    events.emit(session, GradingClosed(episode_id=grading.episode_id))
    return True


def refresh_turnout(session: Session, grading_id: uuid.UUID) -> None:
    """Look the turnout up again when ten minutes have passed; what is told moves in steps of twenty only."""
    grading = locked(session, Grading, grading_id)
    if windows.turnout_is_due(told_at=grading.turnout_at, now=clock.now()):
        _tell(session, grading)


def _tell(session: Session, grading: Grading) -> None:
    accepted = session.scalar(
        select(func.count()).select_from(SealedBallot).where(SealedBallot.grading_id == grading.id)
    )
    grading.turnout, grading.turnout_at = windows.told_turnout(accepted or 0), clock.now()
