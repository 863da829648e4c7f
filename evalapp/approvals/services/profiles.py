"""Adopting a profile of the monitor. A case keeps the one that it began under."""

import json
import uuid

from pydantic import ValidationError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.approvals.models import ApprovalsProfileInForce
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.profile import lights, own, read_profile, shipped
from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor


def adopt_profile(session: Session, *, document: bytes, actor: Actor) -> ApprovalsProfileInForce:
    """Put a profile in force for cases that begin from now on. Refuses one that does not hang together."""
    try:
        profile = read_profile(document)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'JSON'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise Invalid(N_("这份监察办法有问题，没有采用。%(faults)s"), faults=where) from error
    before = profiles.newest(session)
    row = ApprovalsProfileInForce(
        id=uuid.uuid4(),
        number=before.number + 1 if before else 1,
        document=json.loads(document),
        from_at=clock.now(),
        chosen_by=actor.name,
    )
    first = Conflict(N_("同事刚刚采用了一份办法，请看过再定。"))
    with refusing(session, {"uq_approval_profiles_number": first}):
        session.add(row)
    audit.record(session, actor=actor, action="approvals.profile_adopted", subject=profile.lights.name)
    return row


def adopt_lights(session: Session, *, key: str, actor: Actor) -> ApprovalsProfileInForce:
    """Put the colours of a named place in force, with our own terms and points. Raises `NotFound` for a key that is none."""
    if key not in lights():
        raise NotFound(N_("没有这种亮灯办法。"))
    before = profiles.newest(session)
    ours = profiles.read(before).own if before else own()
    document = json.dumps(
        {"own": ours.model_dump(mode="json"), "lights": lights()[key].model_dump(mode="json")}
    )
    return adopt_profile(session, document=document.encode(), actor=actor)


def profile_in_force(session: Session) -> ApprovalsProfileInForce:
    """Return the row of the profile in force; the shipped one is taken over at first need, by whoever is first."""
    found = profiles.newest(session)
    if found is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(ApprovalsProfileInForce)
            .values(
                id=uuid.uuid4(),
                number=1,
                document=shipped().model_dump(mode="json"),
                from_at=clock.now(),
                chosen_by=SYSTEM.name,
            )
            .on_conflict_do_nothing(index_elements=["number"])
        )
        found = profiles.newest(session)
    assert found is not None  # ours, or that of whoever was first
    return found
