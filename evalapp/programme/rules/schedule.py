"""What clashes with a plan, and where the next free time is."""

import enum
import math
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from evalapp.core.i18n import N_

READY_WITHIN = timedelta(days=3)  # how long before an airing or a recording what is missing becomes a clash
TICK = timedelta(minutes=5)  # plans start and end on five minutes
LONGEST = timedelta(hours=12)


class ShowingKind(enum.StrEnum):
    """What a plan is for."""

    RECORDING = "recording"
    AIRING = "airing"


@dataclass(frozen=True, kw_only=True)
class Span:
    """From a moment up to another, which no longer belongs to it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def holds(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    def moved_to(self, starts_at: datetime) -> "Span":
        """Return a span of the same length."""
        return Span(starts_at=starts_at, ends_at=starts_at + (self.ends_at - self.starts_at))

    def ticks(self) -> range:
        """Return the numbers of the five minutes that it covers."""
        first = math.floor(self.starts_at.timestamp() / TICK.total_seconds())
        return range(first, math.ceil(self.ends_at.timestamp() / TICK.total_seconds()))

    @property
    def is_on_ticks(self) -> bool:
        step = TICK.total_seconds()
        return self.starts_at.timestamp() % step == 0 == self.ends_at.timestamp() % step

    @property
    def is_sensible(self) -> bool:
        return timedelta(0) < self.ends_at - self.starts_at <= LONGEST


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What an episode has, as far as plans ask."""

    has_dossier: bool = False
    has_recording: bool = False
    is_prepared: bool = False
    opens_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One plan: an episode in a studio or on a channel. `id` is None for a plan that is only asked about."""

    id: uuid.UUID | None
    kind: ShowingKind
    episode_id: uuid.UUID
    number: int
    title: str
    unit_id: uuid.UUID
    unit_name: str
    speaker_post: str
    place_id: uuid.UUID
    place_name: str
    span: Span
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Leave:
    """The speaker of a unit cannot come; an empty `post` is everybody of the unit."""

    unit_id: uuid.UUID
    post: str
    span: Span

    def concerns(self, booking: Booking) -> bool:
        is_theirs = self.unit_id == booking.unit_id and self.post in {"", booking.speaker_post}
        return is_theirs and self.span.overlaps(booking.span)


class ClashKind(enum.StrEnum):
    """What speaks against a plan."""

    CHANNEL_TAKEN = "channel_taken"
    STUDIO_TAKEN = "studio_taken"
    SPEAKER_BUSY = "speaker_busy"
    SPEAKER_AWAY = "speaker_away"
    NO_DOSSIER = "no_dossier"
    NO_RECORDING = "no_recording"
    NOT_PREPARED = "not_prepared"
    AFTER_OPENING = "after_opening"
    IN_PAST = "in_past"


# A second broadcast on a channel would displace the first, which would be lost: replace it instead.
REFUSED = frozenset({ClashKind.CHANNEL_TAKEN})
# Another time mends these; the rest want work, or a reason.
MENDED_BY_TIME = frozenset(
    {ClashKind.CHANNEL_TAKEN, ClashKind.STUDIO_TAKEN, ClashKind.SPEAKER_AWAY, ClashKind.SPEAKER_BUSY}
)

CLASH_SENTENCES: Mapping[ClashKind, str] = {
    ClashKind.CHANNEL_TAKEN: N_("%(at)s %(place)s已安排第 %(other)s 期"),
    ClashKind.STUDIO_TAKEN: N_("%(at)s %(place)s已被第 %(other)s 期占用"),
    ClashKind.SPEAKER_BUSY: N_("%(at)s 报告人正在录制第 %(other)s 期"),
    ClashKind.SPEAKER_AWAY: N_("%(at)s 报告人请假"),
    ClashKind.NO_DOSSIER: N_("%(at)s 录制前还没有报送材料"),
    ClashKind.NO_RECORDING: N_("%(at)s 播出前还没有录像"),
    ClashKind.NOT_PREPARED: N_("%(at)s 播出前录像还没有制作完成"),
    ClashKind.AFTER_OPENING: N_("%(at)s 才播出，而 %(opens)s 已经开评"),
    ClashKind.IN_PAST: N_("%(at)s 已经过去"),
}


@dataclass(frozen=True, kw_only=True)
class Clash:
    """One thing that speaks against a plan; `params` fill its sentence (moments are for the page to write)."""

    kind: ClashKind
    booking: Booking
    other: Booking | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return CLASH_SENTENCES[self.kind]

    @property
    def is_refused(self) -> bool:
        """Whether no reason overrides it."""
        return self.kind in REFUSED


def clashes(
    booking: Booking,
    *,
    others: Iterable[Booking],
    leaves: Iterable[Leave],
    readiness: Readiness,
    now: datetime,
) -> tuple[Clash, ...]:
    """Return everything that speaks against `booking`. `others` may hold the booking itself: it is passed over."""
    rest = [other for other in others if other.id is None or other.id != booking.id]
    found = [*_taken(booking, rest), *_speaker(booking, rest, leaves, readiness)]
    found += _missing(booking, rest, readiness, now)
    return tuple(found)


def _taken(booking: Booking, rest: Iterable[Booking]) -> Iterator[Clash]:
    kind = ClashKind.STUDIO_TAKEN if booking.kind is ShowingKind.RECORDING else ClashKind.CHANNEL_TAKEN
    for other in rest:
        same_place = other.kind is booking.kind and other.place_id == booking.place_id
        if same_place and other.span.overlaps(booking.span):
            yield _clash(kind, booking, other=other)


def _speaker(
    booking: Booking, rest: Iterable[Booking], leaves: Iterable[Leave], readiness: Readiness
) -> Iterator[Clash]:
    is_recording = booking.kind is ShowingKind.RECORDING
    is_live = not is_recording and not readiness.has_recording and not _is_recorded_before(booking, rest)
    if is_recording:
        for other in rest:
            same_speaker = (other.unit_id, other.speaker_post) == (booking.unit_id, booking.speaker_post)
            elsewhere = other.kind is booking.kind and other.place_id != booking.place_id
            if same_speaker and elsewhere and other.span.overlaps(booking.span):
                yield _clash(ClashKind.SPEAKER_BUSY, booking, other=other)
    if (is_recording or is_live) and any(leave.concerns(booking) for leave in leaves):
        yield _clash(ClashKind.SPEAKER_AWAY, booking)


def _missing(
    booking: Booking, rest: Iterable[Booking], readiness: Readiness, now: datetime
) -> Iterator[Clash]:
    starts_at = booking.span.starts_at
    if starts_at < now:
        yield _clash(ClashKind.IN_PAST, booking)
    is_near = starts_at - now <= READY_WITHIN
    if booking.kind is ShowingKind.RECORDING:
        if is_near and not readiness.has_dossier:
            yield _clash(ClashKind.NO_DOSSIER, booking)
        return
    if not readiness.has_recording and (is_near or not _is_recorded_before(booking, rest)):
        yield _clash(ClashKind.NO_RECORDING, booking)
    elif is_near and not readiness.is_prepared:
        yield _clash(ClashKind.NOT_PREPARED, booking)
    is_first = all(other.span.starts_at >= starts_at for other in _airings_of(booking, rest))
    if is_first and readiness.opens_at is not None and starts_at > readiness.opens_at:
        yield _clash(ClashKind.AFTER_OPENING, booking, opens=readiness.opens_at)


def _airings_of(booking: Booking, rest: Iterable[Booking]) -> list[Booking]:
    return [
        other for other in rest if other.kind is ShowingKind.AIRING and other.episode_id == booking.episode_id
    ]


def _is_recorded_before(booking: Booking, rest: Iterable[Booking]) -> bool:
    return any(
        other.kind is ShowingKind.RECORDING
        and other.episode_id == booking.episode_id
        and other.span.ends_at <= booking.span.starts_at
        for other in rest
    )


def _clash(kind: ClashKind, booking: Booking, *, other: Booking | None = None, **more: object) -> Clash:
    params: dict[str, object] = {"at": booking.span.starts_at, "place": booking.place_name, **more}
    if other is not None:
        params |= {"other": other.number}
    return Clash(kind=kind, booking=booking, other=other, params=params)


def next_free(candidates: Iterable[Span], *, busy: Iterable[Span]) -> Span | None:
    """Return the first of `candidates` that overlaps nothing."""
    taken = list(busy)
    for candidate in candidates:
        if not any(candidate.overlaps(span) for span in taken):
            return candidate
    return None


STUDIO_HOURS = (time(9), time(18))
_STEP = timedelta(minutes=30)
_DAYS_AHEAD = 28


def studio_times(
    span: Span, *, now: datetime, zone: tzinfo, is_working: Callable[[date], bool]
) -> Iterator[Span]:
    """Return where a recording of that length could be: half hours of working days, from `span` on, four weeks."""
    earliest = max(span.starts_at, now).astimezone(zone)
    for offset in range(_DAYS_AHEAD):
        day = earliest.date() + timedelta(days=offset)
        if not is_working(day):
            continue
        start = datetime.combine(day, STUDIO_HOURS[0], zone)
        end_of_work = datetime.combine(day, STUDIO_HOURS[1], zone)
        while start + (span.ends_at - span.starts_at) <= end_of_work:
            if start >= earliest:
                yield span.moved_to(start)
            start += _STEP


def channel_times(span: Span, *, now: datetime, zone: tzinfo) -> Iterator[Span]:
    """Return where an airing could go: the same hour of the following days, since viewers know a programme's hour."""
    local = span.starts_at.astimezone(zone)
    for offset in range(1, _DAYS_AHEAD + 1):
        start = datetime.combine(local.date() + timedelta(days=offset), local.timetz())
        if start > now:
            yield span.moved_to(start)
