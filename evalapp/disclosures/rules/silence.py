"""What should stand on a board and does not: a function of the catalogue, of what was posted and of the day."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evalapp.core.calendar import WorkCalendar
from evalapp.core.i18n import N_
from evalapp.disclosures.rules.catalogue import AfterForming, Catalogue, EachPeriod, EachYear, Item
from evalapp.disclosures.rules.periods import Length, Period


class Standing(enum.StrEnum):
    """Where one duty to post stands."""

    POSTED = "posted"
    POSTED_LATE = "posted_late"
    WAITING = "waiting"  # not yet posted, and the day has not come
    DUE_SOON = "due_soon"
    MISSING = "missing"  # the day is over and nothing was posted


STANDING_WORDS: dict[Standing, str] = {
    Standing.POSTED: N_("按时公开"),
    Standing.POSTED_LATE: N_("晚了才公开"),
    Standing.WAITING: N_("还没到期"),
    Standing.DUE_SOON: N_("快到期"),
    Standing.MISSING: N_("应公开未公开"),
}
_ORDER = (Standing.MISSING, Standing.DUE_SOON, Standing.WAITING, Standing.POSTED_LATE, Standing.POSTED)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What is known of something posted or being prepared: for which period, or formed on which day, and posted when.

    `posted_on` is the day on which it was first posted; None for a draft.
    """

    code: str
    period: str = ""
    formed_on: date | None = None
    posted_on: date | None = None
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty to post, and how it was met. `days` is how many days after its last day it is, or came; else 0."""

    item: Item
    period: str
    due_on: date
    standing: Standing
    posted_on: date | None
    formed_on: date | None
    days: int
    reference: str


@dataclass(frozen=True, kw_only=True)
class Silence:
    """How many duties of a board stand where."""

    counts: Mapping[Standing, int]

    @property
    def missing(self) -> int:
        return self.counts.get(Standing.MISSING, 0)

    @property
    def late(self) -> int:
        return self.counts.get(Standing.POSTED_LATE, 0)

    @property
    def due(self) -> int:
        return self.counts.get(Standing.DUE_SOON, 0) + self.counts.get(Standing.WAITING, 0)

    @property
    def posted(self) -> int:
        return self.counts.get(Standing.POSTED, 0)

    @property
    def is_silent(self) -> bool:
        return self.missing > 0


def due_on(item: Item, period: Period, calendar: WorkCalendar, *, moved: bool) -> date:
    """Return the last day on which the posting of a period is in time."""
    term = item.term
    assert not isinstance(term, AfterForming)
    if isinstance(term, EachPeriod):
        day = period.next.first.replace(day=term.day)
    else:
        day = _in_year(period.year + (term.of == "last"), term)
    return calendar.first_day(day) if moved else day


def duties(
    items: Sequence[Item],
    postings: Iterable[Posting],
    *,
    watched_from: date,
    today: date,
    calendar: WorkCalendar,
    rules: Catalogue,
) -> list[Duty]:
    """Return what a board had to post since `watched_from`, within the time that the catalogue looks back.

    What is missing comes first, then what is due; inside each the earliest last day.
    """
    by_period: dict[tuple[str, str], Posting] = {}
    formed: dict[str, list[Posting]] = {}
    for posting in postings:
        if posting.period:
            by_period[posting.code, posting.period] = posting
        elif posting.formed_on is not None:
            formed.setdefault(posting.code, []).append(posting)
    month = Period.holding(today, Length.MONTH).shifted(-rules.lookback_months).first
    since = max(watched_from, month)
    found: list[Duty] = []
    for item in items:
        if isinstance(item.term, AfterForming):
            for posting in formed.get(item.code, ()):
                assert posting.formed_on is not None
                last = calendar.add_working_days(posting.formed_on, item.term.days)
                if last >= since:
                    found.append(_duty(item, posting, due_on=last, today=today, rules=rules))
        else:
            for period, last in _periods(item, since=since, today=today, calendar=calendar, rules=rules):
                known = by_period.get((item.code, str(period)), Posting(code=item.code, period=str(period)))
                found.append(_duty(item, known, due_on=last, today=today, rules=rules))
    return sorted(
        found, key=lambda one: (_ORDER.index(one.standing), one.due_on, one.item.code, one.reference)
    )


def counted(found: Iterable[Duty]) -> Silence:
    """Return how many duties stand where."""
    counts: dict[Standing, int] = {}
    for duty in found:
        counts[duty.standing] = counts.get(duty.standing, 0) + 1
    return Silence(counts=counts)


def _periods(
    item: Item, *, since: date, today: date, calendar: WorkCalendar, rules: Catalogue
) -> Iterator[tuple[Period, date]]:
    """The periods whose posting falls due from `since` on and may be asked for by today, earliest first."""
    length = item.length
    assert length is not None
    period = Period.holding(since, length).shifted(-2)
    while True:
        if _asked_from(item, period) > today:
            return
        last = due_on(item, period, calendar, moved=rules.days_off.moved)
        if last >= since:
            yield period, last
        period = period.next


def _asked_from(item: Item, period: Period) -> date:
    """From when on a posting can be waited for: a plan in its own year, everything else once its period is over."""
    is_plan = isinstance(item.term, EachYear) and item.term.of == "this"
    return period.first if is_plan else period.next.first


def _duty(item: Item, posting: Posting, *, due_on: date, today: date, rules: Catalogue) -> Duty:
    until = posting.posted_on or today
    days = max((until - due_on).days, 0)
    if posting.posted_on is not None:
        standing = Standing.POSTED_LATE if days else Standing.POSTED
    elif days:
        standing = Standing.MISSING
    else:
        is_soon = (due_on - today).days <= rules.due_soon_days
        standing = Standing.DUE_SOON if is_soon else Standing.WAITING
    return Duty(
        item=item,
        period=posting.period,
        due_on=due_on,
        standing=standing,
        posted_on=posting.posted_on,
        formed_on=posting.formed_on,
        days=days,
        reference=posting.reference,
    )


def _in_year(year: int, term: EachYear) -> date:
    """The day of a year; 29 February in a year without one is the 28th."""
    try:
        return date(year, term.month, term.day)
    except ValueError:
        return date(year, term.month, 28)
