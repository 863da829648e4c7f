"""The record of what the retention rules removed: counts, never what."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Removal(Keyed, Base):
    """How many things one rule removed on one day."""

    __tablename__ = "removals"
    __table_args__ = (
        UniqueConstraint("rule", "removed_on"),
        CheckConstraint("amount > 0", name="something"),
    )

    rule: Mapped[str] = mapped_column()
    removed_on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[int] = mapped_column()
