"""Tables of service items: what people apply for, every version of its guide, drafts, forms and filled samples."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.powers.models.versions import Drafted, Versioned, kept_versions
from evalapp.powers.rules.items.profile import Axis
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerState


class ServiceItem(Keyed, Base):
    """An approval or service that people apply for, under a power. Its guide is in `ItemVersion`."""

    __tablename__ = "service_items"
    __table_args__ = (
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_with_its_moment"
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        Index("ix_service_items_state_code", "state", "code"),
        Index("ix_service_items_unit_id_state_code", "unit_id", "state", "code"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    power_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("powers.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    state: Mapped[PowerState] = mapped_column()
    name: Mapped[str] = mapped_column()
    folded: Mapped[str] = mapped_column()  # what lists look through: name, initials and code
    created_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")


class ItemLabel(Base):
    """A subject or life event that a published item is found by."""

    __tablename__ = "service_item_labels"
    __table_args__ = (Index("ix_service_item_labels_axis_label", "axis", "label"),)

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), primary_key=True)
    axis: Mapped[Axis] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)


class ItemVersion(Versioned, Keyed, Base):
    """What a guide said from a moment until the next, whole. None is ever changed or removed."""

    __tablename__ = "service_item_versions"
    __table_args__ = kept_versions("service_item_versions", "item_id")

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), index=True)

    @property
    def text(self) -> ItemText:
        return ItemText.of(self.document)


class ItemDraft(Drafted, Base):
    """What a guide is to say next; one for each, and each change says which state of it was seen."""

    __tablename__ = "service_item_drafts"

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), primary_key=True)

    @property
    def text(self) -> ItemText:
        return ItemText.of(self.document)


class ItemFile(Keyed, Base):
    """A form or a filled sample of an item. Papers name it by its token, which is its address as well; people by its name."""

    __tablename__ = "service_item_files"
    __table_args__ = (
        UniqueConstraint("item_id", "file_name"),
        CheckConstraint("size > 0", name="size_positive"),
    )

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"))
    token: Mapped[str] = mapped_column(unique=True)
    file_name: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    added_at: Mapped[datetime] = mapped_column()
    added_by: Mapped[str] = mapped_column()
    shown_at: Mapped[datetime | None] = mapped_column()  # since a guide that names it was published
