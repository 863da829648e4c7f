"""Tables of what the office keeps beside decisions: watched words, appeals, reports of misconduct, the journal's figures."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.comments.rules.journal import JournalAct
from evalapp.comments.rules.moderation import AppealOutcome, RefusalReason
from evalapp.core.base import Base, Keyed


class WatchedList(Keyed, Base):
    """One wording of the list of watched words, whole; rows are only ever added, the highest number holds."""

    __tablename__ = "watched_lists"
    __table_args__ = (CheckConstraint("number > 0", name="numbered_from_one"),)

    number: Mapped[int] = mapped_column(unique=True)
    words: Mapped[list[str]] = mapped_column()
    added: Mapped[list[str]] = mapped_column()
    removed: Mapped[list[str]] = mapped_column()
    why: Mapped[str] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()


class CommentCatch(Base):
    """Which watched words a comment held when it was written, by which wording of the list."""

    __tablename__ = "comment_catches"

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("watched_lists.id"), index=True)
    words: Mapped[list[str]] = mapped_column()


class CommentAppeal(Keyed, Base):
    """An author's appeal against a refusal, once a comment; decided by somebody else than who refused."""

    __tablename__ = "comment_appeals"
    __table_args__ = (
        CheckConstraint(
            "decided_by_id IS NULL OR refused_by_id IS NULL OR decided_by_id != refused_by_id",
            name="decided_by_another",
        ),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_at_a_moment"),
        Index("ix_comment_appeals_queue", "outcome", "made_on", "id"),
    )

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), unique=True)
    made_on: Mapped[date] = mapped_column()
    text: Mapped[str] = mapped_column()
    refused_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    outcome: Mapped[AppealOutcome | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    version: Mapped[int] = mapped_column(default=0)


class MisconductReport(Keyed, Base):
    """A comment that is a report of misconduct: its words, sealed, for the office's own channel alone."""

    __tablename__ = "misconduct_reports"
    __table_args__ = (
        CheckConstraint("returned_on IS NULL OR taken_on IS NULL", name="taken_or_returned"),
        CheckConstraint("(sealed IS NULL) = (returned_on IS NOT NULL)", name="sealed_until_returned"),
        Index("ix_misconduct_reports_moved_on", "moved_on", "reference"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column()
    moved_on: Mapped[date] = mapped_column()
    taken_on: Mapped[date | None] = mapped_column()
    returned_on: Mapped[date | None] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column(default="")


class ModerationMonth(Base):
    """How often something was done in a month."""

    __tablename__ = "moderation_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    act: Mapped[JournalAct] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column()


class ModerationReason(Base):
    """The same by reason; `people` are counted inside the row alone."""

    __tablename__ = "moderation_reasons"

    month: Mapped[date] = mapped_column(primary_key=True)
    act: Mapped[JournalAct] = mapped_column(primary_key=True)
    reason: Mapped[RefusalReason] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column()
    people: Mapped[int] = mapped_column()


class ModerationUnit(Base):
    """The same by unit; of what was moved to the misconduct channel there is no row."""

    __tablename__ = "moderation_units"
    __table_args__ = (CheckConstraint("act != 'moved'", name="nothing_moved"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    act: Mapped[JournalAct] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    times: Mapped[int] = mapped_column()
    people: Mapped[int] = mapped_column()


class ModerationWait(Base):
    """How many days comments had waited for their first decision, by the month of the decision."""

    __tablename__ = "moderation_waits"

    month: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column()


class ModerationPerson(Base):
    """Who was counted in a row of a month, under a keyed hash that no other row shares; forgotten when the month is over."""

    __tablename__ = "moderation_people"

    key: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(index=True)


class UnitVoice(Base):
    """What a unit's shown comments say, counted together; made anew from them, gone at once when one is moved away."""

    __tablename__ = "unit_voices"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    stamp: Mapped[str] = mapped_column()  # of the threads' own counts; stale when they differ
    counted_at: Mapped[datetime] = mapped_column()
    document: Mapped[dict[str, Any]] = mapped_column()
