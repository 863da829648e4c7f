"""The table of notices."""

import enum
import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.accounts.rules import Purpose
from evalapp.core.base import Base, Keyed


class NoticeState(enum.StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # nobody to tell any more: consent withdrawn, account erased or long idle


class Notice(Keyed, Base):
    """A short message that somebody ought to get. Its id is the message's, however often it is tried.

    It does not say what it is about, and whom it was for is forgotten once it is sent.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (resident_id IS NOT NULL)", name="recipient_while_waiting"),
    )

    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.REPLY_NOTICES)  # what its receiver agreed to
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.WAITING)
    made_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
