"""Tables of powers, of every version of them that was ever shown, and of flowcharts."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.powers.models.versions import Drafted, Versioned, kept_versions
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.places import Places
from evalapp.powers.rules.kinds import Level, PowerKind, PowerState
from evalapp.powers.rules.text import PowerText


class KeptFlowchart(Keyed, Base):
    """A flowchart by what it says, with its places. Never changed: powers and versions that say the same share it."""

    __tablename__ = "flowcharts"

    fingerprint: Mapped[str] = mapped_column(unique=True)
    outline: Mapped[str] = mapped_column(index=True)  # charts that have it in common share their wide places
    document: Mapped[dict[str, Any]] = mapped_column()
    wide: Mapped[dict[str, Any]] = mapped_column()
    narrow: Mapped[dict[str, Any]] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()

    @property
    def chart(self) -> Flowchart:
        return Flowchart.of(self.document)

    @property
    def wide_places(self) -> Places:
        return Places.of(self.wide)

    @property
    def narrow_places(self) -> Places:
        return Places.of(self.narrow)


class Power(Keyed, Base):
    """One thing the law lets or makes a unit do. What it says is in `PowerVersion`; lists read the few words here.

    Main item, sub-item and the item that people apply for are a tree by `parent_id`: each stands below a higher level.
    """

    __tablename__ = "powers"
    __table_args__ = (
        UniqueConstraint("id", "level"),
        ForeignKeyConstraint(["parent_id", "parent_level"], ["powers.id", "powers.level"]),
        CheckConstraint("(parent_id IS NULL) = (parent_level IS NULL)", name="parent_whole"),
        CheckConstraint("parent_level IS NULL OR parent_level < level", name="below_its_parent"),
        CheckConstraint("(level = 0) = (parent_id IS NULL)", name="main_or_below"),
        CheckConstraint("level BETWEEN 0 AND 2", name="level_in_range"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_with_its_moment"
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        Index("ix_powers_state_code_folded", "state", "code", "folded"),  # words are looked for in it alone
        Index("ix_powers_unit_id_state_code", "unit_id", "state", "code"),
        Index("ix_powers_kind_state_code", "kind", "state", "code"),
        Index("ix_powers_counted", "state", "unit_id", "kind"),
        Index("ix_powers_parent_id_parent_level", "parent_id", "parent_level"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column()
    parent_level: Mapped[int | None] = mapped_column()
    level: Mapped[int] = mapped_column(default=0)
    state: Mapped[PowerState] = mapped_column()
    name: Mapped[str] = mapped_column()
    kind: Mapped[PowerKind] = mapped_column()
    # What is looked through: the name, the letters that people type for it (施工许可证核发 is sgxkzhf), the code.
    folded: Mapped[str] = mapped_column(default="")
    basis_ends_on: Mapped[date | None] = mapped_column(index=True)  # when the first of its legal bases ends
    created_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column(index=True)
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")

    @property
    def depth(self) -> Level:
        return Level(self.level)


class PowerVersion(Versioned, Keyed, Base):
    """What a power said from a moment until the next, whole. None is ever changed or removed."""

    __tablename__ = "power_versions"
    __table_args__ = (
        *kept_versions("power_versions", "power_id"),
        Index("ix_power_versions_shown_from_power_id", "shown_from", "power_id"),
    )

    power_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("powers.id"), index=True)
    flowchart_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("flowcharts.id"), index=True)

    @property
    def text(self) -> PowerText:
        return PowerText.of(self.document)


class PowerDraft(Drafted, Base):
    """What a power is to say next; one for each, and each change says which state of it was seen."""

    __tablename__ = "power_drafts"

    power_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("powers.id"), primary_key=True)
    flowchart_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("flowcharts.id"), index=True)

    @property
    def text(self) -> PowerText:
        return PowerText.of(self.document)
