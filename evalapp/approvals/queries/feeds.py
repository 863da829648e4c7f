"""The health of feeds: who has fallen silent, and what was refused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import IntakeFeed, IntakeKey, IntakeRefusal
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.feeds import is_silent
from evalapp.core import calendar, clock
from evalapp.units.models import Unit

_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A unit that has a key, and how its feed is."""

    unit_id: uuid.UUID
    slug: str
    name: str
    last_received_at: datetime | None
    last_occurred_at: datetime | None
    batches: int
    events: int
    refused: int
    is_silent: bool


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """How often requests were refused whole on a day."""

    day: date
    unit: str  # slug, or empty where no key was known
    reason: str
    count: int


def health(session: Session, *, now: datetime) -> Sequence[Feed]:
    """Every unit with a key or a feed, those that have fallen silent first: two statements and the calendar's two."""
    first = (
        select(IntakeKey.unit_id, func.min(IntakeKey.made_at).label("made_at"))
        .group_by(IntakeKey.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(Unit.id, Unit.slug, Unit.name, first.c.made_at, IntakeFeed)
        .outerjoin(first, first.c.unit_id == Unit.id)
        .outerjoin(IntakeFeed, IntakeFeed.unit_id == Unit.id)
        .where(first.c.unit_id.is_not(None) | IntakeFeed.unit_id.is_not(None))
        .order_by(Unit.slug)
        .limit(_MOST)
    ).all()
    days = calendar.load(session, around=clock.local(now).date())
    rule = profiles.in_force(session).own.feeds
    found = []
    for unit_id, slug, name, made_at, feed in rows:
        last = feed.last_received_at if feed is not None else made_at
        found.append(
            Feed(
                unit_id=unit_id,
                slug=slug,
                name=name,
                last_received_at=feed.last_received_at if feed else None,
                last_occurred_at=feed.last_occurred_at if feed else None,
                batches=feed.batches if feed else 0,
                events=feed.events if feed else 0,
                refused=feed.refused if feed else 0,
                is_silent=is_silent(last, rule, calendar=days, now=now),
            )
        )
    return sorted(found, key=lambda each: (not each.is_silent, each.slug))


def refusals(session: Session, *, today: date, days: int = 30) -> Sequence[Refusals]:
    """What was refused whole in the last days, newest first."""
    rows = session.execute(
        select(IntakeRefusal.day, IntakeRefusal.unit, IntakeRefusal.reason, IntakeRefusal.count)
        .where(IntakeRefusal.day > today - timedelta(days=days))
        .order_by(IntakeRefusal.day.desc(), IntakeRefusal.unit, IntakeRefusal.reason)
        .limit(_MOST)
    )
    return [Refusals(day=day, unit=unit, reason=reason, count=count) for day, unit, reason, count in rows]
