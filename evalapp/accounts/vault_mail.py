"""The vault's second drawer: the only code that keeps and reads mail addresses, of residents and of staff.

An address is used once its holder has opened the letter that asks for it. Everybody else asks to send.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import rules, sealing
from evalapp.accounts.models import MailAddress, StaffMember
from evalapp.core import clock, jobs
from evalapp.core.errors import NotFound, TooMany
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.mail import Mail
from evalapp.core.platform import Platform
from evalapp.core.transaction import locked

CONFIRM = "accounts.confirm_address"
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose address it is: a resident's or a member of staff's."""

    resident_id: uuid.UUID | None = None
    staff_id: uuid.UUID | None = None

    def owns(self) -> ColumnElement[bool]:
        """The condition for this person's rows."""
        if self.resident_id is not None:
            return MailAddress.resident_id == self.resident_id
        return MailAddress.staff_id == self.staff_id


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An address that waits to be confirmed."""

    address: str
    lang: str
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """An address that is used: its key and the language of its reader, never the address itself."""

    id: uuid.UUID
    lang: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a letter says, for whoever it is sent to."""

    subject: str
    text: str
    lang: str
    stop: str


def ask(session: Session, keys: Keys, *, owner: Owner, address: str, lang: str) -> uuid.UUID:
    """Keep an address for a day and have a letter ask for it. The one used so far stays until then.

    Raises `Invalid`, and `TooMany` beyond a few letters a day to one person or to one address.
    """
    plain = rules.parse_address(address)
    key = _key_of(keys, plain)
    since = clock.now() - _DAY
    for whose in (owner.owns(), MailAddress.address_key == key):
        asked = session.scalar(
            select(func.count()).select_from(MailAddress).where(whose, MailAddress.asked_at > since)
        )
        if (asked or 0) >= rules.ADDRESSES_A_DAY:
            raise TooMany(
                N_("今天已经寄过几封确认信，请明天再试。"),
                field="address",
                retry_after=int(_DAY.total_seconds()),
            )
    row = MailAddress(
        id=uuid.uuid4(),
        resident_id=owner.resident_id,
        staff_id=owner.staff_id,
        address_key=key,
        lang=lang,
        asked_at=clock.now(),
    )
    row.sealed_address = sealing.seal(keys.service("vault"), plain, bound_to=f"mail|{row.id}")
    session.add(row)
    session.flush()
    jobs.enqueue(session, CONFIRM, {"address": str(row.id)})
    return row.id


def token_of(keys: Keys, address_id: uuid.UUID) -> str:
    """Return what the letter's link holds: the row's key and a signature; computed, never stored."""
    return f"{address_id.hex}.{_signature(keys, address_id)}"


def waiting(session: Session, keys: Keys, token: str) -> Asked:
    """The address that a letter's link stands for, confirmed already or not. Raises `NotFound`."""
    row = session.scalar(select(MailAddress).where(MailAddress.id == _opened(keys, token)))
    if row is None or (row.confirmed_at is None and row.asked_at <= clock.now() - rules.ADDRESS_KEPT):
        raise _gone()
    return Asked(
        address=rules.masked_address(_plain(keys, row)),
        lang=row.lang,
        is_confirmed=row.confirmed_at is not None,
    )


def confirm(session: Session, keys: Keys, token: str) -> None:
    """Use an address from now on: its holder opened the letter. The one before is forgotten. Raises `NotFound`."""
    row = locked(session, MailAddress, _opened(keys, token))
    if row.confirmed_at is not None:
        return
    if row.asked_at <= clock.now() - rules.ADDRESS_KEPT:
        raise _gone()
    owner = Owner(resident_id=row.resident_id, staff_id=row.staff_id)
    session.execute(delete(MailAddress).where(owner.owns(), MailAddress.id != row.id))
    row.confirmed_at = clock.now()
    session.flush()


def forget(session: Session, owner: Owner) -> None:
    """Remove a person's addresses."""
    session.execute(delete(MailAddress).where(owner.owns()))


def forget_by_id(session: Session, address_id: uuid.UUID) -> None:
    """Remove one address: its holder stopped the letters to it."""
    session.execute(delete(MailAddress).where(MailAddress.id == address_id))


def confirmed(session: Session, owner: Owner) -> Mailbox | None:
    """The mailbox that is used for a person, if any."""
    row = session.execute(
        select(MailAddress.id, MailAddress.lang)
        .where(owner.owns(), MailAddress.confirmed_at.is_not(None))
        .limit(1)
    ).one_or_none()
    return Mailbox(id=row.id, lang=row.lang) if row is not None else None


def is_used(session: Session, address_id: uuid.UUID) -> bool:
    """Whether letters go to this address."""
    row = select(MailAddress.id).where(MailAddress.id == address_id, MailAddress.confirmed_at.is_not(None))
    return session.scalar(row) is not None


def shown(session: Session, keys: Keys, owner: Owner) -> tuple[str, str]:
    """A person's confirmed and their waiting address, masked, for that person alone; empty where there is none."""
    rows = session.scalars(
        select(MailAddress).where(owner.owns()).order_by(MailAddress.asked_at, MailAddress.id).limit(10)
    ).all()
    limit = clock.now() - rules.ADDRESS_KEPT
    confirmed = [row for row in rows if row.confirmed_at is not None]
    asked = [row for row in rows if row.confirmed_at is None and row.asked_at > limit]
    return (
        rules.masked_address(_plain(keys, confirmed[-1])) if confirmed else "",
        rules.masked_address(_plain(keys, asked[-1])) if asked else "",
    )


def own_address(session: Session, keys: Keys, owner: Owner) -> str | None:
    """A person's confirmed address, for the copy of their own data."""
    row = session.scalar(
        select(MailAddress).where(owner.owns(), MailAddress.confirmed_at.is_not(None)).limit(1)
    )
    return _plain(keys, row) if row is not None else None


def staff_with_address(session: Session, staff_ids: Iterable[uuid.UUID | None]) -> Sequence[uuid.UUID]:
    """Those members of staff who have a confirmed address and may sign in."""
    return session.scalars(
        select(StaffMember.id)
        .join(MailAddress, MailAddress.staff_id == StaffMember.id)
        .where(
            StaffMember.id.in_({one for one in staff_ids if one}),
            StaffMember.disabled_at.is_(None),
            MailAddress.confirmed_at.is_not(None),
        )
        .order_by(StaffMember.id)
    ).all()


def unconfirmed_since(session: Session, limit: datetime) -> int:
    """How many addresses were asked for up to `limit` and are not confirmed."""
    rows = select(func.count()).where(MailAddress.confirmed_at.is_(None), MailAddress.asked_at <= limit)
    return session.scalar(rows) or 0


def forget_unconfirmed(session: Session, limit: datetime) -> int:
    """Remove the addresses that were asked for up to `limit` and are not confirmed; return how many."""
    gone = delete(MailAddress).where(MailAddress.confirmed_at.is_(None), MailAddress.asked_at <= limit)
    return len(session.scalars(gone.returning(MailAddress.id)).all())


def to_confirm(session: Session, keys: Keys, address_id: uuid.UUID) -> Asked | None:
    """The address that a letter is to ask for; None when it is gone, was asked for already or is too old."""
    row = session.scalar(select(MailAddress).where(MailAddress.id == address_id))
    if row is None or row.sent_at is not None or row.confirmed_at is not None:
        return None
    if row.asked_at <= clock.now() - rules.ADDRESS_KEPT:
        return None
    return Asked(address=_plain(keys, row), lang=row.lang)


def note_sent(session: Session, address_id: uuid.UUID) -> None:
    """Note that the letter that asks was handed over, or is about to be."""
    session.execute(update(MailAddress).where(MailAddress.id == address_id).values(sent_at=clock.now()))


def send(platform: Platform, owner: Owner, words: Words, *, message_id: str, kind: str) -> bool:
    """Hand a letter to the mail server; return whether there was somewhere to send it. Raises what the server raises."""
    with platform.session() as session:
        address = own_address(session, platform.keys, owner)
    if address is None:
        return False
    platform.mail.send(
        Mail(
            id=message_id,
            to=address,
            kind=kind,
            subject=words.subject,
            text=words.text,
            lang=words.lang,
            stop=words.stop,
        )
    )
    return True


def _plain(keys: Keys, row: MailAddress) -> str:
    return sealing.unseal(keys.service("vault"), row.sealed_address, bound_to=f"mail|{row.id}")


def _key_of(keys: Keys, address: str) -> str:
    return hmac.new(keys.service("person-id"), f"mail:{address.lower()}".encode(), hashlib.sha256).hexdigest()


def _opened(keys: Keys, token: str) -> uuid.UUID:
    name, _, signature = token.partition(".")
    try:
        address_id = uuid.UUID(hex=name)
    except ValueError:
        raise _gone() from None
    if not hmac.compare_digest(_signature(keys, address_id).encode(), signature.encode()):
        raise _gone()
    return address_id


def _signature(keys: Keys, address_id: uuid.UUID) -> str:
    text = f"confirm address|{address_id}"
    return hmac.new(keys.service("mail"), text.encode(), hashlib.sha256).hexdigest()[:20]


def _gone() -> NotFound:
    return NotFound(N_("这个地址已经失效，请登录后重新填邮箱。"))
