"""The moments of a deadline: when its lamp turns, when it is over, what is due to be sent when."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from evalapp.core import clock
from evalapp.core.calendar import Pause, WorkCalendar
from evalapp.supervision.rules.profile import Colour, SupervisionProfile
from evalapp.supervision.rules.states import Times


class Ending(enum.StrEnum):
    """How a deadline ended."""

    MET = "met"  # what it asked for was done
    PASSED_ON = "passed_on"  # another clock took its place: classified anew, contested
    CALLED_OFF = "called_off"  # the matter was closed or withdrawn


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A deadline as the calendar counts it."""

    due_on: date | None
    times: Times
    is_provisional: bool

    @property
    def listed_on(self) -> date:
        """Where a list by last days shows it: one that is held comes after all others."""
        return self.due_on or date.max


def counted(
    calendar: WorkCalendar,
    profile: SupervisionProfile,
    *,
    started_on: date,
    working_days: int | None,
    fixed_on: date | None,
    pauses: Sequence[Pause] = (),
) -> Counted:
    """Return when a deadline is over: after a number of working days, or on a day that a plan names."""
    if fixed_on is not None:
        due_on: date | None = fixed_on
    else:
        assert working_days is not None
        due_on = calendar.term_ends_on(started_on, working_days, pauses)
    if due_on is None:
        none = Times(due_at=None, soon_at=None, very_late_at=None)
        return Counted(due_on=None, times=none, is_provisional=False)
    lamp = profile.lamp
    times = Times(
        due_at=clock.end_of(due_on),
        soon_at=clock.start_of(calendar.shifted(due_on, -lamp.soon_days) + timedelta(days=1)),
        very_late_at=clock.end_of(calendar.shifted(due_on, lamp.very_late_days)),
    )
    return Counted(
        due_on=due_on, times=times, is_provisional=calendar.is_provisional(min(started_on, due_on), due_on)
    )


@dataclass(frozen=True, kw_only=True)
class DueReminder:
    code: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IssuedNotice:
    """What is known of a notice that went, for deciding about the next."""

    colour: Colour
    due_at: datetime
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def has_failed_at(self) -> datetime | None:
        """When it failed: its term, unless it was answered within it or taken back."""
        if self.withdrawn_at is not None:
            return None
        if self.answered_at is not None and self.answered_at < self.due_at:
            return None
        return self.due_at


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    colour: Colour
    at: datetime
    due_on: date
    due_at: datetime


def reminders(calendar: WorkCalendar, profile: SupervisionProfile, due_on: date) -> list[DueReminder]:
    """Return every reminder of a deadline with its moment, earliest first."""
    hour = timedelta(hours=profile.reminder_hour)
    found = [
        DueReminder(code=rule.code, at=clock.start_of(calendar.shifted(due_on, rule.offset)) + hour)
        for rule in profile.reminders
    ]
    return sorted(found, key=lambda each: (each.at, each.code))


def next_notice(
    calendar: WorkCalendar,
    profile: SupervisionProfile,
    *,
    due_on: date,
    issued: Mapping[Colour, IssuedNotice],
) -> DueNotice | None:
    """Return the notice that follows if nothing is done, with its moment; or none.

    Each colour goes only after the one before failed; one that was taken back or answered in its term ends the row.
    """
    after = due_on
    for rule in profile.notices:
        known = issued.get(rule.colour)
        if known is None:
            at = clock.end_of(calendar.shifted(after, rule.after_days))
            on = clock.local(at).date()
            last = calendar.add_working_days(on, rule.answer_days)
            return DueNotice(colour=rule.colour, at=at, due_on=last, due_at=clock.end_of(last))
        failed_at = known.has_failed_at
        if failed_at is None:
            return None
        after = clock.local(failed_at).date() - timedelta(days=1)
    return None


def next_colour(
    profile: SupervisionProfile, *, issued: Mapping[Colour, IssuedNotice], now: datetime
) -> Colour | None:
    """Return which notice can be issued by hand at `now`; none while one runs, after one that was met, after the last."""
    for rule in profile.notices:
        known = issued.get(rule.colour)
        if known is None:
            return rule.colour
        failed_at = known.has_failed_at
        if failed_at is None or now < failed_at:
            return None
    return None


class NoticeState(enum.StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"
    FULFILLED = "fulfilled"  # what it asked for was done before its term
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


def notice_state(notice: IssuedNotice, *, deadline_ended_at: datetime | None, now: datetime) -> NoticeState:
    """Return where a notice stands now."""
    if notice.withdrawn_at is not None:
        return NoticeState.WITHDRAWN
    if notice.answered_at is not None:
        in_term = notice.answered_at < notice.due_at
        return NoticeState.ANSWERED if in_term else NoticeState.ANSWERED_LATE
    if deadline_ended_at is not None and deadline_ended_at < notice.due_at:
        return NoticeState.FULFILLED
    return NoticeState.FAILED if now >= notice.due_at else NoticeState.OPEN


@dataclass(frozen=True, kw_only=True)
class ClockFacts:
    """What reminders and notices depend on. Notices go for a unit's clock, not for the office's own."""

    due_on: date | None
    started_at: datetime
    is_of_unit: bool


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was sent for a deadline already."""

    reminders: frozenset[str] = frozenset()
    notices: Mapping[Colour, IssuedNotice] = field(default_factory=dict)


def next_act(
    calendar: WorkCalendar, profile: SupervisionProfile, facts: ClockFacts, made: Made
) -> DueReminder | DueNotice | None:
    """Return what falls due next for a clock that runs on, with its moment, which may have passed; or none."""
    if facts.due_on is None:
        return None
    waiting = [
        reminder
        for reminder in reminders(calendar, profile, facts.due_on)
        if reminder.code not in made.reminders and reminder.at > facts.started_at
    ]
    notice = (
        next_notice(calendar, profile, due_on=facts.due_on, issued=made.notices) if facts.is_of_unit else None
    )
    if waiting and (notice is None or waiting[0].at <= notice.at):
        return waiting[0]
    return notice
