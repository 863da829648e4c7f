"""Tables of topics, of what they have news of, of letters, and of the notices that lie on desks."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.accounts.models import Role
from evalapp.accounts.rules import Purpose
from evalapp.core.base import Base, Keyed
from evalapp.notifications.rules.news import TopicKind
from evalapp.notifications.rules.timing import Rhythm

__all__ = [
    "Channel",
    "Following",
    "Letter",
    "LetterState",
    "Notice",
    "Reader",
    "Rhythm",
    "StaffNotice",
    "Topic",
    "TopicKind",
    "TopicNews",
]

_WAITING = text("state = 'waiting'")
_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}  # they would tell in which order people were written to


class Topic(Keyed, Base):
    """What can be followed. Holds title, public reference and path of what it is about, given when it is opened.

    Of what was withdrawn neither title nor path is shown again, and nothing is told of it; who follows it can stop.
    """

    __tablename__ = "topics"

    kind: Mapped[TopicKind] = mapped_column()
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    path: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()


class TopicNews(Keyed, Base):
    """Something public happened to a topic. `key` makes it one piece of news however often it is told."""

    __tablename__ = "topic_news"
    __table_args__ = (Index("ix_topic_news_topic_id_at", "topic_id", "at"),)

    topic_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("topics.id"))
    kind: Mapped[str] = mapped_column()
    reference: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(unique=True)


class Following(Keyed, Base):
    """Somebody follows a topic: a keyed hash that no other topic shares, and the follower, sealed."""

    __tablename__ = "followings"
    __table_args__ = (UniqueConstraint("topic_id", "mark"), _NO_ROW_NUMBERS)

    topic_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("topics.id"))
    mark: Mapped[str] = mapped_column()
    sealed: Mapped[bytes] = mapped_column()


class Reader(Base):
    """How often a resident wants letters and, sealed, what they follow."""

    __tablename__ = "readers"

    resident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residents.id"), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.AT_ONCE)
    sealed_topics: Mapped[bytes | None] = mapped_column()


class LetterState(enum.StrEnum):
    WAITING = "waiting"  # takes further notices in until it goes
    READY = "ready"  # what it says is fixed; a gateway did certainly not take it yet
    SENDING = "sending"  # written before the gateway is called
    DOUBTFUL = "doubtful"  # nobody knows whether the gateway took it; the desk decides
    SENT = "sent"
    DROPPED = "dropped"  # nobody to tell any more: consent withdrawn, account erased or long idle


class Channel(enum.StrEnum):
    SMS = "sms"
    MAIL = "mail"


class Letter(Keyed, Base):
    """One letter or short message to one reader, however many notices it tells of. Its id is the message's.

    It does not say what it is about, and whom it was for is forgotten once it has ended.
    """

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('sent', 'dropped')) = (resident_id IS NULL AND staff_id IS NULL)",
            name="reader_until_it_ends",
        ),
        CheckConstraint("resident_id IS NULL OR staff_id IS NULL", name="one_reader"),
        CheckConstraint("(state IN ('sent', 'dropped')) = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        Index(
            "uq_letters_waiting_resident_id",
            "resident_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(
            "uq_letters_waiting_staff_id",
            "staff_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_letters_state_since", "state", "since"),
        _NO_ROW_NUMBERS,
    )

    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.AT_ONCE)
    since: Mapped[datetime] = mapped_column()  # the hour of the first notice, never finer
    state: Mapped[LetterState] = mapped_column(default=LetterState.WAITING)
    channel: Mapped[Channel | None] = mapped_column()
    job_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    ended_on: Mapped[date | None] = mapped_column(index=True)


class Notice(Keyed, Base):
    """One thing that a letter tells of; never which. `key` makes it one notice however often it is asked for."""

    __tablename__ = "notices"
    __table_args__ = (_NO_ROW_NUMBERS,)

    letter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("letters.id"), index=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    purpose: Mapped[Purpose | None] = (
        mapped_column()
    )  # what its reader agreed to; none for staff, whose work it is
    made_on: Mapped[date] = mapped_column()


class StaffNotice(Keyed, Base):
    """Something that one member of staff, a unit's desk (by the unit's topic) or a role ought to see.

    Lies on the desk from `due_at` on until somebody there has seen it.
    """

    __tablename__ = "staff_notices"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN role IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_desk",
        ),
        CheckConstraint("(seen_at IS NULL) = (seen_by = '')", name="seen_by_somebody"),
        Index("ix_staff_notices_staff_id_due_at", "staff_id", "due_at"),
        Index("ix_staff_notices_topic_id_due_at", "topic_id", "due_at"),
        Index("ix_staff_notices_role_due_at", "role", "due_at"),
    )

    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    topic_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("topics.id"))
    role: Mapped[Role | None] = mapped_column()
    kind: Mapped[str] = mapped_column()
    reference: Mapped[str] = mapped_column()
    path: Mapped[str] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    key: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime | None] = mapped_column(index=True)
    seen_by: Mapped[str] = mapped_column(default="")
