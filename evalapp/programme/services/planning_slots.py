"""Changing recording slots. Every plan is checked; what is overridden has a reason."""

import uuid

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import ChangeKind, Episode, RecordingSlot, Studio, StudioHold
from evalapp.programme.queries import planning_schedule as queries
from evalapp.programme.rules import Booking, ClashKind, ShowingKind, Span
from evalapp.programme.services.planning_checks import accepted_clashes, fits, just_taken, plannable, told
from evalapp.programme.services.planning_history import Accepted, note
from evalapp.programme.services.planning_reasons import given_reason


def plan_slot(
    session: Session,
    *,
    episode_id: uuid.UUID,
    studio_id: uuid.UUID,
    span: Span,
    actor: Actor,
    override_reason: str = "",
) -> RecordingSlot:
    """Book a studio. Raises `PlanRefused` for what speaks against it, unless `override_reason` accepts that."""
    episode, studio = plannable(session, episode_id, span), locked(session, Studio, studio_id)
    slot = RecordingSlot(
        id=uuid.uuid4(),
        episode_id=episode.id,
        studio_id=studio.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        created_at=clock.now(),
    )
    accepted = accepted_clashes(session, _booking(session, episode, studio, slot), override_reason)
    session.add(slot)
    session.flush()
    _hold(session, slot, accepted)
    detail = {"studio": studio.name, **told(span)}
    note(
        session,
        episode,
        ChangeKind.SLOT_PLANNED,
        actor=actor,
        accepted=accepted,
        slot_id=slot.id,
        detail=detail,
    )
    return slot


def move_slot(
    session: Session,
    *,
    slot_id: uuid.UUID,
    span: Span,
    actor: Actor,
    seen_revision: int,
    reason: str = "",
    override_reason: str = "",
) -> RecordingSlot:
    """Move a recording to another time. Refuses when it has begun, or somebody else has moved it meanwhile."""
    slot, episode = _slot_to_change(session, slot_id, seen_revision)
    fits(span)
    studio = locked(session, Studio, slot.studio_id)
    before = Span(starts_at=slot.starts_at, ends_at=slot.ends_at)
    slot.starts_at, slot.ends_at = span.starts_at, span.ends_at
    accepted = accepted_clashes(session, _booking(session, episode, studio, slot), override_reason)
    slot.revision += 1
    slot.reason = reason.strip()
    session.execute(delete(StudioHold).where(StudioHold.slot_id == slot.id))
    _hold(session, slot, accepted)
    note(
        session,
        episode,
        ChangeKind.SLOT_MOVED,
        actor=actor,
        reason=slot.reason,
        accepted=accepted,
        slot_id=slot.id,
        detail={"studio": studio.name, "was": before.starts_at.isoformat(), **told(span)},
    )
    return slot


def cancel_slot(
    session: Session, *, slot_id: uuid.UUID, reason: str, actor: Actor, seen_revision: int
) -> None:
    """Give the studio free again. Refuses once the recording has begun."""
    why = given_reason(reason)
    slot, episode = _slot_to_change(session, slot_id, seen_revision)
    free_slot(session, slot, why)
    note(
        session,
        episode,
        ChangeKind.SLOT_CANCELLED,
        actor=actor,
        reason=why,
        slot_id=slot.id,
        detail=told(Span(starts_at=slot.starts_at, ends_at=slot.ends_at)),
    )


def free_slot(session: Session, slot: RecordingSlot, reason: str) -> None:
    """Cancel a slot and give its time back."""
    slot.cancelled_at, slot.reason = clock.now(), reason
    slot.revision += 1
    session.execute(delete(StudioHold).where(StudioHold.slot_id == slot.id))


def _slot_to_change(
    session: Session, slot_id: uuid.UUID, seen_revision: int
) -> tuple[RecordingSlot, Episode]:
    episode = locked(session, Episode, queries.slot(session, slot_id).episode.id)
    slot = locked(session, RecordingSlot, slot_id)
    if slot.revision != seen_revision:
        raise Conflict(N_("别人刚刚改过这次安排，请看过新的安排再改。"))
    if slot.cancelled_at is not None:
        raise Conflict(N_("这次录制已经取消了。"))
    if slot.starts_at <= clock.now():
        raise Conflict(N_("录制已经开始，不能再改。"))
    return slot, episode


def _booking(session: Session, episode: Episode, studio: Studio, slot: RecordingSlot) -> Booking:
    return queries.booking_of(
        episode,
        queries.unit_of(session, episode),
        kind=ShowingKind.RECORDING,
        booking_id=slot.id,
        place_id=studio.id,
        place_name=studio.name,
        span=Span(starts_at=slot.starts_at, ends_at=slot.ends_at),
        created_at=slot.created_at,
    )


def _hold(session: Session, slot: RecordingSlot, accepted: Accepted) -> None:
    """Hold the slot's minutes, save those that an accepted clash shares: the database lets one planner win."""
    ticks = set(Span(starts_at=slot.starts_at, ends_at=slot.ends_at).ticks())
    if any(clash.kind is ClashKind.STUDIO_TAKEN for clash in accepted.clashes):
        held = select(StudioHold.tick).where(
            StudioHold.studio_id == slot.studio_id, StudioHold.tick.in_(sorted(ticks))
        )
        ticks -= set(session.scalars(held))
    rows = [{"studio_id": slot.studio_id, "tick": tick, "slot_id": slot.id} for tick in sorted(ticks)]
    if rows:
        with refusing(session, {"uq_studio_holds_studio_id_tick": just_taken()}):
            session.execute(insert(StudioHold), rows)
