"""The account vault: the only code that keeps and reads telephone numbers.

Everybody else knows a person by a keyed hash, and asks the vault to send.
"""

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts import rules, sealing
from evalapp.accounts.models import VaultEntry
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.gateways import Message
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.platform import Platform

SERVICE_KEYS = ("person-id", "vault")
_STOP_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def person_id(keys: Keys, number: str) -> str:
    """Return the keyed hash that stands for the holder of `number` (E.164) everywhere outside the vault."""
    return _keyed(keys, "phone", number)


def number_block(keys: Keys, number: str) -> str:
    """Return the keyed hash of a number's first seven digits: the integrity rules look for blocks of cards."""
    return _keyed(keys, "block", rules.number_block(number))


def keep(session: Session, keys: Keys, number: str) -> str:
    """Keep a number that somebody typed, for a day unless its holder signs in; return its person id.

    Does the same work whether the number is known or not, so that the time it takes tells nothing.
    """
    person = person_id(keys, number)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(VaultEntry).values(
        id=uuid.uuid4(),
        person_id=person,
        sealed_number=sealing.seal(keys.service("vault"), number, bound_to=person),
        stop_code="".join(secrets.choice(_STOP_LETTERS) for _ in range(12)),
        expires_at=clock.now() + rules.CODE_KEPT,
    )
    later = case(
        (VaultEntry.expires_at.is_(None), None),
        (VaultEntry.expires_at > row.excluded.expires_at, VaultEntry.expires_at),
        else_=row.excluded.expires_at,
    )
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_={"expires_at": later}))
    return person


def settle(session: Session, person: str) -> None:
    """Keep a number for as long as its holder wants: they have signed in."""
    session.execute(update(VaultEntry).where(VaultEntry.person_id == person).values(expires_at=None))


def forget(session: Session, person: str) -> None:
    """Remove a person's number."""
    session.execute(delete(VaultEntry).where(VaultEntry.person_id == person))


def expired(session: Session, now: datetime) -> int:
    """How many numbers never signed in and have had their day (or, stopped by their holder, their month)."""
    return session.scalar(select(func.count()).where(VaultEntry.expires_at <= now)) or 0


def forget_expired(session: Session, now: datetime) -> int:
    """Remove the numbers that never signed in and whose day is over; return how many."""
    gone = delete(VaultEntry).where(VaultEntry.expires_at <= now).returning(VaultEntry.id)
    return len(session.scalars(gone).all())


def number_of(session: Session, keys: Keys, person: str) -> str | None:
    """Return a person's own number, to be shown to that person alone."""
    sealed = session.scalar(select(VaultEntry.sealed_number).where(VaultEntry.person_id == person))
    return sealing.unseal(keys.service("vault"), sealed, bound_to=person) if sealed else None


def masked_number(session: Session, keys: Keys, person: str) -> str:
    """Return a person's number with its middle hidden; an empty string when there is none."""
    number = number_of(session, keys, person)
    return rules.masked(number) if number else ""


def block_of(session: Session, keys: Keys, person: str) -> str:
    """Return the keyed hash of a person's number block; an empty string when there is no number."""
    number = number_of(session, keys, person)
    return number_block(keys, number) if number else ""


def stop_code(session: Session, person: str) -> str:
    """Return the code with which the holder of the number can stop our messages."""
    return session.scalar(select(VaultEntry.stop_code).where(VaultEntry.person_id == person)) or ""


def person_with(session: Session, code: str) -> str | None:
    """Return the person whose messages this code stops, if any."""
    return session.scalar(select(VaultEntry.person_id).where(VaultEntry.stop_code == code.upper()))


def stop_sending(session: Session, code: str) -> None:
    """Send nothing more to a number for a while, as its holder asks. Raises `NotFound`."""
    until = clock.now() + rules.BLOCK_LIFE
    stopped = update(VaultEntry).where(VaultEntry.stop_code == code.upper())
    kept = case((VaultEntry.expires_at.is_(None), None), else_=until)
    done = session.scalar(stopped.values(blocked_until=until, expires_at=kept).returning(VaultEntry.id))
    if done is None:
        raise NotFound(N_("这个地址已经失效。如果还收到验证码，请打开最新一条短信里的地址。"))


def allow_sending(session: Session, code: str) -> None:
    """Let codes come again, as the number's holder asks. Raises `NotFound`."""
    allowed = update(VaultEntry).where(VaultEntry.stop_code == code.upper()).values(blocked_until=None)
    if session.scalar(allowed.returning(VaultEntry.id)) is None:
        raise NotFound(N_("这个地址已经失效。如果还收到验证码，请打开最新一条短信里的地址。"))


def is_stopped(session: Session, code: str) -> bool:
    """Whether nothing is sent to the number with this code at present. Raises `NotFound`."""
    entry = session.scalar(select(VaultEntry).where(VaultEntry.stop_code == code.upper()))
    if entry is None:
        raise NotFound(N_("这个地址已经失效。如果还收到验证码，请打开最新一条短信里的地址。"))
    return entry.blocked_until is not None and entry.blocked_until > clock.now()


def is_blocked(session: Session, person: str) -> bool:
    """Whether the holder of a number had us stop for a while; nobody had of a number that we do not know."""
    until = session.scalar(select(VaultEntry.blocked_until).where(VaultEntry.person_id == person))
    return until is not None and until > clock.now()


def send(
    platform: Platform, person: str, *, message_id: str, kind: str, text: str, code: str | None = None
) -> bool:
    """Hand a message to the gateway; return whether there was somewhere to send it. For jobs, outside a transaction.

    Raises what the gateway raises. Nothing is sent to a number that is gone or whose holder had us stop.
    """
    with platform.session() as session:
        entry = session.scalar(select(VaultEntry).where(VaultEntry.person_id == person))
        if entry is None or (entry.blocked_until is not None and entry.blocked_until > clock.now()):
            return False
        number = sealing.unseal(platform.keys.service("vault"), entry.sealed_number, bound_to=person)
    platform.sms.send(Message(id=message_id, to=number, kind=kind, text=text, code=code))
    return True


def _keyed(keys: Keys, kind: str, value: str) -> str:
    return hmac.new(keys.service("person-id"), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
