"""Tables of threads, comments and replies."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Thread(Keyed, Base):
    """What comments hang on. Holds title, unit, public reference and path of what it is about, given when it is made."""

    __tablename__ = "threads"

    title: Mapped[str] = mapped_column()
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
