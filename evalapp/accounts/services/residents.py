"""Residents: signing in with a code, consent, the copy of one's data, erasure."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts import consents, rules, vault, vault_mail
from evalapp.accounts.events import NoticesStopped, ResidentErased, ResidentStartedAnew
from evalapp.accounts.models import CodeRequest, Consent, KeptPersonId, Purpose, Resident, SignedIn
from evalapp.accounts.queries import resident as known_resident
from evalapp.accounts.services import codes, sessions
from evalapp.accounts.vault_mail import Owner
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform

ERASED_AT_ONCE = 100


def check_consent(version: str | None) -> None:
    """Refuse to go on without consent to the text that is shown now. Raises `Invalid`, `Conflict`."""
    if not version:
        raise Invalid(N_("请先阅读并勾选同意，才能登录。"), field="consent")
    if version != consents.SIGN_IN.version:
        raise Conflict(N_("说明已经更新，请重新阅读后再同意。"), field="consent")


def sign_in(
    session: Session,
    platform: Platform,
    attempt: codes.Try,
    *,
    code: str,
    consent: str,
    notices: bool = False,
) -> str:
    """Sign the browser in whose try was counted; return the token for its cookie.

    `notices` agrees to messages about replies; leaving it out takes nothing back. Raises `Invalid`, `Conflict`.
    """
    check_consent(consent)
    request = codes.use(session, platform.keys, attempt, code=code)
    resident = admit(session, platform, request.person_id, notices=notices)
    resident.lang = request.lang
    return sessions.open_for_resident(session, resident.id)


def admit(session: Session, platform: Platform, person: str, *, notices: bool = False) -> Resident:
    """Let in the person behind a proven number, who has agreed to the present text; the vault keeps the number."""
    resident = _resident(session, platform, person)
    give_consent(session, resident.id, Purpose.SIGN_IN)
    if notices:
        give_consent(session, resident.id, Purpose.REPLY_NOTICES)
    vault.settle(session, resident.person_id)
    return resident


def give_consent(session: Session, resident_id: uuid.UUID, purpose: Purpose) -> None:
    """Agree to the present text of a purpose; agreeing twice changes nothing."""
    version, now = consents.TEXTS[purpose].version, clock.now()
    standing = session.scalar(_standing(resident_id, purpose))
    if standing is not None and standing.version == version:
        return
    if standing is not None:
        standing.withdrawn_at = now
        session.flush()
    session.add(Consent(resident_id=resident_id, purpose=purpose, version=version, given_at=now))
    session.flush()


def speak(session: Session, resident_id: uuid.UUID, lang: str) -> None:
    """Write letters in this language from now on."""
    known_resident(session, resident_id).lang = lang


def withdraw_consent(session: Session, resident_id: uuid.UUID, purpose: Purpose) -> None:
    """Take consent back, at once. Without consent to signing in nothing may be kept: the account is erased."""
    if purpose is Purpose.SIGN_IN:
        erase(session, resident_id)
        return
    standing = session.scalar(_standing(resident_id, purpose))
    if standing is not None:
        standing.withdrawn_at = clock.now()
    events.emit(session, NoticesStopped(resident_id=resident_id, purpose=purpose))


def stop_letters(session: Session, resident_id: uuid.UUID) -> None:
    """Take every consent to letters back: whoever says stop means all of them."""
    for purpose in rules.LETTERS:
        withdraw_consent(session, resident_id, purpose)


def erase(session: Session, resident_id: uuid.UUID) -> None:
    """Remove number and sessions; other domains follow `ResidentErased`. Ballots stay as nameless records.

    The person id stays until the boxes are final, so that erasing and coming back does not make a second voter, and for
    a day the requests for codes, so that it does not fill up the limits of the number either.
    """
    resident = known_resident(session, resident_id)
    now = clock.now()
    vault.forget(session, resident.person_id)
    vault_mail.forget(session, Owner(resident_id=resident.id))
    session.execute(delete(SignedIn).where(SignedIn.resident_id == resident.id))
    codes.end_all_of_person(session, resident.person_id)
    _withdraw_all(session, resident.id, now)
    resident.number_block, resident.erased_at = "", now
    session.flush()
    events.emit(session, ResidentErased(resident_id=resident.id, person_id=resident.person_id))


def erase_idle(session: Session, limit: datetime) -> int:
    """Erase some of those who have not been here since `limit`; return how many."""
    idle = session.scalars(
        select(Resident.id)
        .where(Resident.erased_at.is_(None), Resident.last_used_at <= limit)
        .order_by(Resident.last_used_at, Resident.id)
        .limit(ERASED_AT_ONCE)
    ).all()
    for resident_id in idle:
        erase(session, resident_id)
    return len(idle)


def own_data(session: Session, platform: Platform, resident_id: uuid.UUID) -> dict[str, Any]:
    """Everything that this domain keeps about a resident, for that resident."""
    resident = known_resident(session, resident_id)
    since, owner = resident.known_since, Owner(resident_id=resident.id)
    agreed = session.scalars(
        select(Consent)
        .where(Consent.resident_id == resident.id, Consent.given_at >= since)
        .order_by(Consent.given_at, Consent.id)
        .limit(1000)
    )
    opened = session.scalars(
        select(SignedIn)
        .where(SignedIn.resident_id == resident.id, SignedIn.created_at >= since)
        .order_by(SignedIn.created_at, SignedIn.id)
        .limit(1000)
    )
    kept = (
        select(KeptPersonId.until).where(KeptPersonId.resident_id == resident.id).order_by(KeptPersonId.until)
    )
    asked = (
        select(CodeRequest.asked_at)
        .where(CodeRequest.person_id == resident.person_id, CodeRequest.asked_at >= since - rules.CODE_LIFE)
        .order_by(CodeRequest.asked_at)
        .limit(1000)
    )
    return {
        "phone": vault.number_of(session, platform.keys, resident.person_id),
        "mail": vault_mail.own_address(session, platform.keys, owner),
        "mail_not_confirmed": vault_mail.shown(session, platform.keys, owner)[1],
        "language": resident.lang,
        "member_since": resident.known_since.isoformat(),
        "last_used_at": resident.last_used_at.isoformat(),
        "codes_asked_at": [moment.isoformat() for moment in session.scalars(asked)],
        "numbers_changed_at": [until.isoformat() for until in session.scalars(kept)],
        "consents": [
            {
                "purpose": row.purpose.value,
                "version": row.version,
                "given_at": row.given_at.isoformat(),
                "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            }
            for row in agreed
        ],
        "sign_ins": [
            {
                "at": row.created_at.isoformat(),
                "last_seen_at": row.last_seen_at.isoformat(),
                "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            }
            for row in opened
        ],
    }


def _is_kept_by_another(session: Session, resident: Resident) -> bool:
    """Whether ballots of somebody who changed their number stand under this id; asked once the id's row is ours."""
    kept = select(KeptPersonId.id).where(
        KeptPersonId.person_id == resident.person_id, KeptPersonId.resident_id != resident.id
    )
    return session.scalar(kept.limit(1)) is not None


def _standing(resident_id: uuid.UUID, purpose: Purpose) -> Any:
    return select(Consent).where(
        Consent.resident_id == resident_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )


def _withdraw_all(session: Session, resident_id: uuid.UUID, now: datetime) -> None:
    session.execute(
        update(Consent)
        .where(Consent.resident_id == resident_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def _resident(session: Session, platform: Platform, person: str) -> Resident:
    """The resident behind a proven number: new, known, or known so long ago that they begin anew."""
    now = clock.now()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(Resident).values(
        id=uuid.uuid4(), person_id=person, number_block="", created_at=now, known_since=now, last_used_at=now
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["person_id"]))
    resident = session.scalars(
        select(Resident)
        .where(Resident.person_id == person)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if resident is None or _is_kept_by_another(session, resident):
        raise Conflict(
            N_("这个号码刚从一个账号换下来。为了一人一票，要等换号以前的评议都生效，才能再用它登录。"),
            field="code",
        )
    if resident.erased_at is not None or rules.is_forgotten(resident.last_used_at, now):
        sessions.end_all_of_resident(session, resident.id)
        _withdraw_all(session, resident.id, now)
        vault_mail.forget(session, Owner(resident_id=resident.id))
        resident.known_since, resident.erased_at = now, None
        events.emit(session, ResidentStartedAnew(resident_id=resident.id, person_id=person))
    resident.last_used_at = now
    resident.number_block = vault.block_of(session, platform.keys, person)
    session.flush()
    return resident
