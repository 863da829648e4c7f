"""Hands in the cases of the demonstration as units' systems do: in batches by unit and night, each as of when it came.

Which batch an event belongs to follows from the event alone, and a batch that was taken is not taken again: whatever stops in
the middle goes on where it stopped.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, IntakeBatch
from evalapp.approvals.services.intake import take_batch
from evalapp.core import calendar, clock
from evalapp.core.calendar import WorkCalendar
from evalapp.core.platform import Platform
from evalapp.demo.applying import Item, Life, Lots, content, items_of, lives
from evalapp.demo.scripts import units
from evalapp.powers.models import ServiceItem
from evalapp.units.models import Unit

_DAY = timedelta(days=1)
_NIGHT = timedelta(hours=23, minutes=50)
_EVERY = 2  # working days: what happened on the first still counts as of when it happened
SPAN = 28  # days; of the last of them some cases are there from the start
_FULLER = 2
_MOST_SPANS = 39
Batches = dict[datetime, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A unit that people apply to, and what for."""

    unit_id: uuid.UUID
    key: str
    slug: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What there is to lay out: from when on the demonstration lives, and which part of the last weeks was there from the start."""

    began_at: datetime
    share: float

    @property
    def began_on(self) -> date:
        return clock.local(self.began_at).date()

    def lots(self, on: date) -> float:
        """Which part of the cases of a day was laid out from the start; of the last days more of them."""
        age = (self.began_on - on).days
        return min(self.share * (8 if age < _FULLER else 1), 1.0) if age < SPAN else 0.0


def feeds(session: Session) -> Sequence[Feed]:
    """Every unit with published items."""
    keys = {unit.slug: unit.key for unit in units()}
    codes: dict[tuple[uuid.UUID, str], dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(Unit.id, Unit.slug, ServiceItem.name, ServiceItem.code)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(Unit.slug.in_(keys))
        .order_by(ServiceItem.code)
    )
    for unit_id, slug, name, code in rows:
        codes[unit_id, slug][name] = code
    found = [
        Feed(unit_id=unit_id, key=keys[slug], slug=slug, items=items_of(keys[slug], named))
        for (unit_id, slug), named in codes.items()
    ]
    return sorted((feed for feed in found if feed.items), key=lambda feed: feed.slug)


def lay_recent(platform: Platform, plan: Plan) -> int:
    """Lay out some cases of the last weeks, night by night; return how many there are."""
    with platform.session() as session:
        found, days = feeds(session), calendar.load(session)
    planned = []
    for feed in found:
        begun = [
            life
            for on in _days_before(plan.began_on, SPAN)
            for life in _begun(feed, on, days, lots=(0.0, plan.lots(on)), until=plan.began_at)
        ]
        batches = _batches(feed, begun, plan, days, now=plan.began_at)
        planned += [(at, feed, said) for at, said in batches.items()]
    for at, feed, said in sorted(planned, key=lambda each: (each[0], each[1].slug)):
        _take(platform, feed, said, name=_named("recent", at, plan.began_at), at=at)
    return how_many(platform)


def how_many(platform: Platform) -> int:
    """How many cases there are."""
    with platform.session() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def lay_until(platform: Platform, plan: Plan, number: int, *, tell: Callable[[int], None]) -> None:
    """Lay out the rest, the newest first, until there are so many cases; `tell` hears how many there are."""
    with platform.session() as session:
        found = feeds(session)
    there = how_many(platform)
    for span, feed in ((span, feed) for span in range(_MOST_SPANS) for feed in found):
        if there >= number:
            return
        lay_span(platform, plan, feed, span)
        there = how_many(platform)
        tell(there)


def lay_span(
    platform: Platform, plan: Plan, feed: Feed, span: int, *, go_on: Callable[[], bool] = lambda: True
) -> bool:
    """Lay out the rest of what began at a unit in a span of days (0: the last), up to now; return whether all is there."""
    now, name = clock.now(), f"span{span}"
    with platform.session() as session:
        days = calendar.load(session)
        taken = set(
            session.scalars(
                select(IntakeBatch.batch).where(
                    IntakeBatch.unit_id == feed.unit_id, IntakeBatch.batch.startswith(f"{name}.")
                )
            )
        )
    begun = [
        life
        for on in _days_before(plan.began_on - span * SPAN * _DAY, SPAN)
        for life in _begun(feed, on, days, lots=(plan.lots(on), 1.0), until=plan.began_at)
    ]
    for at, said in sorted(_batches(feed, begun, plan, days, now=now).items()):
        batch = _named(name, at, now)
        if batch not in taken:
            if not go_on():
                return False
            _take(platform, feed, said, name=batch, at=at)
    return True


def go_on_living(platform: Platform, plan: Plan, *, go_on: Callable[[], bool] = lambda: True) -> bool:
    """Hand in what happened since: new cases, and how the open ones went on. Returns whether that is all."""
    now = clock.now()
    with platform.session() as session:
        found, days = feeds(session), calendar.load(session)
    for feed in found:
        if _silent_until(feed, now, plan) is not None:
            continue
        by_night: Batches = defaultdict(list)
        with platform.session() as session:
            for at, event in _since(session, feed, plan, days, now=now):
                by_night[min(_received_at(feed, at, plan, days), now)].append(event)
        for at, events in sorted(by_night.items()):
            if not go_on():
                return False
            _take(platform, feed, events, name=f"live.{at:%y%m%d}.{now:%y%m%d%H%M%S}", at=at)
    return True


def _since(
    session: Session, feed: Feed, plan: Plan, days: WorkCalendar, *, now: datetime
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What is not known yet of cases that are open or began since."""
    newest = session.scalar(select(func.max(Case.began_at)).where(Case.unit_id == feed.unit_id))
    since = max(newest or plan.began_at, plan.began_at)
    open_cases = session.execute(
        select(Case.number, Case.moved_at).where(Case.unit_id == feed.unit_id, Case.closed_at.is_(None))
    )
    moved_at = {row.number: row.moved_at for row in open_cases}
    wanted = {number.rpartition("-")[0] for number in moved_at}
    first, today = clock.local(since).date(), clock.local(now).date()
    new = {today - number * _DAY for number in range(max((today - first).days, 0) + 1)}
    for item in feed.items:
        older = {_began_on(name) for name in wanted if name.startswith(item.letters)}
        for on in sorted(older | new):
            for life in lives(item, on, days):
                known = moved_at.get(life.number, since if life.began_at > since else None)
                if known is not None:
                    yield from ((at, event) for at, event in _events(item, life) if known < at <= now)


def _began_on(name: str) -> date:
    return datetime.strptime(name.rpartition("-")[2], "%y%m%d").date()  # noqa: DTZ007  a day


def _days_before(last: date, number: int) -> Iterator[date]:
    return (last - back * _DAY for back in reversed(range(number)))


def _begun(feed: Feed, on: date, days: WorkCalendar, *, lots: Lots, until: datetime) -> Iterator[Life]:
    for item in feed.items:
        for life in lives(item, on, days, lots=lots):
            if life.began_at <= until:
                yield life


def _events(item: Item, life: Life) -> Iterator[tuple[datetime, dict[str, Any]]]:
    for place, (at, said) in enumerate(life.said):
        yield (
            at,
            {
                "id": f"{life.number}.{place}",
                "case": life.number,
                "item": item.code,
                "occurred_at": at.isoformat(),
                **said,
            },
        )


def _batches(feed: Feed, begun: Iterable[Life], plan: Plan, days: WorkCalendar, *, now: datetime) -> Batches:
    """All that was said of cases up to now, by the moment at which it came."""
    found: Batches = defaultdict(list)
    named = {item.letters: item for item in feed.items}
    for life in begun:
        item = named[f"{life.number.partition('-')[0]}-"]
        for at, event in _events(item, life):
            silent_until = _silent_until(feed, at, plan)
            if at <= now and (silent_until is None or silent_until <= now):
                found[min(_received_at(feed, at, plan, days), now)].append(event)
    return found


def _received_at(feed: Feed, at: datetime, plan: Plan, days: WorkCalendar) -> datetime:
    """When what happened at a moment comes: in a night after it, or when a silence is over."""
    day = days.first_day(clock.local(_silent_until(feed, at, plan) or at).date())
    if days.between(date(2000, 1, 1), day) % _EVERY:
        day = days.shifted(day, 1)
    return clock.start_of(day) + _NIGHT


def _named(name: str, at: datetime, now: datetime) -> str:
    """A night's batch by its night; what came of a day that is not over, by the moment: the rest of it comes later."""
    return f"{name}.{at:%y%m%d-%H%M%S}" if at == now else f"{name}.{at:%y%m%d}"


def _silent_until(feed: Feed, at: datetime, plan: Plan) -> datetime | None:
    for silence in content()["silence"]:
        if silence["unit"] == feed.key:
            begin, end = (clock.start_of(plan.began_on + silence[name] * _DAY) for name in ("from", "until"))
            if begin <= at < end:
                return end
    return None


def _take(platform: Platform, feed: Feed, said: Sequence[dict[str, Any]], *, name: str, at: datetime) -> None:
    with platform.transaction() as session:
        take_batch(
            session,
            platform.keys,
            unit_id=feed.unit_id,
            batch=name,
            items=said,
            body=json.dumps(said, ensure_ascii=False).encode(),
            received_at=at,
        )
