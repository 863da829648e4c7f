"""Tables of what applicants are told by message: what moved, the messages, and who wants none."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed

_WAITING = text("state = 'waiting'")
ONE_WAITS = "uq_case_messages_waiting_case_id"


class CaseNews(Keyed, Base):
    """The cases that one batch moved and whose applicants may be told: one row a batch, taken away when messages are written."""

    __tablename__ = "case_news"

    received_at: Mapped[datetime] = mapped_column(index=True)
    cases: Mapped[dict[str, Any]] = mapped_column()  # {"ids": [hex, …]}


class MessageState(enum.StrEnum):
    WAITING = "waiting"  # what it says is where the case stands when it goes
    SENDING = "sending"  # written before the gateway is called
    SENT = "sent"
    DROPPED = "dropped"  # nobody to tell, or nobody knows whether it was taken: at most once


class CaseMessage(Keyed, Base):
    """One message to the applicant of a case, under its own id however often it is tried. One waits at most."""

    __tablename__ = "case_messages"
    __table_args__ = (
        CheckConstraint("(state IN ('sent', 'dropped')) = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        Index(
            ONE_WAITS,
            "case_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    state: Mapped[MessageState] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column(index=True)


class CaseQuiet(Base):
    """Whoever wants no messages about cases, by the keyed hash of the number."""

    __tablename__ = "case_quiets"

    person_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column()
