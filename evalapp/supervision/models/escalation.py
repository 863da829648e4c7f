"""Tables of reminders, supervision notices and manual changes of points."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.supervision.rules.profile import Colour

_WAITING = text("confirmed_at IS NULL AND dropped_at IS NULL")


class Reminder(Keyed, Base):
    """A unit was reminded of a deadline: once for each kind. `due_at` is when it fell due, `made_at` when it was made."""

    __tablename__ = "matter_reminders"
    __table_args__ = (UniqueConstraint("deadline_id", "code"),)

    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matter_deadlines.id"))
    code: Mapped[str] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()


class SupervisionNotice(Keyed, Base):
    """A 督办单: one of each colour for a deadline. `issued_at` is when it fell due, whenever it was written."""

    __tablename__ = "supervision_notices"
    __table_args__ = (
        UniqueConstraint("deadline_id", "colour"),
        CheckConstraint("issued_at < due_at", name="forwards"),
        CheckConstraint("answered_at IS NULL OR answer <> ''", name="answered_with_words"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        Index("ix_supervision_notices_issued_at", "issued_at", "id"),
        Index("ix_supervision_notices_unit_id_issued_at", "unit_id", "issued_at", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # DBD-2026-001
    colour: Mapped[Colour] = mapped_column()
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), index=True)
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matter_deadlines.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    addressee: Mapped[str] = mapped_column()  # a post
    issued_at: Mapped[datetime] = mapped_column()
    written_at: Mapped[datetime] = mapped_column()
    issued_by: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column()
    answered_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class PointChange(Keyed, Base):
    """Points given to a unit by hand, or taken: one proposes, another confirms; from then on they count, and are public."""

    __tablename__ = "point_changes"
    __table_args__ = (
        CheckConstraint("points <> 0 AND points BETWEEN -100 AND 100", name="points_in_range"),
        CheckConstraint("reason <> ''", name="with_a_reason"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_post = '')", name="confirmed_whole"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> staff_id", name="by_two_people"),
        CheckConstraint("confirmed_at IS NULL OR dropped_at IS NULL", name="confirmed_or_dropped"),
        Index("ix_point_changes_unit_id_confirmed_at", "unit_id", "confirmed_at"),
        Index("ix_point_changes_confirmed_at", "confirmed_at", "id"),
        Index(
            "ix_point_changes_waiting",
            "at",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    points: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column()
    about: Mapped[str] = mapped_column(default="")  # a public reference
    at: Mapped[datetime] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    confirmed_post: Mapped[str] = mapped_column(default="")
    dropped_at: Mapped[datetime | None] = mapped_column()
