"""Tables of units' quarters as they were published, and of what the office itself did: rows are only ever added."""

import uuid
from datetime import datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.journal import MonitorAct
from evalapp.core.base import Base, Keyed


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
    path: Mapped[str] = mapped_column(default="")  # of its public page
    about: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")
    posts: Mapped[str] = mapped_column()


# The database itself refuses to change or delete what was published. The migration runs the same statements.
_REFUSAL = "what the monitor published is only ever added to"
_TABLES = ("unit_quarters", "monitor_entries")
GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for table in _TABLES
        for name, act in (("unchanged", "UPDATE"), ("undeleted", "DELETE"))
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_the_monitor() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        ),
        *(
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_monitor()"
            for table in _TABLES
        ),
    ),
}
for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        for _kind in (UnitQuarter, MonitorEntry):
            if (
                f" ON {_kind.__tablename__} " in _statement or " ON " not in _statement
            ):  # the function: for whichever is first
                guard = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it without types
                event.listen(_kind.__table__, "after_create", guard.execute_if(dialect=_dialect))
