"""Adopting a profile. A matter keeps the profile that it was opened under: its clock is not changed under way."""

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core.permissions import Actor
from evalapp.supervision.models import ProfileInForce
from evalapp.supervision.queries.profiles import ADOPTED, read

profile_in_force = ADOPTED.row_in_force


def adopt_profile(session: Session, *, document: bytes, actor: Actor) -> ProfileInForce:
    """Put a profile in force for matters opened from now on. Refuses one that does not hang together."""
    row = ADOPTED.adopt(session, document, actor=actor)
    audit.record(session, actor=actor, action="supervision.profile_adopted", subject=read(row).name)
    return row
