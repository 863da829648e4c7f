"""Tables of units."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.core.names import name_key
from evalapp.units.rules.tree import DEEPEST, UnitKind

__all__ = ["Membership", "Unit", "UnitFunction", "UnitKind", "UnitPost", "UnitTopic"]


def _key_of_the_name(context: DefaultExecutionContext) -> str:
    given = context.get_current_parameters()  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it
    return name_key(str(given["name"]))


class Unit(Keyed, Base):
    """A department, section, subdistrict or village; a tree by `parent_id`.

    A cycle cannot be stored: each unit's `level` is above that of its parent, which the foreign key carries along.
    Names are unique below one parent by `name_key`, so that none passes for another.
    """

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("id", "level"),
        UniqueConstraint("parent_id", "name_key"),
        Index(
            "uq_units_top_name_key",
            "name_key",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        ForeignKeyConstraint(["parent_id", "parent_level"], ["units.id", "units.level"], onupdate="CASCADE"),
        CheckConstraint("(parent_id IS NULL) = (parent_level IS NULL)", name="parent_whole"),
        CheckConstraint("parent_level IS NULL OR parent_level < level", name="below_its_parent"),
        CheckConstraint(f"level BETWEEN 0 AND {DEEPEST}", name="level_in_range"),
        CheckConstraint("closed_at IS NULL OR closed_reason <> ''", name="closed_with_a_reason"),
    )

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column()
    name_key: Mapped[str] = mapped_column(default=_key_of_the_name)
    short_name: Mapped[str] = mapped_column()
    kind: Mapped[UnitKind] = mapped_column()
    parent_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    parent_level: Mapped[int | None] = mapped_column()
    level: Mapped[int] = mapped_column(default=0)
    rank_class: Mapped[str] = mapped_column(
        default=""
    )  # units are ranked inside their class; "" is never ranked
    summary: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    office_hours: Mapped[str] = mapped_column(default="")
    sort_key: Mapped[str] = mapped_column(default="", index=True)  # pinyin
    initials: Mapped[str] = mapped_column(default="")  # what people type: 教育局 is jyj
    revision: Mapped[int] = mapped_column(default=1)  # who edits says which state they saw
    created_at: Mapped[datetime] = mapped_column()
    profile_changed_at: Mapped[datetime | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()
    closed_reason: Mapped[str] = mapped_column(default="")
    closed_by: Mapped[str] = mapped_column(default="")


class UnitFunction(Keyed, Base):
    """One thing the unit is for. A changed one is ended and a new row begins: every wording shown is kept."""

    __tablename__ = "unit_functions"
    __table_args__ = (
        CheckConstraint("shown_until IS NULL OR shown_from <= shown_until", name="shown_forwards"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    position: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    text: Mapped[str] = mapped_column()
    handled_by: Mapped[str] = mapped_column(default="")  # the sections that answer for it
    shown_from: Mapped[datetime] = mapped_column()
    shown_until: Mapped[datetime | None] = mapped_column()
    changed_by: Mapped[str] = mapped_column()


class UnitPost(Keyed, Base):
    """A post of the unit and what it answers for; never a person's name. Kept as functions are."""

    __tablename__ = "unit_posts"
    __table_args__ = (
        CheckConstraint("shown_until IS NULL OR shown_from <= shown_until", name="shown_forwards"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    position: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    duty: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(default="")
    shown_from: Mapped[datetime] = mapped_column()
    shown_until: Mapped[datetime | None] = mapped_column()
    changed_by: Mapped[str] = mapped_column()


class Membership(Keyed, Base):
    """A member of staff works for a unit, and for one only."""

    __tablename__ = "unit_members"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    is_head: Mapped[bool] = mapped_column(
        default=False
    )  # signs what the unit answers, where the profile asks


class UnitTopic(Base):
    """What people follow who follow a unit; made at first need."""

    __tablename__ = "unit_topics"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    topic_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("topics.id"), unique=True)
