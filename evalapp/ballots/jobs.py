"""What time decides about boxes, looked at in each round of the worker."""

from sqlalchemy.exc import OperationalError

from evalapp.accounts.services import numbers
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules import windows
from evalapp.ballots.services import closing
from evalapp.core import clock, logs
from evalapp.core.errors import DomainError
from evalapp.core.platform import Platform

log = logs.get_logger("ballots")


def close_due(platform: Platform) -> None:
    """Write the closing mark of every box whose moment has come. Each in a transaction of its own."""
    with platform.session() as session:
        due = gradings.gradings_to_close(session, now=clock.now())
    for grading_id in due:
        with platform.transaction() as session:
            did = closing.close(session, grading_id)
        if did:
            log.info("box closed", grading=str(grading_id))


def release_person_ids(platform: Platform) -> int:
    """Let go of the ids of erased people and of changed numbers once every box that they may have used is final; return how many."""
    with platform.session() as session:
        horizon = gradings.all_final_before(session, now=clock.now())
        if not numbers.is_anything_kept(session, before=horizon):
            return 0
    with platform.transaction() as session:
        released = numbers.release(session, before=horizon)
    log.info("person ids released", number=released)
    return released


def tell_turnout(platform: Platform) -> None:
    """Look up the turnout of open boxes, every ten minutes at most."""
    now = clock.now()
    with platform.session() as session:
        due = [
            grading.id
            for grading in gradings.open_gradings(session, now=now)
            if windows.turnout_is_due(told_at=grading.turnout_at, now=now)
        ]
    for grading_id in due:
        try:
            with platform.transaction() as session:
                closing.refresh_turnout(session, grading_id)
        except (DomainError, OperationalError) as error:
            log.warning("turnout was not refreshed", error=type(error).__name__)
