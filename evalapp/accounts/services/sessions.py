"""Signed-in browsers: opened at sign-in, seen now and then, ended at once when something changes."""

import secrets
import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from evalapp.accounts.models import Resident, SignedIn
from evalapp.accounts.queries import hashed
from evalapp.core import clock


def open_for_resident(session: Session, resident_id: uuid.UUID) -> str:
    """Sign a browser in as a resident; return the token for its cookie."""
    return _open(session, resident_id=resident_id, staff_id=None)


def open_for_staff(session: Session, staff_id: uuid.UUID) -> str:
    """Sign a browser in as a member of staff; return the token for its cookie."""
    return _open(session, resident_id=None, staff_id=staff_id)


def end(session: Session, token: str) -> None:
    """End the session of one browser; one that has ended is not missed."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.token_hash == hashed(token), SignedIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_of_resident(session: Session, resident_id: uuid.UUID) -> None:
    """Sign a resident out everywhere."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.resident_id == resident_id, SignedIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_of_staff(session: Session, staff_id: uuid.UUID) -> None:
    """Sign a member of staff out everywhere."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.staff_id == staff_id, SignedIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def seen(session: Session, session_id: uuid.UUID, *, resident_id: uuid.UUID | None = None) -> None:
    """Note that a browser is in use. Writes only to a session that stands: an ended one is not brought back."""
    now = clock.now()
    stands = session.scalar(
        update(SignedIn)
        .where(SignedIn.id == session_id, SignedIn.ended_at.is_(None))
        .values(last_seen_at=now)
        .returning(SignedIn.id)
    )
    if stands is not None and resident_id is not None:
        session.execute(
            update(Resident)
            .where(Resident.id == resident_id, Resident.erased_at.is_(None))
            .values(last_used_at=now)
        )


def _open(session: Session, *, resident_id: uuid.UUID | None, staff_id: uuid.UUID | None) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        SignedIn(
            token_hash=hashed(token),
            resident_id=resident_id,
            staff_id=staff_id,
            created_at=now,
            last_seen_at=now,
        )
    )
    return token
