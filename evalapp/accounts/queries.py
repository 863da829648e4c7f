"""Reading about residents and staff."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.accounts import rules
from evalapp.accounts.models import (
    CodeRequest,
    Consent,
    Enrolment,
    KeptPersonId,
    Kiosk,
    Purpose,
    Resident,
    SignedIn,
    StaffMember,
    TotpReset,
)
from evalapp.accounts.rules import CodePurpose, KeptId, PersonIds
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_

_MOST_KIOSKS = 1_000


@dataclass(frozen=True, kw_only=True)
class ResidentSession:
    """A signed-in resident, read in one statement."""

    session_id: uuid.UUID
    resident_id: uuid.UUID
    person_id: str
    number_block: str
    known_since: datetime
    last_seen_at: datetime
    kept: tuple[KeptId, ...]

    @property
    def person_ids(self) -> PersonIds:
        """The ids by which episodes know this person."""
        return PersonIds(present=self.person_id, kept=self.kept)


@dataclass(frozen=True, kw_only=True)
class StaffSession:
    """A signed-in member of staff."""

    session_id: uuid.UUID
    staff: StaffMember
    last_seen_at: datetime


def hashed(token: str) -> str:
    """Return what the database keeps of a browser's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def resident_session(session: Session, token: str) -> ResidentSession | None:
    """The resident whose browser holds `token`, or nobody: ended, expired and erased sessions are none."""
    asked = {"token_hash": hashed(token), "seen_since": clock.now() - rules.RESIDENT_SESSION}
    rows = session.execute(_resident_session(), asked).all()
    if not rows:
        return None
    first = rows[0]
    return ResidentSession(
        session_id=first.session_id,
        resident_id=first.resident_id,
        person_id=first.person_id,
        number_block=first.number_block,
        known_since=first.known_since,
        last_seen_at=first.last_seen_at,
        kept=tuple(KeptId(person_id=row.kept_id, until=row.until) for row in rows if row.until is not None),
    )


@cache
def _resident_session() -> Select[*tuple[Any, ...]]:
    """A row for each id that the person kept, or one; made once, because making it costs more than running it."""
    return (
        select(
            SignedIn.id.label("session_id"),
            SignedIn.last_seen_at,
            Resident.id.label("resident_id"),
            Resident.person_id,
            Resident.number_block,
            Resident.known_since,
            KeptPersonId.person_id.label("kept_id"),
            KeptPersonId.until,
        )
        .join(Resident, Resident.id == SignedIn.resident_id)
        .outerjoin(KeptPersonId, KeptPersonId.resident_id == Resident.id)
        .where(
            SignedIn.token_hash == bindparam("token_hash"),
            SignedIn.ended_at.is_(None),
            SignedIn.last_seen_at > bindparam("seen_since"),
            Resident.erased_at.is_(None),
        )
        .order_by(KeptPersonId.until, KeptPersonId.id)
    )


def staff_session(session: Session, token: str) -> StaffSession | None:
    """The member of staff whose browser holds `token`, or nobody: disabled people have no sessions."""
    now = clock.now()
    asked = {
        "token_hash": hashed(token),
        "opened_since": now - rules.STAFF_SESSION,
        "seen_since": now - rules.STAFF_IDLE,
    }
    row = session.execute(_staff_session(), asked).one_or_none()
    if row is None:
        return None
    session_id, last_seen_at, staff = row
    return StaffSession(session_id=session_id, staff=staff, last_seen_at=last_seen_at)


@cache
def _staff_session() -> Select[uuid.UUID, datetime, StaffMember]:
    return (
        select(SignedIn.id, SignedIn.last_seen_at, StaffMember)
        .join(StaffMember, StaffMember.id == SignedIn.staff_id)
        .where(
            SignedIn.token_hash == bindparam("token_hash"),
            SignedIn.ended_at.is_(None),
            SignedIn.created_at > bindparam("opened_since"),
            SignedIn.last_seen_at > bindparam("seen_since"),
            StaffMember.disabled_at.is_(None),
        )
    )


def latest_request(
    session: Session,
    *,
    browser: str,
    person_id: str | None = None,
    purpose: CodePurpose = CodePurpose.SIGN_IN,
) -> CodeRequest | None:
    """The newest code that this browser asked for (for `person_id`, where a client names the number again)."""
    wanted = select(CodeRequest).where(
        CodeRequest.browser_hash == hashed(browser), CodeRequest.purpose == purpose
    )
    if person_id is not None:
        wanted = wanted.where(CodeRequest.person_id == person_id)
    return session.scalar(wanted.order_by(CodeRequest.asked_at.desc(), CodeRequest.id).limit(1))


def resident(session: Session, resident_id: uuid.UUID) -> Resident:
    """A resident who is not erased. Raises `NotFound`."""
    found = session.scalar(select(Resident).where(Resident.id == resident_id, Resident.erased_at.is_(None)))
    if found is None:
        raise NotFound(N_("没有找到这个账号。"))
    return found


def resident_of(session: Session, person_id: str) -> uuid.UUID | None:
    """The resident whose number has this hash, or nobody."""
    return session.scalar(
        select(Resident.id).where(Resident.person_id == person_id, Resident.erased_at.is_(None))
    )


def idle_since(session: Session, limit: datetime) -> int:
    """How many residents have not been here since `limit`."""
    rows = select(func.count()).where(Resident.erased_at.is_(None), Resident.last_used_at <= limit)
    return session.scalar(rows) or 0


def standing_consents(session: Session, resident_id: uuid.UUID) -> dict[Purpose, Consent]:
    """What a resident agrees to at present."""
    rows = session.scalars(
        select(Consent)
        .where(Consent.resident_id == resident_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.purpose)
        .limit(len(Purpose))
    )
    return {row.purpose: row for row in rows}


def agrees(session: Session, resident_id: uuid.UUID, purpose: Purpose) -> bool:
    """Whether a resident agreed to a purpose and has not taken it back."""
    return purpose in standing_consents(session, resident_id)


def wants_letters(session: Session, resident_id: uuid.UUID) -> bool:
    """Whether a resident agreed to letters of any kind."""
    return not standing_consents(session, resident_id).keys().isdisjoint(rules.LETTERS)


def who_agrees(
    session: Session, purpose: Purpose, *, after: uuid.UUID | None, limit: int
) -> Sequence[uuid.UUID]:
    """The residents who agree to a purpose, in the order of their random ids, those after `after`."""
    wanted = select(Consent.resident_id).where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    if after is not None:
        wanted = wanted.where(Consent.resident_id > after)
    return session.scalars(wanted.order_by(Consent.resident_id).limit(limit)).all()


def known_since(session: Session, resident_id: uuid.UUID) -> datetime:
    """The moment from which on what stands under this resident may be shown to them. Raises `NotFound`."""
    return resident(session, resident_id).known_since


def staff(session: Session, staff_id: uuid.UUID) -> StaffMember:
    """A member of staff, disabled ones too. Raises `NotFound`."""
    found = session.get(StaffMember, staff_id)
    if found is None:
        raise NotFound(N_("没有这个工作人员账号。"))
    return found


def staff_by_login(session: Session, login: str) -> StaffMember:
    """A member of staff by login. Raises `NotFound`."""
    found = session.scalar(select(StaffMember).where(StaffMember.login == login))
    if found is None:
        raise NotFound(N_("没有这个工作人员账号。"))
    return found


def staff_members(session: Session) -> Sequence[StaffMember]:
    """Every account, those in use first."""
    return session.scalars(
        select(StaffMember)
        .order_by(StaffMember.disabled_at.is_not(None), StaffMember.role, StaffMember.login)
        .limit(1000)
    ).all()


def waiting_resets(session: Session) -> dict[uuid.UUID, TotpReset]:
    """Requests to take a second factor away that wait for another administrator, by staff id."""
    rows = session.scalars(
        select(TotpReset)
        .where(TotpReset.decided_at.is_(None))
        .order_by(TotpReset.asked_at, TotpReset.id)
        .limit(1000)
    )
    return {row.staff_id: row for row in rows}


def enrolment(session: Session, token: str) -> Enrolment | None:
    """The enrolment that a browser has begun, or none: it lasts half an hour and is used once."""
    return session.scalar(
        select(Enrolment).where(
            Enrolment.token_hash == hashed(token),
            Enrolment.used_at.is_(None),
            Enrolment.created_at > clock.now() - rules.ENROLMENT_LIFE,
        )
    )


def kiosk_of(session: Session, kiosk_id: uuid.UUID, token: str) -> Kiosk | None:
    """Return the standing kiosk that a browser is; None for one that was withdrawn or set up elsewhere. One statement."""
    return session.scalar(_kiosk(), {"kiosk_id": kiosk_id, "token_hash": hashed(token)})


def kiosks(session: Session) -> list[Kiosk]:
    """Return every kiosk by place and name, those at work first."""
    rows = select(Kiosk).order_by(Kiosk.withdrawn_at.is_not(None), Kiosk.place, Kiosk.name, Kiosk.id)
    return list(session.scalars(rows.limit(_MOST_KIOSKS)))


def kiosk(session: Session, kiosk_id: uuid.UUID) -> Kiosk:
    """Return a kiosk, withdrawn or not; raises `NotFound`."""
    found = session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id))
    if found is None:
        raise NotFound(N_("没有这台触摸屏。"))
    return found


def kiosk_caps(session: Session, *, before: datetime) -> dict[str, int]:
    """The most ballots of an episode from each kiosk that was registered before then, by its mark as a device."""
    rows = session.execute(select(Kiosk.id, Kiosk.ballot_cap).where(Kiosk.registered_at < before))
    return {rules.kiosk_device(row.id): row.ballot_cap for row in rows}


@cache
def _kiosk() -> Select[Kiosk]:
    return select(Kiosk).where(
        Kiosk.id == bindparam("kiosk_id"),
        Kiosk.token_hash == bindparam("token_hash"),
        Kiosk.withdrawn_at.is_(None),
    )
