"""Tables of pledges and highlights, and of every wording of them that was ever shown."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.core.references import CountsReferences
from evalapp.core.terms import LONGEST, Basis, Term, TimeUnit


def _text_of(kind: type[enum.StrEnum], *, check: str) -> Enum:
    """A second column of the same kind in a table: its CHECK needs a name of its own."""
    return Enum(
        kind,
        name=check,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Pledge(Keyed, Base):
    """What a unit undertakes to the public. Its words are in `PledgeVersion`; withdrawn, it stays readable."""

    __tablename__ = "pledges"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
    )

    reference: Mapped[str] = mapped_column(unique=True)  # PL-2026-0042
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class PledgeVersion(Keyed, Base):
    """One wording of a pledge, shown from a moment until the next. None is ever changed or removed."""

    __tablename__ = "pledge_versions"
    __table_args__ = (
        UniqueConstraint("pledge_id", "number"),
        Index(
            "uq_pledge_versions_shown_now",
            "pledge_id",
            unique=True,
            sqlite_where=text("shown_until IS NULL"),
            postgresql_where=text("shown_until IS NULL"),
        ),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("shown_until IS NULL OR shown_from <= shown_until", name="shown_forwards"),
        CheckConstraint(
            "(amount IS NULL) = (time_unit IS NULL) AND (amount IS NULL) = (basis IS NULL)", name="term_whole"
        ),
        CheckConstraint(f"amount IS NULL OR amount BETWEEN 1 AND {LONGEST}", name="term_in_range"),
        CheckConstraint(
            "(statutory_amount IS NULL) = (statutory_unit IS NULL)"
            " AND (statutory_amount IS NULL) = (statutory_basis IS NULL)",
            name="statutory_whole",
        ),
        CheckConstraint(
            f"statutory_amount IS NULL OR statutory_amount BETWEEN 1 AND {LONGEST}", name="statutory_in_range"
        ),
        CheckConstraint("number = 1 OR reason <> ''", name="reworded_with_a_reason"),
    )

    pledge_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pledges.id"), index=True)
    number: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    text: Mapped[str] = mapped_column()
    measured: Mapped[str] = mapped_column(default="")  # what the term measures: from acceptance to decision
    amount: Mapped[int | None] = mapped_column()
    time_unit: Mapped[TimeUnit | None] = mapped_column()
    basis: Mapped[Basis | None] = mapped_column()
    statutory_amount: Mapped[int | None] = mapped_column()
    statutory_unit: Mapped[TimeUnit | None] = mapped_column(_text_of(TimeUnit, check="statutory_unit"))
    statutory_basis: Mapped[Basis | None] = mapped_column(_text_of(Basis, check="statutory_basis"))
    statutory_source: Mapped[str] = mapped_column(default="")  # the article that sets the statutory term
    shown_from: Mapped[datetime] = mapped_column()
    shown_until: Mapped[datetime | None] = mapped_column()
    written_by: Mapped[str] = mapped_column()  # a post, never a name
    reason: Mapped[str] = mapped_column(default="")  # why it was reworded

    @property
    def term(self) -> Term | None:
        """The pledged term, where the pledge has a measure."""
        return _term(self.amount, self.time_unit, self.basis)

    @property
    def statutory(self) -> Term | None:
        """The term that the law sets, where it does."""
        return _term(self.statutory_amount, self.statutory_unit, self.statutory_basis)


class PledgeVersionItem(Base):
    """By the cases of which service item a wording is measured."""

    __tablename__ = "pledge_version_items"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pledge_versions.id"), primary_key=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), primary_key=True, index=True)


class Highlight(Keyed, Base):
    """A unit's goal of a year. Its words are in `HighlightVersion`, how far it is in `HighlightProgress`."""

    __tablename__ = "highlights"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_in_range"),
    )

    reference: Mapped[str] = mapped_column(unique=True)  # HL-2026-0007
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    year: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class HighlightVersion(Keyed, Base):
    """One wording of a highlight, kept as those of pledges are."""

    __tablename__ = "highlight_versions"
    __table_args__ = (
        UniqueConstraint("highlight_id", "number"),
        Index(
            "uq_highlight_versions_shown_now",
            "highlight_id",
            unique=True,
            sqlite_where=text("shown_until IS NULL"),
            postgresql_where=text("shown_until IS NULL"),
        ),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("shown_until IS NULL OR shown_from <= shown_until", name="shown_forwards"),
        CheckConstraint("number = 1 OR reason <> ''", name="reworded_with_a_reason"),
    )

    highlight_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("highlights.id"), index=True)
    number: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    goal: Mapped[str] = mapped_column()
    measures: Mapped[str] = mapped_column(default="")  # one a line
    post: Mapped[str] = mapped_column(default="")  # who answers for it
    due_on: Mapped[date | None] = mapped_column()  # by when it is to be done
    shown_from: Mapped[datetime] = mapped_column()
    shown_until: Mapped[datetime | None] = mapped_column()
    written_by: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")


class HighlightProgress(Keyed, Base):
    """How far a highlight was on a day, as the unit said it; rows are only ever added."""

    __tablename__ = "highlight_progress"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_in_range"),
        Index("ix_highlight_progress_highlight_id_recorded_at", "highlight_id", "recorded_at"),
    )

    highlight_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("highlights.id"))
    percent: Mapped[int] = mapped_column()
    reached_on: Mapped[date] = mapped_column()
    done: Mapped[str] = mapped_column(default="")  # in the goal's own unit: 31 个小区
    proof: Mapped[str] = mapped_column(default="")  # what shows it: 验收单 31 份
    proof_path: Mapped[str] = mapped_column(default="")  # where on this site it can be seen
    recorded_at: Mapped[datetime] = mapped_column()
    recorded_by: Mapped[str] = mapped_column()


class ReferenceCounter(CountsReferences, Base):
    """The last number given to a kind of reference in a year."""

    __tablename__ = "pledge_reference_counters"


def _term(amount: int | None, unit: TimeUnit | None, basis: Basis | None) -> Term | None:
    if amount is None or unit is None or basis is None:
        return None
    return Term(amount=amount, unit=unit, basis=basis)
