"""What versions and drafts have in common, of whatever is published whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem


class Versioned:
    """What something said from a moment until the next, whole. None is ever changed or removed."""

    number: Mapped[int] = mapped_column()
    document: Mapped[dict[str, Any]] = mapped_column()
    fingerprint: Mapped[str] = mapped_column()
    shown_from: Mapped[datetime] = mapped_column()
    shown_until: Mapped[datetime | None] = mapped_column()
    written_by: Mapped[str] = mapped_column()  # a post, never a name
    reason: Mapped[str] = mapped_column(default="")


class Drafted:
    """What something is to say next; one for each, and each change says which state of it was seen."""

    document: Mapped[dict[str, Any]] = mapped_column()
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column()
    changed_by: Mapped[str] = mapped_column()


def kept_versions(table: str, owner: str) -> tuple[SchemaItem, ...]:
    """What the database guards in a table of versions: numbers, one shown at a time, a reason for each change."""
    shown = text("shown_until IS NULL")
    return (
        UniqueConstraint(owner, "number"),
        Index(f"uq_{table}_shown_now", owner, unique=True, sqlite_where=shown, postgresql_where=shown),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("shown_until IS NULL OR shown_from <= shown_until", name="shown_forwards"),
        CheckConstraint("number = 1 OR reason <> ''", name="changed_with_a_reason"),
    )
