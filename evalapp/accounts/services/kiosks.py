"""Kiosks: registered on the desk, set up by a code typed on the screen itself, withdrawn; nobody of the staff signs in there."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalapp.accounts import rules
from evalapp.accounts.events import KioskAdopted, KioskCodeRenewed, KioskRegistered, KioskWithdrawn
from evalapp.accounts.models import Kiosk
from evalapp.accounts.queries import hashed
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked

_NAME_LIMIT = 40
_REASON_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class NewKiosk:
    """A kiosk with the code that sets it up: shown once, kept as a hash alone."""

    kiosk_id: uuid.UUID
    code: str


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What the browser of a kiosk keeps."""

    kiosk_id: uuid.UUID
    place: str
    name: str
    idle_seconds: int
    token: str


def register(
    session: Session, *, place: str, name: str, idle_seconds: int, ballot_cap: int, actor: Actor
) -> NewKiosk:
    """Let a screen be set up. Its cap stands for good: another one is another kiosk. Raises `Invalid`, `Conflict`."""
    if idle_seconds not in rules.IDLE_SECONDS:
        raise Invalid(
            N_("空闲时间是 %(least)s 到 %(most)s 秒。"),
            field="idle_seconds",
            least=rules.IDLE_SECONDS[0],
            most=rules.IDLE_SECONDS[-1],
        )
    if not 1 <= ballot_cap <= rules.LARGEST_BALLOT_CAP:
        raise Invalid(N_("票数上限是 1 到 %(most)s。"), field="ballot_cap", most=rules.LARGEST_BALLOT_CAP)
    kiosk = Kiosk(
        id=uuid.uuid4(),
        place=_line(place, "place"),
        name=_line(name, "name"),
        idle_seconds=idle_seconds,
        ballot_cap=ballot_cap,
        registered_at=clock.now(),
        registered_by=actor.name,
    )
    code = _give_code(kiosk)
    known = Conflict(N_("这个地方已经有同名的触摸屏，请换一个名称。"), field="name")
    with refusing(session, {"uq_kiosks_standing": known}):
        session.add(kiosk)
    detail = {"idle_seconds": idle_seconds, "ballot_cap": ballot_cap}
    events.emit(session, KioskRegistered(actor=actor, kiosk=kiosk.title, detail=detail))
    return NewKiosk(kiosk_id=kiosk.id, code=code)


def renew_code(session: Session, *, kiosk_id: uuid.UUID, actor: Actor) -> NewKiosk:
    """Let a kiosk be set up once more, on another browser or after its cookie was lost. Refuses a withdrawn one."""
    kiosk = _standing(session, kiosk_id)
    code = _give_code(kiosk)
    session.flush()
    events.emit(session, KioskCodeRenewed(actor=actor, kiosk=kiosk.title))
    return NewKiosk(kiosk_id=kiosk.id, code=code)


def adopt(session: Session, *, code: str) -> Adopted:
    """Make the browser on which the code was typed the kiosk; the one before is an ordinary browser from now on.

    The code is used up by one statement, so that of two browsers one gets it. Twelve digits for half an hour: guessing
    is hopeless at any rate that the site answers. Raises `Invalid`.
    """
    now, token = clock.now(), secrets.token_urlsafe(32)
    typed = "".join(sign for sign in code if sign.isdecimal())
    kiosk_id = session.scalar(
        update(Kiosk)
        .where(Kiosk.code_hash == hashed(typed), Kiosk.code_until > now, Kiosk.withdrawn_at.is_(None))
        .values(code_hash=None, code_until=None, token_hash=hashed(token), adopted_at=now, last_seen_at=now)
        .returning(Kiosk.id)
        .execution_options(synchronize_session=False)
    )
    if kiosk_id is None:
        raise Invalid(N_("启用码不对，或者已经过期。请在工作台上换一个。"), field="code")
    kiosk = session.scalars(select(Kiosk).where(Kiosk.id == kiosk_id)).one()
    events.emit(session, KioskAdopted(actor=SYSTEM, kiosk=kiosk.title))
    return Adopted(
        kiosk_id=kiosk.id,
        place=kiosk.place,
        name=kiosk.name,
        idle_seconds=kiosk.idle_seconds,
        token=token,
    )


def withdraw(session: Session, *, kiosk_id: uuid.UUID, reason: str, actor: Actor) -> Kiosk:
    """Make a kiosk an ordinary browser from its next request on. A second time changes nothing."""
    kiosk = locked(session, Kiosk, kiosk_id)
    if kiosk.withdrawn_at is not None:
        return kiosk
    kiosk.withdrawn_reason = cleaned_text(reason, field="reason", limit=_REASON_LIMIT, required=True)
    kiosk.withdrawn_at, kiosk.withdrawn_by = clock.now(), actor.name
    kiosk.code_hash = kiosk.code_until = kiosk.token_hash = None
    session.flush()
    events.emit(session, KioskWithdrawn(actor=actor, kiosk=kiosk.title))
    return kiosk


def seen(session: Session, kiosk_id: uuid.UUID) -> None:
    """Note that a kiosk is at work; a withdrawn one is not."""
    session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, Kiosk.withdrawn_at.is_(None))
        .values(last_seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _standing(session: Session, kiosk_id: uuid.UUID) -> Kiosk:
    kiosk = locked(session, Kiosk, kiosk_id)
    if kiosk.withdrawn_at is not None:
        raise Conflict(N_("这台触摸屏已经停用，请另外登记一台。"))
    return kiosk


def _give_code(kiosk: Kiosk) -> str:
    code = f"{secrets.randbelow(10**rules.KIOSK_CODE_DIGITS):0{rules.KIOSK_CODE_DIGITS}}"
    kiosk.code_hash, kiosk.code_until = hashed(code), clock.now() + rules.KIOSK_CODE_LIFE
    return code


def _line(text: str, field: str) -> str:
    return " ".join(cleaned_text(text, field=field, limit=_NAME_LIMIT, required=True).split())
