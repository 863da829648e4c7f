"""Reading what is arranged: bookings of studios and channels, leave, what clashes, and the next free time."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from evalapp.core import calendar, clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme import rules
from evalapp.programme.models import (
    Airing,
    Channel,
    Episode,
    EpisodeChange,
    RecordingSlot,
    SpeakerLeave,
    Studio,
)
from evalapp.programme.queries.planning import EpisodeWithState, is_prepared
from evalapp.programme.rules import Booking, Clash, Leave, ShowingKind, Span
from evalapp.units.models import Unit

_AHEAD = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class AiringRow:
    """An airing as guides and feeds show it."""

    airing: Airing
    episode: Episode
    unit: Unit
    channel: Channel
    is_repeat: bool
    is_prepared: bool
    replaced_by: int | None  # the number of the episode that took its place


def airings(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    episode_id: uuid.UUID | None = None,
    with_cancelled: bool = True,
    limit: int = 500,
) -> list[AiringRow]:
    """Return airings in the order of their start, those that end after `since` and start before `until`."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(Airing.ends_at > since)
    if until is not None:
        conditions.append(Airing.starts_at < until)
    if episode_id is not None:
        conditions.append(Airing.episode_id == episode_id)
    if not with_cancelled:
        conditions.append(Airing.cancelled_at.is_(None))
    rows = session.execute(_with_what_is_aired().where(*conditions).limit(limit)).all()
    return [
        AiringRow(
            airing=airing,
            episode=episode,
            unit=unit,
            channel=channel,
            is_repeat=bool(repeat),
            is_prepared=bool(prepared),
            replaced_by=number,
        )
        for airing, episode, unit, channel, repeat, prepared, number in rows
    ]


@cache
def _with_what_is_aired() -> Select[*tuple[Any, ...]]:
    """Airings in the order of their start with all that a row tells; made once, because making it costs more than running it."""
    earlier, other, other_episode = aliased(Airing), aliased(Airing), aliased(Episode)
    is_repeat = (
        select(earlier.id)
        .where(
            earlier.episode_id == Airing.episode_id,
            earlier.cancelled_at.is_(None),
            earlier.starts_at < Airing.starts_at,
        )
        .exists()
    )
    return (
        select(Airing, Episode, Unit, Channel, is_repeat, is_prepared(), other_episode.number)
        .join(Episode, Airing.episode_id == Episode.id)
        .join(Unit, Episode.unit_id == Unit.id)
        .join(Channel, Airing.channel_id == Channel.id)
        .outerjoin(other, Airing.replaced_by_id == other.id)
        .outerjoin(other_episode, other.episode_id == other_episode.id)
        .order_by(Airing.starts_at, Channel.code, Airing.created_at, Airing.id)
    )


@dataclass(frozen=True, kw_only=True)
class ChangedAiring:
    """An airing that was cancelled, moved or given to another episode."""

    airing: Airing
    replaced_by: int | None


def changed_airings(session: Session, episode_id: uuid.UUID) -> list[ChangedAiring]:
    """Return those airings of an episode that are not what was announced, in the order of their start."""
    rows = session.execute(_changed_airings(), {"episode_id": episode_id})
    return [ChangedAiring(airing=row.Airing, replaced_by=row.replaced_by) for row in rows]


def has_changed_airings() -> Label[bool]:
    """A column `has_changed_airings` for a statement about episodes: whether `changed_airings` would find any."""
    found = exists().where(Airing.episode_id == Episode.id, _is_changed(Airing))
    return found.label("has_changed_airings")


def _is_changed(airing: type[Airing]) -> ColumnElement[bool]:
    return or_(
        airing.cancelled_at.is_not(None),
        airing.postponed_from.is_not(None),
        airing.replaced_by_id.is_not(None),
    )


@cache
def _changed_airings() -> Select[*tuple[Any, ...]]:
    other = aliased(Airing)
    return (
        select(Airing, Episode.number.label("replaced_by"))
        .outerjoin(other, Airing.replaced_by_id == other.id)
        .outerjoin(Episode, other.episode_id == Episode.id)
        .where(Airing.episode_id == bindparam("episode_id"), _is_changed(Airing))
        .order_by(Airing.starts_at, Airing.created_at, Airing.id)
        .limit(50)
    )


def airing(session: Session, airing_id: uuid.UUID) -> AiringRow:
    """Return one airing; raises `NotFound`."""
    row = session.get(Airing, airing_id)
    found = airings(session, episode_id=row.episode_id) if row else []
    for one in found:
        if one.airing.id == airing_id:
            return one
    raise NotFound(N_("没有找到这次播出。"))


@dataclass(frozen=True, kw_only=True)
class SlotRow:
    """A recording slot with its studio and episode."""

    slot: RecordingSlot
    episode: Episode
    studio: Studio


def slots_of(session: Session, episode_id: uuid.UUID) -> list[SlotRow]:
    """Return the recording slots of an episode in order, cancelled ones too."""
    rows = session.execute(_slots().where(RecordingSlot.episode_id == episode_id)).all()
    return [SlotRow(slot=slot, episode=episode, studio=studio) for slot, episode, _, studio in rows]


def slot(session: Session, slot_id: uuid.UUID) -> SlotRow:
    """Return one recording slot; raises `NotFound`."""
    row = session.execute(_slots().where(RecordingSlot.id == slot_id)).first()
    if row is None:
        raise NotFound(N_("没有找到这次录制安排。"))
    return SlotRow(slot=row[0], episode=row[1], studio=row[3])


def bookings(
    session: Session, *, since: datetime, until: datetime, of_episode: uuid.UUID | None = None
) -> list[Booking]:
    """Return what stands between two moments, and everything of one episode whenever it is; two queries."""
    return [
        *_recordings(session, since=since, until=until, of_episode=of_episode),
        *_airings(session, since=since, until=until, of_episode=of_episode),
    ]


def revisions(session: Session, *, since: datetime) -> dict[uuid.UUID, int]:
    """Return the revision of every slot and airing that starts after `since`, for whoever offers to move one."""
    found: dict[uuid.UUID, int] = {}
    for kind in (RecordingSlot, Airing):
        rows = session.execute(select(kind.id, kind.revision).where(kind.starts_at > since))
        found |= {key: revision for key, revision in rows}  # noqa: C416  a row is not a pair to dict()
    return found


def accepted_reasons(session: Session, *, since: datetime) -> dict[tuple[uuid.UUID, str], str]:
    """Return why clashes of plans that start after `since` were accepted, by plan and kind; the latest reason stands."""
    rows = session.scalars(
        select(EpisodeChange)
        .outerjoin(RecordingSlot, EpisodeChange.slot_id == RecordingSlot.id)
        .outerjoin(Airing, EpisodeChange.airing_id == Airing.id)
        .where(
            EpisodeChange.override_reason != "",
            or_(RecordingSlot.starts_at > since, Airing.starts_at > since),
        )
        .order_by(EpisodeChange.at, EpisodeChange.id)
    )
    found: dict[tuple[uuid.UUID, str], str] = {}
    for change in rows:
        plan_id = change.slot_id or change.airing_id
        assert plan_id is not None  # the join found a plan
        found |= {(plan_id, kind): change.override_reason for kind in change.overridden}
    return found


def leaves(session: Session, *, since: datetime, until: datetime) -> list[Leave]:
    """Return the leave that stands between two moments, as spans of the district's days."""
    rows = session.scalars(
        select(SpeakerLeave)
        .where(
            SpeakerLeave.ended_at.is_(None),
            SpeakerLeave.ends_on >= clock.local(since).date(),
            SpeakerLeave.starts_on <= clock.local(until).date(),
        )
        .order_by(SpeakerLeave.starts_on, SpeakerLeave.id)
    )
    return [
        Leave(
            unit_id=row.unit_id,
            post=row.post,
            span=Span(starts_at=clock.start_of(row.starts_on), ends_at=clock.end_of(row.ends_on)),
        )
        for row in rows
    ]


def leave_rows(session: Session, *, since: date) -> Sequence[tuple[SpeakerLeave, Unit]]:
    """Return the leave that ends on `since` or later, with its unit, for the office to read."""
    rows = session.execute(
        select(SpeakerLeave, Unit)
        .join(Unit, SpeakerLeave.unit_id == Unit.id)
        .where(SpeakerLeave.ended_at.is_(None), SpeakerLeave.ends_on >= since)
        .order_by(SpeakerLeave.starts_on, SpeakerLeave.id)
        .limit(200)
    )
    return [(row[0], row[1]) for row in rows]


def clashes_of(session: Session, booking: Booking, row: EpisodeWithState) -> tuple[Clash, ...]:
    """Return everything that speaks against `booking`, a plan of the episode of `row`."""
    span = booking.span
    return rules.clashes(
        booking,
        others=bookings(session, since=span.starts_at, until=span.ends_at, of_episode=booking.episode_id),
        leaves=leaves(session, since=span.starts_at, until=span.ends_at),
        readiness=row.readiness,
        now=clock.now(),
    )


def free_time(session: Session, booking: Booking) -> Span | None:
    """Return the next time at which the place, and for a recording the speaker too, is free; None within four weeks."""
    now = clock.now()
    since = max(booking.span.starts_at, now)
    begin, end = since - timedelta(days=1), since + _AHEAD
    return free_among(
        booking,
        others=bookings(session, since=begin, until=end),
        away=leaves(session, since=begin, until=end),
        days=calendar.load(session, around=clock.local(now).date()),
    )


def free_among(
    booking: Booking, *, others: Iterable[Booking], away: Iterable[Leave], days: calendar.WorkCalendar
) -> Span | None:
    """Return the next free time of `booking` among what was loaded before."""
    is_recording = booking.kind is ShowingKind.RECORDING
    busy = [
        other.span
        for other in others
        if other.id != booking.id
        and other.kind is booking.kind
        and (other.place_id == booking.place_id or (is_recording and other.unit_id == booking.unit_id))
    ]
    busy += [
        leave.span
        for leave in away
        if leave.unit_id == booking.unit_id and leave.post in {"", booking.speaker_post}
    ]
    if is_recording:
        candidates = rules.studio_times(
            booking.span, now=clock.now(), zone=clock.zone(), is_working=days.is_working
        )
    else:
        candidates = rules.channel_times(booking.span, now=clock.now(), zone=clock.zone())
    return rules.next_free(candidates, busy=busy)


def _slots() -> Select[RecordingSlot, Episode, Unit, Studio]:
    return (
        select(RecordingSlot, Episode, Unit, Studio)
        .join(Episode, RecordingSlot.episode_id == Episode.id)
        .join(Unit, Episode.unit_id == Unit.id)
        .join(Studio, RecordingSlot.studio_id == Studio.id)
        .order_by(RecordingSlot.starts_at, RecordingSlot.id)
    )


def _recordings(
    session: Session, *, since: datetime, until: datetime, of_episode: uuid.UUID | None
) -> list[Booking]:
    within = and_(RecordingSlot.ends_at > since, RecordingSlot.starts_at < until)
    rows = session.execute(
        _slots().where(
            RecordingSlot.cancelled_at.is_(None), or_(within, RecordingSlot.episode_id == of_episode)
        )
    )
    return [
        booking_of(
            episode,
            unit,
            kind=ShowingKind.RECORDING,
            booking_id=slot.id,
            place_id=studio.id,
            place_name=studio.name,
            span=Span(starts_at=slot.starts_at, ends_at=slot.ends_at),
            created_at=slot.created_at,
        )
        for slot, episode, unit, studio in rows
    ]


def _airings(
    session: Session, *, since: datetime, until: datetime, of_episode: uuid.UUID | None
) -> list[Booking]:
    within = and_(Airing.ends_at > since, Airing.starts_at < until)
    rows = session.execute(
        select(Airing, Episode, Unit, Channel)
        .join(Episode, Airing.episode_id == Episode.id)
        .join(Unit, Episode.unit_id == Unit.id)
        .join(Channel, Airing.channel_id == Channel.id)
        .where(Airing.cancelled_at.is_(None), or_(within, Airing.episode_id == of_episode))
        .order_by(Airing.starts_at, Airing.id)
    )
    return [
        booking_of(
            episode,
            unit,
            kind=ShowingKind.AIRING,
            booking_id=airing.id,
            place_id=channel.id,
            place_name=channel.name,
            span=Span(starts_at=airing.starts_at, ends_at=airing.ends_at),
            created_at=airing.created_at,
        )
        for airing, episode, unit, channel in rows
    ]


def unit_of(session: Session, episode: Episode) -> Unit:
    """Return the unit of an episode."""
    found = session.get(Unit, episode.unit_id)
    assert found is not None  # the foreign key is real
    return found


def booking_of(
    episode: Episode,
    unit: Unit,
    *,
    kind: ShowingKind,
    booking_id: uuid.UUID | None,
    place_id: uuid.UUID,
    place_name: str,
    span: Span,
    created_at: datetime,
) -> Booking:
    """Return a plan as the rules read it."""
    return Booking(
        id=booking_id,
        kind=kind,
        episode_id=episode.id,
        number=episode.number,
        title=episode.title,
        unit_id=unit.id,
        unit_name=unit.short_name,
        speaker_post=episode.speaker_post,
        place_id=place_id,
        place_name=place_name,
        span=span,
        created_at=created_at,
    )
