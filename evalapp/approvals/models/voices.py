"""Tables of what applicants say of their cases: a grade when it is over, complaints at any time."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.rating import Topic
from evalapp.core.base import Base, Keyed


class CaseGrade(Keyed, Base):
    """The one grade of a case, by its applicant; it is not changed. A low one has a matter that the unit answers."""

    __tablename__ = "case_grades"
    __table_args__ = (
        CheckConstraint("grade BETWEEN 1 AND 5", name="one_of_five"),
        CheckConstraint("(grade <= 2) = (matter_id IS NOT NULL)", name="low_grades_are_answered"),
        Index("ix_case_grades_unit_id_given_at", "unit_id", "given_at"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    grade: Mapped[int] = mapped_column()
    indicators: Mapped[dict[str, Any]] = mapped_column()  # {"codes": […]}
    profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_profiles.id"), index=True)
    given_at: Mapped[datetime] = mapped_column()
    matter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("matters.id"), unique=True)


class CaseComplaint(Keyed, Base):
    """A complaint about a case: its reference is its matter's. The words are for the unit and the office only."""

    __tablename__ = "case_complaints"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), unique=True)
    topic: Mapped[Topic] = mapped_column()
    words: Mapped[str] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
