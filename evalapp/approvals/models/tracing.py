"""Table of the tries to find a case by its code."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class CaseAttempt(Keyed, Base):
    """One try to find a case, written before it is evaluated; those that failed stop the next. Keyed hashes alone."""

    __tablename__ = "case_attempts"
    __table_args__ = (
        Index("ix_case_attempts_case_key_at", "case_key", "at"),
        Index("ix_case_attempts_network_key_at", "network_key", "at"),
    )

    case_key: Mapped[str] = mapped_column()
    network_key: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)
    succeeded: Mapped[bool] = mapped_column(default=False)
