"""Tables of people. Telephone numbers are in the vault table alone, encrypted."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.accounts.rules import CodePurpose, Purpose, Role
from evalapp.core import clock
from evalapp.core.base import Base, Keyed

__all__ = [
    "CodeRequest",
    "Consent",
    "Enrolment",
    "KeptPersonId",
    "Kiosk",
    "MailAddress",
    "Purpose",
    "Resident",
    "Role",
    "SignedIn",
    "StaffAttempt",
    "StaffMember",
    "TotpReset",
    "VaultEntry",
]


class Resident(Keyed, Base):
    """A person who signs in with a telephone number. `person_id` is a keyed hash of it (hex).

    It is kept through erasure until every box that it may have used is final; then chance takes its place.
    """

    __tablename__ = "residents"

    person_id: Mapped[str] = mapped_column(unique=True)
    number_block: Mapped[str] = mapped_column(default="")  # keyed hash of the first seven digits (hex)
    created_at: Mapped[datetime] = mapped_column()
    # Nothing of before is shown: numbers that lay idle change hands.
    known_since: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    lang: Mapped[str] = mapped_column(default="zh")  # in which letters are written
    erased_at: Mapped[datetime | None] = mapped_column()
    released_at: Mapped[datetime | None] = mapped_column()  # the id of an erased person is gone too
    kept_until: Mapped[datetime | None] = (
        mapped_column()
    )  # the newest `until` of the ids kept from before a change


class KeptPersonId(Keyed, Base):
    """A person id from before a number was changed: episodes announced until then know the person by it.

    Kept until all those are final. Meanwhile nobody else signs in with the number that it stands for.
    """

    __tablename__ = "kept_person_ids"

    resident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    person_id: Mapped[str] = mapped_column(index=True)
    until: Mapped[datetime] = mapped_column()


class VaultEntry(Keyed, Base):
    """A telephone number, encrypted. Only `accounts.vault` reads this table."""

    __tablename__ = "vault"

    person_id: Mapped[str] = mapped_column(unique=True)
    sealed_number: Mapped[bytes] = mapped_column()
    stop_code: Mapped[str] = mapped_column(unique=True)  # in every code's message: how to have it stop
    blocked_until: Mapped[datetime | None] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column(index=True)  # of a number that never signed in


class MailAddress(Keyed, Base):
    """Somebody's mail address, encrypted; used once its holder has confirmed it. Only `accounts.vault_mail` reads this table."""

    __tablename__ = "mail_addresses"
    __table_args__ = (
        CheckConstraint("(resident_id IS NULL) != (staff_id IS NULL)", name="of_one_person"),
        Index(
            "uq_mail_addresses_confirmed_resident_id",
            "resident_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
        Index(
            "uq_mail_addresses_confirmed_staff_id",
            "staff_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
    )

    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    address_key: Mapped[str] = mapped_column(index=True)  # keyed hash: limits know no address
    sealed_address: Mapped[bytes] = mapped_column()
    lang: Mapped[str] = mapped_column(default="zh")
    asked_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()


class Consent(Keyed, Base):
    """A resident agreed to one version of one purpose, and may have taken it back. Rows are kept as proof."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "uq_consents_standing",
            "resident_id",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    resident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column()
    version: Mapped[str] = mapped_column()
    given_at: Mapped[datetime] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()


class CodeRequest(Keyed, Base):
    """Somebody asked for a one-time code. The code is computed from the row, never stored; limits count these rows."""

    __tablename__ = "code_requests"
    __table_args__ = (
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        Index("ix_code_requests_person_id_asked_at", "person_id", "asked_at"),
        Index("ix_code_requests_device_key_asked_at", "device_key", "asked_at"),
        Index("ix_code_requests_network_key_asked_at", "network_key", "asked_at"),
    )

    person_id: Mapped[str] = mapped_column()
    browser_hash: Mapped[str] = mapped_column(index=True)  # SHA-256 of the asking browser's secret
    device_key: Mapped[str] = mapped_column()  # keyed hashes: limits know no address and no device
    network_key: Mapped[str] = mapped_column()
    purpose: Mapped[CodePurpose] = mapped_column(default=CodePurpose.SIGN_IN)
    lang: Mapped[str] = mapped_column(default="zh")
    asked_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column()
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()


class StaffMember(Keyed, Base):
    """A member of staff, known by login and post, never by name. Their unit is in `units`."""

    __tablename__ = "staff"

    login: Mapped[str] = mapped_column(unique=True)
    post: Mapped[str] = mapped_column()
    role: Mapped[Role] = mapped_column()
    password_hash: Mapped[str] = mapped_column()
    password_is_once: Mapped[bool] = mapped_column(default=True)  # the next sign-in must set another
    sealed_totp: Mapped[bytes | None] = mapped_column()
    totp_last_step: Mapped[int | None] = mapped_column()  # a step is taken once
    created_at: Mapped[datetime] = mapped_column()
    approves_from: Mapped[datetime | None] = mapped_column()
    disabled_at: Mapped[datetime | None] = mapped_column()


class Enrolment(Keyed, Base):
    """A browser proved a one-time password and is setting a password and a second factor."""

    __tablename__ = "enrolments"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    sealed_totp: Mapped[bytes] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column()


class TotpReset(Keyed, Base):
    """One administrator asks that a colleague's second factor be taken away; another one agrees."""

    __tablename__ = "totp_resets"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_people"),
        CheckConstraint("asked_by <> staff_id", name="not_for_oneself"),
        Index(
            "uq_totp_resets_waiting",
            "staff_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column()
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()  # agreed, or dropped when decided_by is empty


class StaffAttempt(Keyed, Base):
    """One evaluated attempt to sign in as staff, written before it is evaluated; those that failed slow the next."""

    __tablename__ = "staff_attempts"
    __table_args__ = (
        Index("ix_staff_attempts_login_key_at", "login_key", "at"),
        Index("ix_staff_attempts_network_key_at", "network_key", "at"),
    )

    login_key: Mapped[str] = mapped_column()
    network_key: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)
    succeeded: Mapped[bool] = mapped_column(default=False)


class SignedIn(Keyed, Base):
    """A signed-in browser. The cookie holds a random token; the row its SHA-256 (hex)."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(unique=True)
    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column()


class Kiosk(Keyed, Base):
    """A screen that many people use one after the other. Its browser holds a token; this table only knows the hash.

    The code brings the token to the browser: it is shown once, works for a short while and once.
    """

    __tablename__ = "kiosks"
    __table_args__ = (
        CheckConstraint("idle_seconds BETWEEN 10 AND 900", name="idle_within_reason"),
        CheckConstraint("ballot_cap > 0", name="ballot_cap_positive"),
        CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code_with_its_end"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
        Index(
            "uq_kiosks_standing",
            "place",
            "name",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    place: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    idle_seconds: Mapped[int] = mapped_column()
    ballot_cap: Mapped[int] = mapped_column()  # ballots of one episode that raise no flag
    registered_at: Mapped[datetime] = mapped_column()
    registered_by: Mapped[str] = mapped_column()  # a post, never a name
    code_hash: Mapped[str | None] = mapped_column(unique=True)
    code_until: Mapped[datetime | None] = mapped_column()
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    adopted_at: Mapped[datetime | None] = mapped_column()
    last_seen_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    @property
    def title(self) -> str:
        """What pages and the record call it."""
        return f"{self.place} {self.name}"


class Applicant(Keyed, Base):
    """Who applied for a case: name and number, encrypted. Only `accounts.vault_applicants` reads this table."""

    __tablename__ = "vault_applicants"

    person_id: Mapped[str] = mapped_column(index=True)  # of the number; empty without one
    sealed_name: Mapped[bytes | None] = mapped_column()
    sealed_number: Mapped[bytes | None] = mapped_column()
    kept_at: Mapped[datetime] = mapped_column(index=True)
