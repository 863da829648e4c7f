"""Which profile is in force, and which a matter was opened under."""

import json
import uuid
from functools import lru_cache

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from evalapp.supervision.models import ProfileInForce
from evalapp.supervision.rules.profile import SupervisionProfile, read_profile, shipped

_read: dict[uuid.UUID, SupervisionProfile] = {}  # rows are never changed


def newest(session: Session) -> ProfileInForce | None:
    """Return the profile that was adopted last, or none when the shipped one was never taken over."""
    return session.scalar(select(ProfileInForce).order_by(ProfileInForce.number.desc()).limit(1))


def in_force(session: Session) -> SupervisionProfile:
    """Return the profile that a matter opened now would be under."""
    row = newest(session)
    return default() if row is None else read(row)


def newest_id() -> ScalarSelect[uuid.UUID]:
    """The key of the profile that was adopted last, as a column of another statement; `known` reads it."""
    return select(ProfileInForce.id).order_by(ProfileInForce.number.desc()).limit(1).scalar_subquery()


def known(session: Session, profile_id: uuid.UUID | None) -> SupervisionProfile:
    """Return the profile with that key, or the shipped one where none was adopted."""
    return default() if profile_id is None else profile_of(session, profile_id)


def profile_of(session: Session, profile_id: uuid.UUID) -> SupervisionProfile:
    """Return the profile of a matter; read from the database once a process."""
    known = _read.get(profile_id)
    return known if known is not None else read(session.get_one(ProfileInForce, profile_id))


def read(row: ProfileInForce) -> SupervisionProfile:
    """Return the profile of a row."""
    if row.id not in _read:
        _read[row.id] = read_profile(json.dumps(row.document))
    return _read[row.id]


@lru_cache(maxsize=1)
def default() -> SupervisionProfile:
    """Return the profile that comes with the application."""
    return read_profile(shipped())
