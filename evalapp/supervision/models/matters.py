"""Tables of matters, of their deadlines with what paused them, and of their timeline."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.adopting import Adopted
from evalapp.core.base import Base, Keyed
from evalapp.core.guarding import only_added
from evalapp.core.references import CountsReferences
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.states import Act, MatterKind, Phase, Stage, Weight
from evalapp.supervision.rules.terms import Ending

__all__ = ["AnswerGrade"]

_RUNNING = text("ended_at IS NULL")


class ProfileInForce(Adopted, Base):
    """A profile that the district adopted; a matter keeps the one that it was opened under. Rows are only added."""

    __tablename__ = "supervision_profiles"


class Matter(Keyed, Base):
    """Something that a unit answers for. Holds title, path and public reference of what it is about, as given.

    `title` is never a resident's words: those may have to go. What time decides is in no column: `phase` says what
    people did last, the running deadline and the clock say the rest.
    """

    __tablename__ = "matters"
    __table_args__ = (
        CheckConstraint(
            "phase NOT IN ('checked', 'confirmed') OR checked_at IS NOT NULL", name="mended_only_when_checked"
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        CheckConstraint("(grade IS NULL) = (graded_at IS NULL)", name="graded_whole"),
        CheckConstraint("kind NOT IN ('question', 'complaint') OR weight IS NOT NULL", name="weighed"),
        CheckConstraint(
            "(settled_at IS NULL) = (phase IN ('open', 'reopened', 'planned', 'mending', 'claimed', 'contested'))",
            name="settled_when_nothing_waits",
        ),
        Index("ix_matters_settled_at", "settled_at", "id"),
        Index("ix_matters_unit_id_settled_at", "unit_id", "settled_at", "id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)  # MT-2026-0042
    key: Mapped[str | None] = mapped_column(unique=True)  # asked for twice: one matter
    kind: Mapped[MatterKind] = mapped_column()
    title: Mapped[str] = mapped_column()
    path: Mapped[str] = mapped_column()
    about: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    section_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    handler: Mapped[str] = mapped_column(default="")  # a post
    weight: Mapped[Weight | None] = mapped_column()
    phase: Mapped[Phase] = mapped_column(default=Phase.OPEN)
    is_public: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime] = mapped_column()
    profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("supervision_profiles.id"), index=True)
    topic_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("topics.id"), unique=True)
    version: Mapped[int] = mapped_column(default=0)  # how many entries its timeline has
    settled_at: Mapped[datetime | None] = mapped_column()  # since when nobody is to do anything, if so
    rests_at: Mapped[datetime | None] = mapped_column()  # until then it can be opened again
    reopened: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None] = mapped_column()  # somebody other than the unit found it mended
    grade: Mapped[AnswerGrade | None] = mapped_column()  # what the asker says of the answer
    graded_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class Deadline(Keyed, Base):
    """One clock of a matter. A matter has one that runs at most; those that ended stay.

    Without a unit it is the office's own. The moments are what the calendar said when they were last counted.
    """

    __tablename__ = "matter_deadlines"
    __table_args__ = (
        UniqueConstraint("matter_id", "number"),
        CheckConstraint("(working_days IS NULL) <> (fixed_on IS NULL)", name="one_kind_of_term"),
        CheckConstraint("working_days IS NULL OR working_days >= 0", name="term_not_negative"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_whole"),
        CheckConstraint("ended_at IS NULL OR next_act_at IS NULL", name="nothing_due_after_its_end"),
        CheckConstraint(
            "(due_on IS NULL) = (due_at IS NULL) AND (due_on IS NULL) = (soon_at IS NULL)"
            " AND (due_on IS NULL) = (very_late_at IS NULL)",
            name="counted_whole",
        ),
        Index(
            "uq_matter_deadlines_running",
            "matter_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "ix_matter_deadlines_running_listed",
            "listed_on",
            "matter_id",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "ix_matter_deadlines_unit_running_listed",  # all that counting by lamp reads of a clock
            "unit_id",
            "listed_on",
            "matter_id",
            "stage",
            "soon_at",
            "ended_at",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_matter_deadlines_unit_id_due_at", "unit_id", "due_at"),
    )

    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"))
    stage: Mapped[Stage] = mapped_column()
    number: Mapped[int] = mapped_column()
    started_at: Mapped[datetime] = mapped_column()
    started_on: Mapped[date] = mapped_column()
    working_days: Mapped[int | None] = mapped_column()
    fixed_on: Mapped[date | None] = mapped_column()  # a day that a plan names
    source: Mapped[str] = mapped_column()  # where the term comes from
    due_on: Mapped[date | None] = mapped_column()
    listed_on: Mapped[date] = mapped_column()  # the last day; of a clock that is held the last of all days
    due_at: Mapped[datetime | None] = mapped_column()
    soon_at: Mapped[datetime | None] = mapped_column()
    very_late_at: Mapped[datetime | None] = mapped_column()
    is_provisional: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_how: Mapped[Ending | None] = mapped_column()
    next_act_at: Mapped[datetime | None] = mapped_column(
        index=True
    )  # when a reminder or a notice falls due next


class DeadlinePause(Keyed, Base):
    """A stretch that does not count, with its reason; told in public."""

    __tablename__ = "deadline_pauses"
    __table_args__ = (
        CheckConstraint("resumed_on IS NULL OR resumed_on >= noticed_on", name="forwards"),
        CheckConstraint("reason <> ''", name="with_a_reason"),
        Index(
            "uq_deadline_pauses_open",
            "deadline_id",
            unique=True,
            sqlite_where=text("resumed_on IS NULL"),
            postgresql_where=text("resumed_on IS NULL"),
        ),
    )

    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matter_deadlines.id"), index=True)
    noticed_on: Mapped[date] = mapped_column()
    resumed_on: Mapped[date | None] = mapped_column()
    reason: Mapped[str] = mapped_column()
    post: Mapped[str] = mapped_column()


class MatterEvent(Keyed, Base):
    """An entry in the timeline of a matter; the database refuses to change or delete one.

    `at` is when it happened or was due, `written_at` when it was put down. `note` is never a resident's words.
    """

    __tablename__ = "matter_events"
    __table_args__ = (UniqueConstraint("matter_id", "number"),)

    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"))
    number: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    written_at: Mapped[datetime] = mapped_column()
    kind: Mapped[Act] = mapped_column()
    is_public: Mapped[bool] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()
    note: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ReferenceCounter(CountsReferences, Base):
    """The last number given to a kind of reference in a year."""

    __tablename__ = "supervision_counters"


only_added(MatterEvent, "entries of a matter are only ever added")
