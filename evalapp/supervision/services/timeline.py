"""The entries of a matter's timeline."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.events import emit
from evalapp.core.permissions import Actor
from evalapp.notifications import services as notifications
from evalapp.supervision.events import MatterTold
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act, Phase

# What followers of a matter are told of.
TOLD = frozenset(
    {
        Act.ANSWERED,
        Act.REOPENED,
        Act.PLANNED,
        Act.CLAIMED,
        Act.CHECKED,
        Act.SENT_BACK,
        Act.EXPLAINED,
        Act.CONTESTED,
        Act.UPHELD,
        Act.REJECTED,
        Act.CLOSED,
        Act.NOTICE_ISSUED,
    }
)
# What a round, a calendar or a resident did: the timeline has it, the record of staff does not.
NOT_AUDITED = frozenset({Act.REMINDED, Act.RECOUNTED, Act.GRADED, Act.CONFIRMED})


def enter(matter: Matter, phase: Phase) -> None:
    """Bring a matter into a phase, and note since when nothing is to be done about it."""
    was_settled, is_settled = matter.phase in states.SETTLED, phase in states.SETTLED
    matter.phase = phase
    if is_settled and not was_settled:
        matter.settled_at = clock.now()
    elif not is_settled:
        matter.settled_at = None


def record(
    session: Session,
    matter: Matter,
    act: Act,
    *,
    actor: Actor,
    note: str = "",
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> MatterEvent:
    """Add an entry; the audit has what staff did, and followers are told of what is public.

    `at` is when it fell due, where a round wakes later.
    """
    matter.version += 1
    entry = MatterEvent(
        id=uuid.uuid4(),
        matter_id=matter.id,
        number=matter.version,
        at=at or clock.now(),
        written_at=clock.now(),
        kind=act,
        is_public=not states.is_internal(act),
        staff_id=actor.id if actor.is_staff else None,
        post=actor.name,
        note=note,
        detail=detail or {},
    )
    session.add(entry)
    session.flush()
    if act not in NOT_AUDITED:
        audit.record(session, actor=actor, action=f"matter.{act.value}", subject=matter.reference)
    if act in TOLD and matter.is_public and matter.withdrawn_at is None:
        notifications.notify_topic(
            session,
            matter.topic_id,
            kind=f"matter.{act.value}",
            reference=matter.reference,
            key=f"matter:{matter.id}:{entry.number}",
            at=entry.at,
        )
    if entry.is_public and act not in NOT_AUDITED:
        told = MatterTold(
            matter_id=matter.id, reference=matter.reference, about=matter.about, kind=matter.kind
        )
        emit(session, told)
    return entry
