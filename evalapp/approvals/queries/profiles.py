"""Which profile is in force, and which a case began under; what a case runs under, read once a process."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import ApprovalsProfileInForce, CaseBasis
from evalapp.approvals.rules.facts import Basis
from evalapp.approvals.rules.profile import Profile, read_profile, shipped
from evalapp.core.adopting import Adoptions
from evalapp.core.i18n import N_


@dataclass(frozen=True, kw_only=True)
class KnownBasis:
    """What a case runs under, read."""

    id: uuid.UUID
    basis: Basis
    profile: Profile


ADOPTED = Adoptions(
    ApprovalsProfileInForce,
    read=read_profile,
    shipped=lambda: shipped().model_dump_json().encode(),
    faulty=N_("这份监察办法有问题，没有采用。%(faults)s"),
)
in_force, profile_of, read = ADOPTED.in_force, ADOPTED.of, ADOPTED.read
_bases: dict[uuid.UUID, KnownBasis] = {}  # rows are never changed


def newest_id() -> ScalarSelect[uuid.UUID]:
    """The key of the profile that was adopted last, as a column of another statement; `known` reads it."""
    newest = select(ApprovalsProfileInForce.id).order_by(ApprovalsProfileInForce.number.desc())
    return newest.limit(1).scalar_subquery()


def known(session: Session, profile_id: uuid.UUID | None) -> Profile:
    """Return the profile with that key, or the shipped one where none was adopted."""
    return ADOPTED.default() if profile_id is None else profile_of(session, profile_id)


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
