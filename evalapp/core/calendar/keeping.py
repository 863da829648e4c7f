"""Reading, seeding and changing the calendar; whoever keeps deadlines reacts to `CalendarChanged`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import Session

from evalapp.core import clock, events
from evalapp.core.calendar.counting import DayKind, WorkCalendar, announced
from evalapp.core.calendar.models import CalendarDay, CalendarYear
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.events import Event
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor

NOTE_LIMIT = 40
_PLAIN = "plain"  # as the weekday says
SOURCE_LIMIT = 120


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """These days are no longer what they were, or these years have been announced."""

    days: tuple[date, ...]
    years: tuple[int, ...] = ()
    actor: Actor
    detail: dict[str, object] = field(default_factory=dict)


_ALWAYS = (date.min, date.max)


def load(session: Session, *, around: date | None = None) -> WorkCalendar:
    """Return the calendar from a year before `around` to two years after it, or all of it: two statements."""
    first, last = (around - timedelta(days=366), around + timedelta(days=732)) if around else _ALWAYS
    holidays, make_up_days, notes = set[date](), set[date](), dict[date, str]()
    connection = session.connection()
    for day, kind, note in connection.execute(_days(), {"first": first, "last": last}):
        (holidays if kind is DayKind.HOLIDAY else make_up_days).add(day)
        if note:
            notes[day] = note
    return WorkCalendar(
        holidays=frozenset(holidays),
        make_up_days=frozenset(make_up_days),
        notes=notes,
        published_years=frozenset(connection.execute(_published()).scalars()),
    )


@cache
def _days() -> Select[date, DayKind, str]:
    """Made once, of columns of the table: each page with a deadline reads them, and the mapper took as long as the database."""
    days = CalendarDay.__table__.c
    first, last = (bindparam(name, type_=days.day.type) for name in ("first", "last"))
    return select(days.day, days.kind, days.note).where(days.day.between(first, last)).order_by(days.day)


@cache
def _published() -> Select[int]:
    years = CalendarYear.__table__.c
    return select(years.year).order_by(years.year)


def term_ends_at(session: Session, *, received_at: datetime, working_days: int) -> datetime:
    """Return when a term of working days is over: 24:00 of its last day, in UTC."""
    received_on = clock.local(received_at).date()
    calendar = load(session, around=received_on)
    return clock.end_of(calendar.add_working_days(received_on, working_days))


def exceptions(session: Session, year: int) -> Sequence[CalendarDay]:
    """Return the days of a year that are not what their weekday says."""
    return session.scalars(
        select(CalendarDay)
        .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day)
    ).all()


def years(session: Session) -> Sequence[CalendarYear]:
    """Return the years that have been announced, newest first."""
    return session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())).all()


def seed(session: Session) -> int:
    """Write the announced exceptions of the years that chinesecalendar knows; return how many were new."""
    known = set(session.scalars(select(CalendarDay.day)))
    found = announced()
    rows = [(day, DayKind.HOLIDAY) for day in sorted(found.holidays)]
    rows += [(day, DayKind.MAKE_UP) for day in sorted(found.make_up_days)]
    new = [
        CalendarDay(day=day, kind=kind, note=found.notes.get(day, ""))
        for day, kind in rows
        if day not in known
    ]
    session.add_all(new)
    before = set(session.scalars(select(CalendarYear.year)))
    session.add_all(
        CalendarYear(year=year, published_at=clock.now(), source="chinesecalendar")
        for year in sorted(found.published_years - before)
    )
    return len(new)


def change_day(
    session: Session, *, day: date, kind: DayKind | None, note: str, actor: Actor
) -> CalendarDay | None:
    """Make a day off or worked, or (none) what its weekday says, and have the deadlines counted again.

    Refuses a kind that says what the weekday says already, and a change that changes nothing.
    """
    words = cleaned_text(note, field="note", limit=NOTE_LIMIT)
    check_kind(day, kind)
    row = session.scalar(select(CalendarDay).where(CalendarDay.day == day).with_for_update())
    before = row.kind if row is not None else None
    if (before, row.note if row is not None else "") == (kind, words if kind else ""):
        raise Conflict(N_("这一天已经是这样，没有改动。"), field="kind")
    if kind is None:
        session.execute(delete(CalendarDay).where(CalendarDay.day == day))
        row = None
    elif row is None:
        row = CalendarDay(day=day, kind=kind, note=words)
        first = Conflict(N_("同事刚刚改过这一天。请看过新的内容，再改一次。"), field="day")
        with refusing(session, {"pk_work_calendar": first}):
            session.add(row)
    else:
        row.kind, row.note = kind, words
    session.flush()
    changed = (day,) if before is not kind else ()
    detail: dict[str, object] = {
        "day": day.isoformat(),
        "was": before.value if before else _PLAIN,
        "is": kind.value if kind else _PLAIN,
    }
    events.emit(session, CalendarChanged(days=changed, actor=actor, detail=detail))
    return row


def publish_year(session: Session, *, year: int, source: str, actor: Actor) -> None:
    """Say that a year's days off are the announced ones. Refuses a second time, and a year beyond the next."""
    check_year(year)
    words = cleaned_text(source, field="source", limit=SOURCE_LIMIT, required=True)
    twice = Conflict(N_("%(year)s 年已经登记为公布。"), field="year", year=year)
    with refusing(session, {"pk_calendar_years": twice}):
        session.add(CalendarYear(year=year, published_at=clock.now(), source=words))
    events.emit(session, CalendarChanged(days=(), years=(year,), actor=actor, detail={"source": words}))


def check_kind(day: date, kind: DayKind | None) -> None:
    """Refuse a kind that says what the weekday says already. Raises `Invalid`."""
    if kind is DayKind.MAKE_UP and day.weekday() < 5:
        raise Invalid(
            N_("%(day)s 是周一到周五，本来就上班，不能是调休上班日。"), field="kind", day=day.isoformat()
        )
    if kind is DayKind.HOLIDAY and day.weekday() >= 5:
        raise Invalid(N_("%(day)s 是周末，本来就休息，不必登记放假。"), field="kind", day=day.isoformat())


def check_year(year: int) -> None:
    """Refuse a year that can have been announced by nobody: next year's days come late in this one. Raises `Invalid`."""
    earliest, latest = min(announced().published_years), clock.today().year + 1
    if not earliest <= year <= latest:
        raise Invalid(
            N_("不认识 %(year)s 年：只收 %(earliest)s 年到 %(latest)s 年的日历，再往后的还没有公布。"),
            field="day",
            year=year,
            earliest=earliest,
            latest=latest,
        )
