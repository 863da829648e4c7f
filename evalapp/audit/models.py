"""The record of what staff did."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, event
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class AuditEntry(Keyed, Base):
    """One act. `subject` is a public reference as text (EP-2026-16), never a key; rows are only ever added."""

    __tablename__ = "audit_entries"

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column()
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


# The database itself refuses to change or delete what was recorded. The first migration runs the same statements.
GUARDS = {
    "sqlite": (
        (
            "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"
        ),
        (
            "CREATE TRIGGER audit_entries_undeleted BEFORE DELETE ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_audit_entries() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$"
        ),
        (
            "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE OR DELETE ON audit_entries "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_entries()"
        ),
    ),
}
for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        guard = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it without types
        event.listen(AuditEntry.__table__, "after_create", guard.execute_if(dialect=_dialect))
