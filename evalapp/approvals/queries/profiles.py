"""Which profile is in force, and which a case began under; what a case runs under, read once a process."""

import json
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import ApprovalsProfileInForce, CaseBasis
from evalapp.approvals.rules.facts import Basis
from evalapp.approvals.rules.profile import Profile, read_profile, shipped


@dataclass(frozen=True, kw_only=True)
class KnownBasis:
    """What a case runs under, read."""

    id: uuid.UUID
    basis: Basis
    profile: Profile


_profiles: dict[uuid.UUID, Profile] = {}  # rows are never changed
_bases: dict[uuid.UUID, KnownBasis] = {}


def newest(session: Session) -> ApprovalsProfileInForce | None:
    """Return the profile that was adopted last, or none when the shipped one was never taken over."""
    return session.scalar(
        select(ApprovalsProfileInForce).order_by(ApprovalsProfileInForce.number.desc()).limit(1)
    )


def in_force(session: Session) -> Profile:
    """Return the profile that a case begun now would be under."""
    row = newest(session)
    return shipped() if row is None else read(row)


def read(row: ApprovalsProfileInForce) -> Profile:
    """Return the profile of a row."""
    if row.id not in _profiles:
        _profiles[row.id] = read_profile(json.dumps(row.document))
    return _profiles[row.id]


def profile_of(session: Session, profile_id: uuid.UUID) -> Profile:
    """Return a profile by its key; read from the database once a process."""
    known = _profiles.get(profile_id)
    return known if known is not None else read(session.get_one(ApprovalsProfileInForce, profile_id))


def basis_of(session: Session, basis_id: uuid.UUID) -> KnownBasis:
    """Return what a case runs under; read from the database once a process."""
    known = _bases.get(basis_id)
    return known if known is not None else read_basis(session, session.get_one(CaseBasis, basis_id))


def read_basis(session: Session, row: CaseBasis) -> KnownBasis:
    """Return a basis by its row."""
    if row.id not in _bases:
        profile = profile_of(session, row.profile_id)
        _bases[row.id] = KnownBasis(id=row.id, basis=Basis.of(row.document), profile=profile)
    return _bases[row.id]
