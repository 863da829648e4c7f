"""Changing one's telephone number, and letting go of the ids that are kept so that nobody votes twice by it."""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import rules, vault
from evalapp.accounts.models import KeptPersonId, Resident
from evalapp.accounts.services import codes, residents, sessions
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.core.transaction import locked

_TAKEN = N_("这个号码在这里已经有账号，不能换成它。要用那个账号，请退出后用那个号码登录。")


def change(
    session: Session, platform: Platform, attempt: codes.Try, *, code: str, resident_id: uuid.UUID
) -> str:
    """Make a proven number the resident's own, sign them out everywhere and return the token of a new session.

    Episodes announced so far go on knowing them by the id that they had. Raises `Invalid`, `Conflict`.
    """
    new = codes.use(session, platform.keys, attempt, code=code).person_id
    resident, now = locked(session, Resident, resident_id), clock.now()
    if new == resident.person_id:
        raise Invalid(N_("这就是你现在用的号码。"), field="code")
    _free(session, new, resident_id=resident.id, now=now)
    old = resident.person_id
    resident.kept_until = now + rules.NUMBER_CHANGE_GRACE
    session.add(KeptPersonId(resident_id=resident.id, person_id=old, until=resident.kept_until))
    with refusing(session, {"uq_residents_person_id": Conflict(_TAKEN, field="code")}):
        resident.person_id = new
    vault.forget(session, old)
    vault.settle(session, new)
    resident.number_block, resident.last_used_at = vault.block_of(session, platform.keys, new), now
    sessions.end_all_of_resident(session, resident.id)
    return sessions.open_for_resident(session, resident.id)


def is_anything_kept(session: Session, *, before: datetime) -> bool:
    """Whether `release` would find something: a look that writes nothing."""
    changed = select(KeptPersonId.id).where(KeptPersonId.until < before).limit(1)
    erased = select(Resident.id).where(Resident.erased_at < before, Resident.released_at.is_(None)).limit(1)
    return session.scalar(changed) is not None or session.scalar(erased) is not None


def release(session: Session, *, before: datetime) -> int:
    """Let go of kept ids that no unfinished box may have been used with: whatever was announced before `before` is final."""
    changed = session.scalars(
        delete(KeptPersonId).where(KeptPersonId.until < before).returning(KeptPersonId.id)
    ).all()
    session.execute(update(Resident).where(Resident.kept_until < before).values(kept_until=None))
    erased = session.scalars(
        select(Resident)
        .where(Resident.erased_at < before, Resident.released_at.is_(None))
        .order_by(Resident.erased_at, Resident.id)
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for resident in erased:
        _let_go(resident, clock.now())
    return len(changed) + len(erased)


def _free(session: Session, person: str, *, resident_id: uuid.UUID, now: datetime) -> None:
    """See that nobody else is known by this id. Raises `Conflict` when it is somebody's, or was so a moment ago."""
    kept = select(KeptPersonId.id).where(
        KeptPersonId.person_id == person, KeptPersonId.resident_id != resident_id
    )
    if session.scalar(kept.limit(1)) is not None:
        raise Conflict(
            N_("这个号码刚从另一个账号换下来，要等换号以前的评议都生效，才能换成它。"), field="code"
        )
    other = session.scalar(select(Resident).where(Resident.person_id == person).with_for_update())
    if other is None:
        return
    if other.erased_at is None and not rules.is_forgotten(other.last_used_at, now):
        raise Conflict(_TAKEN, field="code")
    if other.erased_at is None:
        residents.erase(session, other.id)
    _let_go(other, now)
    session.flush()


def _let_go(resident: Resident, now: datetime) -> None:
    resident.person_id, resident.released_at = secrets.token_hex(32), now
