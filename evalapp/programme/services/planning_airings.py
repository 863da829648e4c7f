"""Changing airings. Every plan is checked; what is overridden has a reason, and what moves has one in public."""

import uuid

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.events import AiringCancelled, AiringPlanned, AiringPostponed, AiringReplaced
from evalapp.programme.models import Airing, ChangeKind, Channel, ChannelHold, Episode
from evalapp.programme.queries import planning_schedule as queries
from evalapp.programme.rules import Booking, ShowingKind, Span
from evalapp.programme.services.planning_checks import accepted_clashes, fits, just_taken, plannable, told
from evalapp.programme.services.planning_history import note
from evalapp.programme.services.planning_reasons import given_reason


def plan_airing(
    session: Session,
    *,
    episode_id: uuid.UUID,
    channel_id: uuid.UUID,
    span: Span,
    actor: Actor,
    override_reason: str = "",
) -> Airing:
    """Plan a broadcast. Raises `PlanRefused`; a channel that is taken is never overridden: replace that airing."""
    episode, channel = plannable(session, episode_id, span), locked(session, Channel, channel_id)
    airing = _new_airing(episode, channel, span)
    accepted = accepted_clashes(session, _booking(session, episode, channel, airing), override_reason)
    session.add(airing)
    session.flush()
    _hold(session, airing)
    note(
        session,
        episode,
        ChangeKind.AIRING_PLANNED,
        actor=actor,
        accepted=accepted,
        airing_id=airing.id,
        detail={"channel": channel.name, **told(span)},
    )
    events.emit(session, AiringPlanned(episode_id=episode.id, airing_id=airing.id))
    return airing


def postpone_airing(
    session: Session,
    *,
    airing_id: uuid.UUID,
    span: Span,
    reason: str,
    actor: Actor,
    seen_revision: int,
    override_reason: str = "",
) -> Airing:
    """Move a broadcast to another time, with a public reason. The window of grading does not move with it."""
    why = given_reason(reason)
    airing, episode = _airing_to_change(session, airing_id, seen_revision)
    fits(span)
    channel = locked(session, Channel, airing.channel_id)
    was_at = airing.starts_at
    airing.starts_at, airing.ends_at = span.starts_at, span.ends_at
    accepted = accepted_clashes(session, _booking(session, episode, channel, airing), override_reason)
    airing.revision += 1
    airing.changed_at, airing.postponed_from, airing.reason = clock.now(), was_at, why
    session.execute(delete(ChannelHold).where(ChannelHold.airing_id == airing.id))
    _hold(session, airing)
    detail = {"channel": channel.name, "was": was_at.isoformat(), **told(span)}
    note(
        session,
        episode,
        ChangeKind.AIRING_POSTPONED,
        actor=actor,
        reason=why,
        accepted=accepted,
        airing_id=airing.id,
        detail=detail,
    )
    events.emit(
        session,
        AiringPostponed(
            episode_id=episode.id, airing_id=airing.id, was_at=was_at, starts_at=airing.starts_at
        ),
    )
    return airing


def replace_airing(
    session: Session,
    *,
    airing_id: uuid.UUID,
    by_episode_id: uuid.UUID,
    reason: str,
    actor: Actor,
    seen_revision: int,
    override_reason: str = "",
) -> Airing:
    """Air another episode in an airing's place, with a public reason; the first one's airing is cancelled."""
    why = given_reason(reason)
    airing, episode = _airing_to_change(session, airing_id, seen_revision, also=by_episode_id)
    if by_episode_id == episode.id:
        raise Invalid(N_("请选另一期来替换。"), field="episode")
    span = Span(starts_at=airing.starts_at, ends_at=airing.ends_at)
    other, channel = plannable(session, by_episode_id, span), locked(session, Channel, airing.channel_id)
    free_airing(session, airing, why)
    session.flush()
    new = _new_airing(other, channel, span)
    accepted = accepted_clashes(session, _booking(session, other, channel, new), override_reason)
    session.add(new)
    session.flush()
    airing.replaced_by_id = new.id
    _hold(session, new)
    detail = {"channel": channel.name, **told(span)}
    note(
        session,
        episode,
        ChangeKind.AIRING_REPLACED,
        actor=actor,
        reason=why,
        airing_id=airing.id,
        detail={**detail, "by": other.number},
    )
    note(
        session,
        other,
        ChangeKind.AIRING_PLANNED,
        actor=actor,
        accepted=accepted,
        airing_id=new.id,
        detail={**detail, "instead_of": episode.number},
    )
    events.emit(
        session,
        AiringReplaced(
            episode_id=episode.id, airing_id=airing.id, by_episode_id=other.id, by_airing_id=new.id
        ),
    )
    events.emit(session, AiringPlanned(episode_id=other.id, airing_id=new.id))
    return new


def cancel_airing(
    session: Session, *, airing_id: uuid.UUID, reason: str, actor: Actor, seen_revision: int
) -> None:
    """Take a broadcast out of the programme, with a public reason. Refuses once it has begun: it was seen."""
    why = given_reason(reason)
    airing, episode = _airing_to_change(session, airing_id, seen_revision)
    free_airing(session, airing, why)
    note(
        session,
        episode,
        ChangeKind.AIRING_CANCELLED,
        actor=actor,
        reason=why,
        airing_id=airing.id,
        detail=told(Span(starts_at=airing.starts_at, ends_at=airing.ends_at)),
    )
    events.emit(session, AiringCancelled(episode_id=episode.id, airing_id=airing.id))


def free_airing(session: Session, airing: Airing, reason: str) -> None:
    """Cancel an airing and give its time back."""
    airing.cancelled_at = airing.changed_at = clock.now()
    airing.reason = reason
    airing.revision += 1
    session.execute(delete(ChannelHold).where(ChannelHold.airing_id == airing.id))


def _airing_to_change(
    session: Session, airing_id: uuid.UUID, seen_revision: int, *, also: uuid.UUID | None = None
) -> tuple[Airing, Episode]:
    """Lock the airing and its episode (and `also` another one, in an order that two planners share)."""
    episode_id = queries.airing(session, airing_id).episode.id
    held = {key: locked(session, Episode, key) for key in sorted({episode_id, also or episode_id})}
    airing = locked(session, Airing, airing_id)
    if airing.revision != seen_revision:
        raise Conflict(N_("别人刚刚改过这次安排，请看过新的安排再改。"))
    if airing.cancelled_at is not None:
        raise Conflict(N_("这次播出已经取消了。"))
    if airing.starts_at <= clock.now():
        raise Conflict(N_("节目已经开播，不能再改。"))
    return airing, held[episode_id]


def _new_airing(episode: Episode, channel: Channel, span: Span) -> Airing:
    return Airing(
        id=uuid.uuid4(),
        episode_id=episode.id,
        channel_id=channel.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        revision=1,
        created_at=clock.now(),
        changed_at=clock.now(),
    )


def _booking(session: Session, episode: Episode, channel: Channel, airing: Airing) -> Booking:
    return queries.booking_of(
        episode,
        queries.unit_of(session, episode),
        kind=ShowingKind.AIRING,
        booking_id=airing.id,
        place_id=channel.id,
        place_name=channel.name,
        span=Span(starts_at=airing.starts_at, ends_at=airing.ends_at),
        created_at=airing.created_at,
    )


def _hold(session: Session, airing: Airing) -> None:
    """Hold the airing's minutes of its channel: the database lets one planner win."""
    ticks = Span(starts_at=airing.starts_at, ends_at=airing.ends_at).ticks()
    rows = [{"channel_id": airing.channel_id, "tick": tick, "airing_id": airing.id} for tick in ticks]
    with refusing(session, {"uq_channel_holds_channel_id_tick": just_taken()}):
        session.execute(insert(ChannelHold), rows)
