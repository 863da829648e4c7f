"""Boards, what is posted on them, and every version of it."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.core.guarding import only_added
from evalapp.core.references import CountsReferences


class DisclosureState(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Board(Keyed, Base):
    """A unit's wall. It is watched from a day on: what was due before is nobody's silence."""

    __tablename__ = "boards"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), unique=True)
    is_busy: Mapped[bool] = mapped_column(default=False)  # much money comes and goes: it accounts every month
    watched_from: Mapped[date] = mapped_column()
    opened_at: Mapped[datetime] = mapped_column()


class Disclosure(Keyed, Base):
    """One thing posted on a board, or being prepared. Its words are in `DisclosureVersion`; withdrawn, it leaves its mark."""

    __tablename__ = "disclosures"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_whole"),
        CheckConstraint("(version = 0) = (published_at IS NULL)", name="published_whole"),
        CheckConstraint("state <> 'published' OR version > 0", name="published_with_a_version"),
        CheckConstraint("(period = '') = (formed_on IS NOT NULL)", name="for_a_period_or_formed"),
        Index(
            "uq_disclosures_of_a_period",
            "board_id",
            "code",
            "period",
            unique=True,
            sqlite_where=text("period <> '' AND state <> 'withdrawn'"),
            postgresql_where=text("period <> '' AND state <> 'withdrawn'"),
        ),
        Index("ix_disclosures_board_id_code", "board_id", "code"),
        Index("ix_disclosures_published_at", "published_at", "id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)  # GK-2026-0001
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    code: Mapped[str] = mapped_column()  # of the catalogue
    period: Mapped[str] = mapped_column(default="")  # 2026-Q3
    formed_on: Mapped[date | None] = (
        mapped_column()
    )  # the day from which its term counts, where it is for no period
    title: Mapped[str] = mapped_column()  # of the newest version that is shown
    state: Mapped[DisclosureState] = mapped_column(default=DisclosureState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)  # the newest that is shown
    created_at: Mapped[datetime] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column()  # for the first time
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class DisclosureDraft(Base):
    """What the next version of a posting will say. Personal data is masked before it is kept here."""

    __tablename__ = "disclosure_drafts"

    disclosure_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("disclosures.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column()
    number: Mapped[int] = mapped_column(default=1)  # how often it was saved
    changed_at: Mapped[datetime] = mapped_column()
    changed_by: Mapped[str] = mapped_column()


class DisclosureVersion(Keyed, Base):
    """One version of a posting, whole, bound to the one before it; the database refuses to change or delete one."""

    __tablename__ = "disclosure_versions"
    __table_args__ = (
        UniqueConstraint("disclosure_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("number = 1 OR reason <> ''", name="changed_with_a_reason"),
        CheckConstraint("(number = 1) = (before = '')", name="bound_to_the_one_before"),
        CheckConstraint("length(sha256) = 64", name="hashed"),
    )

    disclosure_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("disclosures.id"))
    number: Mapped[int] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    before: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime] = mapped_column()
    published_by: Mapped[str] = mapped_column()  # a post
    reason: Mapped[str] = mapped_column(default="")


class Attachment(Keyed, Base):
    """A file handed in for a posting. The draft and each version name the files that belong to them by token."""

    __tablename__ = "disclosure_files"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    disclosure_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("disclosures.id"), index=True)
    token: Mapped[str] = mapped_column(unique=True)
    file_name: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    preview: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is seen of it before it is opened
    is_shown: Mapped[bool] = mapped_column(default=False)  # the newest version that is shown names it
    added_at: Mapped[datetime] = mapped_column()
    added_by: Mapped[str] = mapped_column()


class ReferenceCounter(CountsReferences, Base):
    """The last number given to a posting in a year."""

    __tablename__ = "disclosure_counters"


only_added(DisclosureVersion, "versions of a posting are only ever added")
