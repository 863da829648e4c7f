"""Tables of people. Telephone numbers are in the vault table alone, encrypted."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Role(enum.StrEnum):
    OFFICE = "office"
    UNIT = "unit"
    STATION = "station"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Resident(Keyed, Base):
    """A person who signs in with a telephone number. `person_id` is a keyed hash of it (hex), kept through erasure."""

    __tablename__ = "residents"

    person_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column()
    last_used_at: Mapped[datetime] = mapped_column()
    erased_at: Mapped[datetime | None] = mapped_column()


class StaffMember(Keyed, Base):
    """A member of staff, known by login and post, never by name. Their unit is in `units`."""

    __tablename__ = "staff"

    login: Mapped[str] = mapped_column(unique=True)
    post: Mapped[str] = mapped_column()
    role: Mapped[Role] = mapped_column()
    password_hash: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    approves_from: Mapped[datetime | None] = mapped_column()
    disabled_at: Mapped[datetime | None] = mapped_column()


class SignedIn(Keyed, Base):
    """A signed-in browser. The cookie holds a random token; the row its SHA-256 (hex)."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(unique=True)
    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    last_seen_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
