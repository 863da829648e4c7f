"""What was recorded of guides and of the pages by which one finds them: read aloud at a kiosk."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Recorded(Keyed, Base):
    """A piece of a published guide, or of a page (no item), as a sound whose file is named by its mark."""

    __tablename__ = "recorded_speech"
    __table_args__ = (
        UniqueConstraint("item_id", "place"),
        CheckConstraint("milliseconds > 0", name="milliseconds_positive"),
    )

    item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("service_items.id"))
    place: Mapped[int] = mapped_column()  # which piece of it, from 0
    mark: Mapped[str] = mapped_column(index=True)
    milliseconds: Mapped[int] = mapped_column()
