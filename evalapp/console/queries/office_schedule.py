"""What the office's planning desk shows: the board, the calendar of three weeks, conflicts with the suggested fix."""

import enum
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from evalapp.core import calendar as work_calendar
from evalapp.core import clock
from evalapp.programme import rules
from evalapp.programme.models import Season
from evalapp.programme.queries import planning, planning_schedule
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.rules import (
    Booking,
    Clash,
    ClashKind,
    EpisodeState,
    EpisodeWarning,
    Preparedness,
    ShowingKind,
    Span,
)

_BEHIND, _AHEAD = timedelta(days=60), timedelta(days=120)
WEEKS = 3
SHOWN_PUBLISHED = 3


class Column(enum.StrEnum):
    """The columns of the board, in the order of an episode's life."""

    IDEA = "idea"
    TO_RECORD = "to_record"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    GRADING = "grading"
    PUBLISHED = "published"


_COLUMN_OF = {
    EpisodeState.RECORDED: Column.IN_REVIEW,
    EpisodeState.PREPARED: Column.IN_REVIEW,
    EpisodeState.SCHEDULED: Column.SCHEDULED,
    EpisodeState.GRADING: Column.GRADING,
    EpisodeState.CLOSED: Column.GRADING,
    EpisodeState.COUNTED: Column.GRADING,
    EpisodeState.PUBLISHED: Column.PUBLISHED,
    EpisodeState.FINAL: Column.PUBLISHED,
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """An episode on the board."""

    row: EpisodeWithState
    slot_at: datetime | None
    warnings: tuple[EpisodeWarning, ...]
    troubles: tuple["Trouble", ...]

    def closes_within(self, term: timedelta, now: datetime) -> bool:
        """Whether grading is open and ends within `term`."""
        closes_at = self.row.facts.closes_at
        return self.row.is_open and closes_at is not None and closes_at - now <= term

    @property
    def is_clash(self) -> bool:
        """Whether a conflict stands that nobody has accepted."""
        return any(not trouble.accepted_reason for trouble in self.troubles)

    @property
    def column(self) -> Column | None:
        """Where it stands; None for a withdrawn or void one."""
        if self.row.state is EpisodeState.PLANNED:
            return Column.TO_RECORD if self.slot_at else Column.IDEA
        return _COLUMN_OF.get(self.row.state)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A conflict that stands, with the plan that came later and when it could be instead."""

    clash: Clash
    free: Span | None
    revision: int
    accepted_reason: str = ""  # why it was planned in spite of it

    @property
    def fields(self) -> dict[str, str]:
        """What a form posts to move the plan to the free time."""
        assert self.free is not None  # asked for only where something is free
        start, length = clock.local(self.free.starts_at), self.free.ends_at - self.free.starts_at
        return {
            "day": start.date().isoformat(),
            "time": f"{start:%H:%M}",
            "minutes": str(int(length / timedelta(minutes=1))),
            "revision": str(self.revision),
        }

    @property
    def other_id(self) -> uuid.UUID | None:
        return self.clash.other.id if self.clash.other else None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something on a day of the calendar."""

    kind: str  # recording, airing, repeat, opens, closes
    at: datetime
    number: int
    unit_name: str
    is_over: bool
    is_clash: bool


@dataclass(frozen=True, kw_only=True)
class Day:
    on: date
    is_today: bool
    is_off: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Three weeks from a Monday on."""

    weeks: tuple[tuple[Day, ...], ...]
    first: date
    last: date

    @property
    def earlier(self) -> date:
        return self.first - timedelta(weeks=WEEKS)

    @property
    def later(self) -> date:
        return self.first + timedelta(weeks=WEEKS)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything of the planning desk."""

    season: Season | None
    seasons: Sequence[Season]
    columns: dict[Column, list[Card]] = field(default_factory=dict)
    aside: list[Card] = field(default_factory=list)  # withdrawn and void
    troubles: list[Trouble] = field(default_factory=list)
    warned: list[Card] = field(default_factory=list)
    on_air: list[Booking] = field(default_factory=list)
    closing: list[Card] = field(default_factory=list)  # within a day
    calendar: Calendar | None = None

    @property
    def warned_by_kind(self) -> dict[EpisodeWarning, list[Card]]:
        """What episodes lack, the most pressing first."""
        found = {kind: [card for card in self.warned if kind in card.warnings] for kind in EpisodeWarning}
        return {kind: cards for kind, cards in found.items() if cards}


def desk(session: Session, *, year: int | None, since: date | None) -> Desk:
    """Return the desk of a season (the latest by default) with the three weeks that hold `since`; nine statements."""
    seasons = planning.seasons(session)
    season = next((one for one in seasons if year in {None, one.year}), None)
    loaded = _load(session)
    cards = [loaded.card(row) for row in loaded.rows.values() if season and row.year == season.year]
    columns: dict[Column, list[Card]] = {column: [] for column in Column}
    for card in cards:
        if card.column is not None:
            columns[card.column].append(card)
    for column in (Column.IDEA, Column.TO_RECORD):
        columns[column].reverse()  # what comes next stands first
    return Desk(
        season=season,
        seasons=seasons,
        columns=columns,
        aside=[card for card in cards if card.column is None],
        troubles=loaded.troubles,
        warned=[card for card in cards if card.warnings],
        on_air=[
            one for one in loaded.bookings if one.kind is ShowingKind.AIRING and one.span.holds(loaded.now)
        ],
        closing=[
            card for card in columns[Column.GRADING] if card.closes_within(timedelta(days=1), loaded.now)
        ],
        calendar=_calendar(session, loaded, since or clock.today()),
    )


def calendar(session: Session, *, since: date | None) -> Calendar:
    """Return three weeks, from the Monday of the week that holds `since` (today by default)."""
    return _calendar(session, _load(session), since or clock.today())


def card(session: Session, number: int) -> Card:
    """Return one episode as the board shows it; raises `NotFound`."""
    row = planning.episode_with_state(session, number)
    return _load(session).card(row)


@dataclass(kw_only=True)
class _Loaded:
    """What one request reads, once."""

    now: datetime
    rows: dict[uuid.UUID, EpisodeWithState]
    bookings: list[Booking]
    days: work_calendar.WorkCalendar
    troubles: list[Trouble] = field(default_factory=list)
    slots: dict[uuid.UUID, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def card(self, row: EpisodeWithState) -> Card:
        slots = self.slots.get(row.episode.id, [])
        coming = next((at for at in slots if at > self.now), None)
        has = Preparedness(
            has_dossier=row.has_dossier,
            preparation_failed=row.preparation_failed,
            next_slot_at=coming,
            first_airing_at=row.first_airing_at,
        )
        return Card(
            row=row,
            slot_at=coming or (slots[-1] if slots else None),
            warnings=rules.episode_warnings(row.facts, has, self.now),
            troubles=tuple(one for one in self.troubles if one.clash.booking.episode_id == row.episode.id),
        )

    def is_in_clash(self, booking: Booking) -> bool:
        """Whether a conflict that nobody has accepted names this plan."""
        return any(
            not trouble.accepted_reason and booking.id in {trouble.clash.booking.id, trouble.other_id}
            for trouble in self.troubles
        )


def _load(session: Session) -> _Loaded:
    now = clock.now()
    rows = {row.episode.id: row for row in planning.episodes_with_state(session)}
    bookings = planning_schedule.bookings(session, since=now - _BEHIND, until=now + _AHEAD)
    loaded = _Loaded(
        now=now,
        rows=rows,
        bookings=bookings,
        days=work_calendar.load(session, around=clock.local(now).date()),
    )
    for booking in bookings:
        if booking.kind is ShowingKind.RECORDING:
            loaded.slots[booking.episode_id].append(booking.span.starts_at)
    leaves = planning_schedule.leaves(session, since=now, until=now + _AHEAD)
    revisions = planning_schedule.revisions(session, since=now)
    accepted = planning_schedule.accepted_reasons(session, since=now)
    for clash in _standing(loaded, leaves):
        plan_id = clash.booking.id
        assert plan_id is not None  # what stands was stored
        trouble = Trouble(
            clash=clash,
            free=_free(clash, loaded, leaves),
            revision=revisions.get(plan_id, 0),  # 0: moved this very moment, so that the button refuses
            accepted_reason=accepted.get((plan_id, clash.kind.value), ""),
        )
        loaded.troubles.append(trouble)
    return loaded


def _free(clash: Clash, loaded: _Loaded, leaves: Iterable[rules.Leave]) -> Span | None:
    if clash.kind not in rules.MENDED_BY_TIME:
        return None
    return planning_schedule.free_among(clash.booking, others=loaded.bookings, away=leaves, days=loaded.days)


def _standing(loaded: _Loaded, leaves: Iterable[rules.Leave]) -> list[Clash]:
    """Return what stands in conflict from now on; of two plans in one place, the one that was made later."""
    found = []
    for booking in loaded.bookings:
        row = loaded.rows.get(booking.episode_id)
        if booking.span.starts_at <= loaded.now or row is None:
            continue
        for clash in rules.clashes(
            booking, others=loaded.bookings, leaves=leaves, readiness=row.readiness, now=loaded.now
        ):
            other = clash.other
            is_later = other is None or (booking.created_at, str(booking.id)) > (
                other.created_at,
                str(other.id),
            )
            if is_later and clash.kind is not ClashKind.AFTER_OPENING:
                found.append(clash)
    return sorted(found, key=lambda clash: (clash.booking.span.starts_at, clash.kind))


def _calendar(session: Session, loaded: _Loaded, since: date) -> Calendar:
    first = since - timedelta(days=since.weekday())
    last = first + timedelta(weeks=WEEKS) - timedelta(days=1)
    marks = _marks(session, loaded, Span(starts_at=clock.start_of(first), ends_at=clock.end_of(last)))
    days = [
        Day(
            on=on,
            is_today=on == clock.local(loaded.now).date(),
            is_off=not loaded.days.is_working(on),
            marks=tuple(sorted(marks[on], key=lambda mark: mark.at)),
        )
        for on in (first + timedelta(days=offset) for offset in range(7 * WEEKS))
    ]
    weeks = tuple(tuple(days[7 * week : 7 * week + 7]) for week in range(WEEKS))
    return Calendar(weeks=weeks, first=first, last=last)


def _marks(session: Session, loaded: _Loaded, span: Span) -> dict[date, list[Mark]]:
    found: dict[date, list[Mark]] = defaultdict(list)
    shown = planning_schedule.bookings(session, since=span.starts_at, until=span.ends_at)
    firsts = {row.episode.id: row.first_airing_at for row in loaded.rows.values()}
    for booking in shown:
        at = booking.span.starts_at
        is_repeat = booking.kind is ShowingKind.AIRING and firsts.get(booking.episode_id) != at
        mark = Mark(
            kind="repeat" if is_repeat else booking.kind.value,
            at=at,
            number=booking.number,
            unit_name=booking.unit_name,
            is_over=booking.span.ends_at <= loaded.now,
            is_clash=loaded.is_in_clash(booking),
        )
        found[clock.local(at).date()].append(mark)
    for row in loaded.rows.values():
        if row.facts.withdrawn_at or row.facts.voided_at:
            continue
        for kind, moment in (("opens", row.facts.opens_at), ("closes", row.facts.closes_at)):
            if moment is not None and span.starts_at <= moment <= span.ends_at:
                found[_day_of(kind, moment)].append(_deadline(kind, moment, row, loaded.now))
    return found


def _day_of(kind: str, moment: datetime) -> date:
    """The day that a window belongs to: a closing at 24:00 stands on the day that ends with it."""
    return clock.local(moment - timedelta(seconds=1) if kind == "closes" else moment).date()


def _deadline(kind: str, moment: datetime, row: EpisodeWithState, now: datetime) -> Mark:
    return Mark(
        kind=kind,
        at=moment,
        number=row.episode.number,
        unit_name=row.unit.short_name,
        is_over=moment <= now,
        is_clash=False,
    )
