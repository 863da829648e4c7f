"""Tables of the intake: keys of units, batches with their answers, what was refused, feeds."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.kinds import EventKind
from evalapp.core.base import Base, Keyed


class IntakeKey(Keyed, Base):
    """A public key by which a unit's system signs; a unit may have two while it rotates. The secret half is the unit's."""

    __tablename__ = "intake_keys"
    __table_args__ = (CheckConstraint("revoked_at IS NULL OR revoked_by <> ''", name="revoked_by_somebody"),)

    name: Mapped[str] = mapped_column(unique=True)  # what the header says
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    public_key: Mapped[bytes] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    made_by: Mapped[str] = mapped_column()
    until: Mapped[datetime | None] = mapped_column()  # it was rotated, and serves until then
    revoked_at: Mapped[datetime | None] = mapped_column()
    revoked_by: Mapped[str] = mapped_column(default="")


class IntakeBatch(Keyed, Base):
    """A batch that was taken, with its answer: the same batch again is answered the same."""

    __tablename__ = "intake_batches"
    __table_args__ = (UniqueConstraint("unit_id", "batch"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    batch: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()  # SHA-256 of the body
    received_at: Mapped[datetime] = mapped_column()
    accepted: Mapped[int] = mapped_column()
    duplicate: Mapped[int] = mapped_column()
    refused: Mapped[dict[str, Any]] = mapped_column()  # {"items": [{index, code, detail}]}


class IntakeSignature(Base):
    """A signature that was used: the same request again is a replay. Kept as long as its time could still be right."""

    __tablename__ = "intake_signatures"

    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class IntakeRefusal(Base):
    """How often a day requests were refused whole, by reason; by unit where a key was known."""

    __tablename__ = "intake_refusals"

    day: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)  # slug, or empty
    reason: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column()


class IntakeFeed(Base):
    """When something came last from a unit: whose feed has fallen silent is computed from it."""

    __tablename__ = "intake_feeds"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    last_received_at: Mapped[datetime] = mapped_column()
    last_occurred_at: Mapped[datetime] = mapped_column()
    batches: Mapped[int] = mapped_column()
    events: Mapped[int] = mapped_column()
    refused: Mapped[int] = mapped_column()


class EventAfterClosing(Keyed, Base):
    """What came of a case that was closed longer ago than the grace: refused, without effect, and there to be read."""

    __tablename__ = "events_after_closing"
    __table_args__ = (
        UniqueConstraint("unit_id", "source_id"),  # handed in again it is answered the same, and kept once
        Index("ix_events_after_closing_unit_id_received_at", "unit_id", "received_at"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    source_id: Mapped[str] = mapped_column()
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[EventKind] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    received_at: Mapped[datetime] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column()
