"""Work of this domain: cards and reminders that fell due, open cases counted again after a change of the calendar."""

from datetime import date

from evalapp.approvals.services import due, recounting
from evalapp.core import clock, logs
from evalapp.core.jobs import JobContext
from evalapp.core.platform import Platform

log = logs.get_logger("approvals")


def act_due(platform: Platform) -> None:
    """Write what fell due, unit by unit, each in a transaction of its own."""
    with platform.session() as session:
        units = due.due_units(session, now=clock.now())
    for unit_id in units:
        with platform.transaction() as session:
            due.write_due(session, unit_id=unit_id)


def recount(context: JobContext) -> None:
    """Count open cases again; run twice it finds nothing to move."""
    moved = recounting.recount(context.platform, last=date.fromisoformat(context.payload["last"]))
    log.info("cases counted again", moved=moved)
