"""Tables of grading: boxes, sealed ballots, their signals apart, who stands for what, acts of two people."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed

# SQLite numbers the rows of a table in the order they came; without these numbers a random key is the only order.
_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}
_RULES = text("kind = 0")
_WAITING = text("confirmed_at IS NULL AND dropped_at IS NULL")


class Grading(Keyed, Base):
    """What the boxes of one episode have in common: the window, the rules, how far the count is.

    `closes_at` moves by an extension of two people only; `closed_at` is the closing mark and holds the closing moment.
    `turnout` is the figure last told to anyone, never a live count. `written_at` lets a clock that went back be noticed.
    """

    __tablename__ = "gradings"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("turnout % 20 = 0", name="turnout_in_steps"),
    )

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), unique=True)
    profile: Mapped[dict[str, Any]] = mapped_column()
    opens_at: Mapped[datetime] = mapped_column()
    closes_at: Mapped[datetime] = mapped_column(index=True)
    announced_at: Mapped[datetime] = mapped_column()
    written_at: Mapped[datetime | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()
    voided_at: Mapped[datetime | None] = mapped_column()
    turnout: Mapped[int] = mapped_column(default=0)
    turnout_at: Mapped[datetime | None] = mapped_column()
    forgotten_at: Mapped[datetime | None] = mapped_column()  # voter secret, signal key and signals are gone
    key_forgotten_at: Mapped[datetime | None] = mapped_column()  # the boxes' keys are gone


class BallotBox(Keyed, Base):
    """One episode and one group of evaluators, with the public key that its ballots are sealed to."""

    __tablename__ = "ballot_boxes"
    __table_args__ = (UniqueConstraint("grading_id", "group"),)

    grading_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("gradings.id"), index=True)
    group: Mapped[str] = mapped_column()
    reference: Mapped[str] = mapped_column(unique=True)  # EP-2026-16.resident
    public_key: Mapped[bytes] = mapped_column(LargeBinary())


class BoxEntry(Keyed, Base):
    """An entry of a box that is no ballot: the rules, the closing, an extension or voiding; in its final bytes."""

    __tablename__ = "box_entries"
    __table_args__ = (
        CheckConstraint("kind IN (0, 2, 3)", name="kind_known"),
        Index("uq_box_entries_rules", "box_id", unique=True, postgresql_where=_RULES, sqlite_where=_RULES),
    )

    box_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ballot_boxes.id"), index=True)
    kind: Mapped[int] = mapped_column(SmallInteger())
    body: Mapped[bytes] = mapped_column(LargeBinary())
    entry_hash: Mapped[bytes] = mapped_column(LargeBinary(), unique=True)
    made_at: Mapped[datetime] = mapped_column()


class SealedBallot(Keyed, Base):
    """One appended ballot. A random key and no time: the order and the moment of ballots cannot be read from here.

    `hidden_second` is the receipt's second, and who drew the nonce, under a mask that only the voter's own
    Idempotency-Key takes off.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("grading_id", "voter_key", "sequence"),
        UniqueConstraint("grading_id", "request_key"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        CheckConstraint("length(envelope) = 560", name="envelope_of_one_length"),
        _NO_ROW_NUMBERS,
    )

    grading_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("gradings.id"))
    box_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ballot_boxes.id"), index=True)
    voter_key: Mapped[bytes] = mapped_column(LargeBinary())
    sequence: Mapped[int] = mapped_column(SmallInteger())
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary())
    envelope: Mapped[bytes] = mapped_column(LargeBinary())
    entry_hash: Mapped[bytes] = mapped_column(LargeBinary())
    code: Mapped[bytes] = mapped_column(LargeBinary(), unique=True)
    request_key: Mapped[bytes] = mapped_column(LargeBinary())
    request_body: Mapped[bytes] = mapped_column(LargeBinary())
    hidden_second: Mapped[bytes] = mapped_column(LargeBinary())


class BallotSignal(Base):
    """What the integrity rules need of one ballot: keyed hashes and coarse figures. One query of results reads it."""

    __tablename__ = "ballot_signals"
    __table_args__ = (CheckConstraint("watched BETWEEN 0 AND 4", name="watched_in_quarters"), _NO_ROW_NUMBERS)

    ballot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ballots.id"), primary_key=True)
    device: Mapped[bytes | None] = mapped_column(LargeBinary())
    network: Mapped[bytes | None] = mapped_column(LargeBinary())
    number_block: Mapped[bytes | None] = mapped_column(LargeBinary())
    on_staff_list: Mapped[bool] = mapped_column()
    bucket: Mapped[int] = mapped_column()
    watched: Mapped[int | None] = mapped_column(SmallInteger())


class BallotChange(Keyed, Base):
    """That some voter changed a ballot within a five-minute stretch; kept for two hours, for the hourly limit alone."""

    __tablename__ = "ballot_changes"
    __table_args__ = (Index("ix_ballot_changes_voter_bucket", "voter", "bucket"), _NO_ROW_NUMBERS)

    voter: Mapped[bytes] = mapped_column(LargeBinary())
    bucket: Mapped[int] = mapped_column(index=True)


class ClientCode(Keyed, Base):
    """A printed code that makes a resident a client of a unit: kept as a keyed hash, used up by the first ballot.

    `used_mark` is keyed with the episode's voter secret, so that the row does not say in which episode. A completed case is
    kept like a code that nobody printed: `case_mark` lets it serve once an episode; its number is below nought.
    """

    __tablename__ = "client_codes"
    __table_args__ = (UniqueConstraint("unit_id", "number"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    number: Mapped[int] = mapped_column()
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(), unique=True)
    made_at: Mapped[datetime] = mapped_column()
    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    used_mark: Mapped[bytes | None] = mapped_column(LargeBinary())
    case_mark: Mapped[bytes | None] = mapped_column(LargeBinary(), unique=True)


class PanelInvitation(Keyed, Base):
    """A person, by the keyed hash of a telephone number, who was invited to grade an episode in this group."""

    __tablename__ = "panel_invitations"
    __table_args__ = (UniqueConstraint("episode_id", "person_id"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"))
    group: Mapped[str] = mapped_column(default="panel")
    person_id: Mapped[str] = mapped_column(index=True)
    invited_at: Mapped[datetime] = mapped_column()


class StaffListEntry(Keyed, Base):
    """A person, by keyed hash, on the staff list that a unit handed in before grading opened."""

    __tablename__ = "staff_list_entries"
    __table_args__ = (UniqueConstraint("unit_id", "person_id"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    person_id: Mapped[str] = mapped_column(index=True)


class ActKind(enum.StrEnum):
    """What takes two people."""

    EXTEND = "extend"
    VOID = "void"
    SET_APART = "set_apart"
    PUBLISH = "publish"
    PUT_BACK = "put_back"
    CORRECT = "correct"


class TwoPersonAct(Keyed, Base):
    """Something that one person proposed and another, signed in as themselves, confirms. `detail` says what exactly."""

    __tablename__ = "two_person_acts"
    __table_args__ = (
        CheckConstraint("confirmed_by != proposed_by", name="two_different_people"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        Index(
            "uq_two_person_acts_waiting",
            "grading_id",
            "kind",
            unique=True,
            postgresql_where=_WAITING,
            sqlite_where=_WAITING,
        ),
    )

    grading_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("gradings.id"), index=True)
    kind: Mapped[ActKind] = mapped_column()
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_post: Mapped[str] = mapped_column()
    proposed_at: Mapped[datetime] = mapped_column()
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_post: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None] = mapped_column()
    dropped_at: Mapped[datetime | None] = mapped_column()
