"""Which profile is in force, and which a matter was opened under."""

import uuid

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from evalapp.core.adopting import Adoptions
from evalapp.core.i18n import N_
from evalapp.supervision.models import ProfileInForce
from evalapp.supervision.rules.profile import SupervisionProfile, read_profile, shipped

ADOPTED = Adoptions(
    ProfileInForce, read=read_profile, shipped=shipped, faulty=N_("这份督办办法有问题，没有采用。%(faults)s")
)
in_force, profile_of, read = ADOPTED.in_force, ADOPTED.of, ADOPTED.read


def newest_id() -> ScalarSelect[uuid.UUID]:
    """The key of the profile that was adopted last, as a column of another statement; `known` reads it."""
    return select(ProfileInForce.id).order_by(ProfileInForce.number.desc()).limit(1).scalar_subquery()


def known(session: Session, profile_id: uuid.UUID | None) -> SupervisionProfile:
    """Return the profile with that key, or the shipped one where none was adopted."""
    return ADOPTED.default() if profile_id is None else profile_of(session, profile_id)
