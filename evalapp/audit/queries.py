"""Reading the record of what staff did."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry


def latest(session: Session, action: str) -> AuditEntry | None:
    """Return the newest entry of an action, or none."""
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .limit(1)
    )
