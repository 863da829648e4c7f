"""Adopting a profile. A matter keeps the profile that it was opened under: its clock is not changed under way."""

import json
import uuid

from pydantic import ValidationError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.supervision.models import ProfileInForce
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.profile import read_profile, shipped


def adopt_profile(session: Session, *, document: bytes, actor: Actor) -> ProfileInForce:
    """Put a profile in force for matters opened from now on. Refuses one that does not hang together."""
    try:
        profile = read_profile(document)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'JSON'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise Invalid(N_("这份督办办法有问题，没有采用。%(faults)s"), faults=where) from error
    before = profiles.newest(session)
    row = ProfileInForce(
        id=uuid.uuid4(),
        number=before.number + 1 if before else 1,
        document=json.loads(document),
        from_at=clock.now(),
        chosen_by=actor.name,
    )
    first = Conflict(N_("同事刚刚采用了一份办法，请看过再定。"))
    with refusing(session, {"uq_supervision_profiles_number": first}):
        session.add(row)
    audit.record(session, actor=actor, action="supervision.profile_adopted", subject=profile.name)
    return row


def profile_in_force(session: Session) -> ProfileInForce:
    """Return the row of the profile in force; the shipped one is taken over at first need, by whoever is first."""
    found = profiles.newest(session)
    if found is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(ProfileInForce)
            .values(
                id=uuid.uuid4(),
                number=1,
                document=json.loads(shipped()),
                from_at=clock.now(),
                chosen_by=SYSTEM.name,
            )
            .on_conflict_do_nothing(index_elements=["number"])
        )
        found = profiles.newest(session)
    assert found is not None  # ours, or that of whoever was first
    return found
