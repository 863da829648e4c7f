"""The record of what staff did."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.core.guarding import only_added


class AuditEntry(Keyed, Base):
    """One act. `subject` is a public reference as text (EP-2026-16), never a key; rows are only ever added."""

    __tablename__ = "audit_entries"

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column()
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


only_added(AuditEntry, "audit entries are only ever added")
