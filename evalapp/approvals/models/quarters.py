"""Tables of units' quarters as they were published, and of what the office itself did: rows are only ever added."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.journal import MonitorAct
from evalapp.core.base import Base, Keyed
from evalapp.core.guarding import only_added


class UnitQuarter(Keyed, Base):
    """A unit's quarter with all that its grade was reckoned from. The highest number stands; those before stay to be read.

    `score` is in hundredths of a point; without it so few cases were completed that there is no grade.
    """

    __tablename__ = "unit_quarters"
    __table_args__ = (
        UniqueConstraint("year", "quarter", "unit_id", "number"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="one_of_four"),
        CheckConstraint("(score IS NULL) = (grade = '')", name="graded_by_its_score"),
        CheckConstraint("number = 1 OR reason <> ''", name="corrected_with_a_reason"),
        CheckConstraint("kept <= completed", name="kept_of_the_completed"),
        Index("ix_unit_quarters_unit_id", "unit_id", "year", "quarter", "number"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    year: Mapped[int] = mapped_column()
    quarter: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_profiles.id"), index=True)
    completed: Mapped[int] = mapped_column()
    kept: Mapped[int] = mapped_column()
    yellow: Mapped[int] = mapped_column()
    red: Mapped[int] = mapped_column()
    yellow_points: Mapped[int] = mapped_column()
    red_points: Mapped[int] = mapped_column()
    manual: Mapped[int] = mapped_column()
    score: Mapped[int | None] = mapped_column()
    grade: Mapped[str] = mapped_column()  # as the profile names it
    reason: Mapped[str] = mapped_column(default="")  # why it was reckoned again
    made_at: Mapped[datetime] = mapped_column()
    made_by: Mapped[str] = mapped_column()
    matter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("matters.id"), index=True)


class MonitorEntry(Keyed, Base):
    """One thing that the office lifted, changed or delayed; the database refuses to change or delete one.

    `subject` is a public reference, `about` says what it is, `posts` who did it. Nothing of an applicant.
    """

    __tablename__ = "monitor_entries"
    __table_args__ = (
        Index("ix_monitor_entries_at", "at", "id"),
        Index("ix_monitor_entries_kind_at", "kind", "at", "id"),
    )

    at: Mapped[datetime] = mapped_column()
    kind: Mapped[MonitorAct] = mapped_column()
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    subject: Mapped[str] = mapped_column()
    path: Mapped[str] = mapped_column(default="")  # of its page, which may not be public
    about: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")
    posts: Mapped[str] = mapped_column()


only_added(UnitQuarter, "what the monitor published is only ever added to")
only_added(MonitorEntry, "what the monitor published is only ever added to")
