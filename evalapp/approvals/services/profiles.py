"""Adopting a profile of the monitor. A case keeps the one that it began under."""

from sqlalchemy.orm import Session

from evalapp.approvals.models import ApprovalsProfileInForce
from evalapp.approvals.queries.profiles import ADOPTED, in_force, read
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.approvals.rules.profile import Profile, lights
from evalapp.approvals.services import journal
from evalapp.audit import services as audit
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor

profile_in_force = ADOPTED.row_in_force


def adopt_profile(session: Session, *, document: bytes, actor: Actor) -> ApprovalsProfileInForce:
    """Put a profile in force for cases that begin from now on. Refuses one that does not hang together."""
    row = ADOPTED.adopt(session, document, actor=actor)
    audit.record(session, actor=actor, action="approvals.profile_adopted", subject=read(row).lights.name)
    whole = read(row)
    journal.note(
        session,
        MonitorAct.PROFILE,
        subject="",
        about=f"{whole.own.name}；{whole.lights.name}",
        reason=whole.lights.source,
        posts=[actor.name],
    )
    return row


def adopt_lights(session: Session, *, key: str, actor: Actor) -> ApprovalsProfileInForce:
    """Put the colours of a named place in force, with our own terms and points. Raises `NotFound` for a key that is none."""
    if key not in lights():
        raise NotFound(N_("没有这种亮灯办法。"))
    whole = Profile(own=in_force(session).own, lights=lights()[key])
    return adopt_profile(session, document=whole.model_dump_json().encode(), actor=actor)
