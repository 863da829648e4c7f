"""Tables of plans with their steps and evidence, of checks, of residents' confirmations, and of rulings."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Rectification(Keyed, Base):
    """A plan of a matter; a matter that is opened again gets another, and the earlier ones stay."""

    __tablename__ = "rectifications"
    __table_args__ = (UniqueConstraint("matter_id", "number"),)

    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"))
    number: Mapped[int] = mapped_column()
    plan: Mapped[str] = mapped_column()
    longer_because: Mapped[str] = mapped_column(default="")  # why it takes longer than the profile's term
    planned_at: Mapped[datetime] = mapped_column()
    planned_by: Mapped[str] = mapped_column()
    claimed_at: Mapped[datetime | None] = mapped_column()
    claimed_by: Mapped[str] = mapped_column(default="")
    claim: Mapped[str] = mapped_column(default="")  # what the unit says was done


class RectificationStep(Keyed, Base):
    """One step: what is done, by which post, until when; and what came of it."""

    __tablename__ = "rectification_steps"
    __table_args__ = (
        UniqueConstraint("rectification_id", "number"),
        CheckConstraint("done_at IS NULL OR done_by <> ''", name="done_by_somebody"),
        Index(
            "ix_rectification_steps_undone",
            "due_on",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    rectification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rectifications.id"))
    number: Mapped[int] = mapped_column()
    what: Mapped[str] = mapped_column()
    post: Mapped[str] = mapped_column()
    due_on: Mapped[date] = mapped_column()
    done_at: Mapped[datetime | None] = mapped_column()
    done_by: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")


class FileKind(enum.StrEnum):
    BEFORE = "before"
    AFTER = "after"
    DOCUMENT = "document"


class RectificationFile(Keyed, Base):
    """Evidence: a picture without metadata, or a document that is only ever saved, never shown."""

    __tablename__ = "rectification_files"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_by <> ''", name="withdrawn_by_somebody"),
    )

    rectification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rectifications.id"), index=True)
    kind: Mapped[FileKind] = mapped_column()
    token: Mapped[str] = mapped_column(unique=True)  # its address; the stored name follows from it
    file_name: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    caption: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime] = mapped_column()
    added_by: Mapped[str] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_by: Mapped[str] = mapped_column(default="")


class CheckedBy(enum.StrEnum):
    OFFICE = "office"
    PANEL = "panel"


class MatterCheck(Keyed, Base):
    """Somebody other than the unit looked whether it is mended; rows are only ever added."""

    __tablename__ = "matter_checks"
    __table_args__ = (
        UniqueConstraint("rectification_id", "number"),
        CheckConstraint("note <> ''", name="with_words"),
    )

    rectification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rectifications.id"))
    number: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    has_passed: Mapped[bool] = mapped_column()
    checked_by: Mapped[CheckedBy] = mapped_column()
    note: Mapped[str] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()


class Confirmation(Keyed, Base):
    """A resident says whether it is mended: once for each checked plan, under a name that no other matter shares."""

    __tablename__ = "matter_confirmations"
    __table_args__ = (UniqueConstraint("rectification_id", "pseudonym"), {"sqlite_with_rowid": False})

    rectification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rectifications.id"))
    pseudonym: Mapped[str] = mapped_column(index=True)
    is_mended: Mapped[bool] = mapped_column()
    said_on: Mapped[date] = mapped_column()


class Ruling(Keyed, Base):
    """A contest or an objection is decided by two people: one proposes, another confirms."""

    __tablename__ = "matter_rulings"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("confirmed_at IS NULL OR dropped_at IS NULL", name="confirmed_or_dropped"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_whole"),
        CheckConstraint("reason <> ''", name="with_a_reason"),
        Index(
            "uq_matter_rulings_waiting",
            "matter_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL AND dropped_at IS NULL"),
        ),
    )

    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), index=True)
    is_upheld: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column()
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    proposed_post: Mapped[str] = mapped_column()
    proposed_at: Mapped[datetime] = mapped_column()
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    confirmed_post: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None] = mapped_column()
    dropped_at: Mapped[datetime | None] = mapped_column()
