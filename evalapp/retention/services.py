"""Keeping the record of removals: counts for each rule and day, and one audit entry a day."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts.services.serialising import one_at_a_time
from evalapp.audit import queries as audit_queries
from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.retention.models import Removal

REMOVED = "retention.removed"


def note(session: Session, rule: str, amount: int) -> None:
    """Add to what a rule removed today."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Removal).values(rule=rule, removed_on=clock.today(), amount=amount)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["rule", "removed_on"], set_={"amount": Removal.amount + row.excluded.amount}
        )
    )


def record_days(session: Session) -> int:
    """Write an audit entry for each day that is over and on which something was removed; return how many.

    The newest entry says up to which day that was done: one that slept for a week writes the days that it had worked.
    """
    one_at_a_time(session, "retention record")
    newest = audit_queries.latest(session, REMOVED)
    days = select(Removal).where(Removal.removed_on < clock.today())
    if newest is not None:
        days = days.where(Removal.removed_on > date.fromisoformat(newest.subject))
    found: dict[date, dict[str, int]] = {}
    for row in session.scalars(days.order_by(Removal.removed_on, Removal.rule)):
        found.setdefault(row.removed_on, {})[row.rule] = row.amount
    for day, amounts in found.items():
        audit.record(session, actor=SYSTEM, action=REMOVED, subject=day.isoformat(), detail=amounts)
        session.flush()
    return len(found)
