"""Tables of units."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class UnitKind(enum.StrEnum):
    DEPARTMENT = "department"
    SECTION = "section"
    SUBDISTRICT = "subdistrict"
    VILLAGE = "village"


class Unit(Keyed, Base):
    """A department, section, subdistrict or village; a tree by `parent_id`."""

    __tablename__ = "units"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str] = mapped_column()
    kind: Mapped[UnitKind] = mapped_column()
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    rank_class: Mapped[str] = mapped_column(
        default=""
    )  # units are ranked inside their class; "" is never ranked
    summary: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    office_hours: Mapped[str] = mapped_column(default="")
    sort_key: Mapped[str] = mapped_column(default="", index=True)  # pinyin
    created_at: Mapped[datetime] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()


class Membership(Keyed, Base):
    """A member of staff works for a unit."""

    __tablename__ = "unit_members"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
