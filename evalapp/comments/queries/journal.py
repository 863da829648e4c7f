"""The public journal of moderation: a year by months, and a month that is over by reason and unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from evalapp.comments.models import ModerationMonth, ModerationReason, ModerationUnit, ModerationWait
from evalapp.comments.rules import journal
from evalapp.comments.rules.journal import Breakdown, Figure, JournalAct
from evalapp.comments.rules.moderation import RefusalReason
from evalapp.core import clock
from evalapp.units.models import Unit

_ACTS = (
    select(ModerationMonth.month, ModerationMonth.act, ModerationMonth.times)
    .where(ModerationMonth.month >= bindparam("since", type_=Date()))
    .order_by(ModerationMonth.month.desc(), ModerationMonth.act)
)
_WAITS = (
    select(ModerationWait.month, ModerationWait.days, ModerationWait.times)
    .where(ModerationWait.month >= bindparam("since", type_=Date()))
    .order_by(ModerationWait.month, ModerationWait.days)
)
_REASONS = (
    select(ModerationReason.act, ModerationReason.reason, ModerationReason.times, ModerationReason.people)
    .where(ModerationReason.month == bindparam("month", type_=Date()))
    .order_by(ModerationReason.act, ModerationReason.reason)
)
_UNITS = (
    select(ModerationUnit.act, ModerationUnit.times, ModerationUnit.people, Unit.slug, Unit.name)
    .join(Unit, Unit.id == ModerationUnit.unit_id)
    .where(ModerationUnit.month == bindparam("month", type_=Date()), ModerationUnit.act.in_(journal.OF_UNITS))
    .order_by(ModerationUnit.act, Unit.slug)
)


@dataclass(frozen=True, kw_only=True)
class MonthLine:
    """One month: how often each act was done, and the median of the days that comments had waited."""

    month: date
    times: Mapping[JournalAct, int]
    median_days: float | None
    is_over: bool

    @property
    def name(self) -> str:
        """`2026-11`."""
        return self.month.isoformat()[:7]


@dataclass(frozen=True, kw_only=True)
class MonthInDetail:
    """A month that is over. Where fewer than ten people stand behind a figure it is part of a sum."""

    month: date
    reasons: Mapping[JournalAct, Breakdown[RefusalReason]]
    units: Mapping[JournalAct, Breakdown[str]]  # by slug
    unit_names: Mapping[str, str]

    @property
    def name(self) -> str:
        """`2026-11`."""
        return self.month.isoformat()[:7]


@dataclass(frozen=True, kw_only=True)
class Journal:
    """`detail` is of the month that was asked for, or of the newest that is over; none where none is over."""

    months: Sequence[MonthLine]
    detail: MonthInDetail | None


def moderation_journal(session: Session, *, month: date | None = None) -> Journal:
    """Return the last twelve months, and one in detail: four statements over rows that are counted already."""
    this = journal.month_of(clock.today())
    since = this
    for _ in range(journal.MONTHS - 1):
        since = journal.month_before(since)
    lines = _months(session, since=since, this=this)
    over = [line.month for line in lines if line.is_over]
    asked = month if month in over else next(iter(over), None)
    return Journal(months=lines, detail=_detail(session, asked) if asked else None)


def _months(session: Session, *, since: date, this: date) -> list[MonthLine]:
    times: dict[date, dict[JournalAct, int]] = {}
    for month, act, number in session.execute(_ACTS, {"since": since}):
        times.setdefault(month, {})[act] = number
    waits: dict[date, list[tuple[int, int]]] = {}
    for month, days, number in session.execute(_WAITS, {"since": since}):
        waits.setdefault(month, []).append((days, number))
    return [
        MonthLine(
            month=month,
            times=dict.fromkeys(JournalAct, 0) | found,
            median_days=journal.median_days(waits.get(month, ())),
            is_over=month < this,
        )
        for month, found in times.items()
    ]


def _detail(session: Session, month: date) -> MonthInDetail:
    reasons: dict[JournalAct, dict[RefusalReason, Figure]] = {}
    for act, reason, times, people in session.execute(_REASONS, {"month": month}):
        reasons.setdefault(act, {})[reason] = Figure(times=times, people=people)
    units: dict[JournalAct, dict[str, Figure]] = {}
    names: dict[str, str] = {}
    for act, times, people, slug, name in session.execute(_UNITS, {"month": month}):
        names[slug] = name
        units.setdefault(act, {})[slug] = Figure(times=times, people=people)
    return MonthInDetail(
        month=month,
        reasons={act: journal.breakdown(found) for act, found in reasons.items()},
        units={act: journal.breakdown(found) for act, found in units.items()},
        unit_names=names,
    )
