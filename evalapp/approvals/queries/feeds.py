"""The health of feeds: who has fallen silent, and what was refused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, EventAfterClosing, IntakeFeed, IntakeKey, IntakeRefusal
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.feeds import is_silent
from evalapp.approvals.rules.kinds import EVENT_WORDS, EventKind
from evalapp.core import calendar, clock
from evalapp.core.i18n import N_
from evalapp.units.models import Unit

_MOST = 500
_MOST_AFTER = 50  # of what came after closing: the newest


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


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that serves now, and until when if it was rotated."""

    name: str
    unit_name: str
    made_at: datetime
    made_by: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class AfterClosing:
    """An event that came when its case had been closed long ago: it was refused and changed nothing."""

    reference: str
    unit_name: str
    kind: EventKind
    occurred_at: datetime
    received_at: datetime

    @property
    def words(self) -> str:
        return EVENT_WORDS[self.kind]


REASON_WORDS = {
    "unsigned": N_("没有签名"),
    "unknown-key": N_("不认识的钥匙"),
    "key-over": N_("停用的钥匙"),
    "bad-signature": N_("签名不对"),
    "bad-time": N_("时间差得太多"),
    "replayed": N_("重放"),
}


def health(session: Session, *, now: datetime) -> Sequence[Feed]:
    """Every unit with a key or a feed, those that have fallen silent first: two statements and the calendar's two."""
    return sorted(_feeds(session, now=now), key=lambda each: (not each.is_silent, each.slug))


def feed_of(session: Session, unit_id: uuid.UUID, *, now: datetime) -> Feed | None:
    """How the feed of one unit is; none where it has neither a key nor handed anything in."""
    return next(iter(_feeds(session, now=now, unit_id=unit_id)), None)


def keys(session: Session, *, now: datetime, unit_id: uuid.UUID | None = None) -> Sequence[Key]:
    """The keys that serve now, of one unit or of all, by unit and the newest first."""
    wanted = (
        select(
            IntakeKey.name,
            Unit.name.label("unit_name"),
            IntakeKey.made_at,
            IntakeKey.made_by,
            IntakeKey.until,
        )
        .join(Unit, Unit.id == IntakeKey.unit_id)
        .where(IntakeKey.revoked_at.is_(None), IntakeKey.until.is_(None) | (IntakeKey.until > now))
        .order_by(Unit.slug, IntakeKey.made_at.desc(), IntakeKey.name)
        .limit(_MOST)
    )
    if unit_id is not None:
        wanted = wanted.where(IntakeKey.unit_id == unit_id)
    return [Key(**row) for row in session.execute(wanted).mappings()]


def refusals(session: Session, *, today: date, days: int = 30, unit: str | None = None) -> Sequence[Refusals]:
    """What was refused whole in the last days, newest first; of one unit by its slug, or of all and of nobody known."""
    wanted = (
        select(IntakeRefusal.day, IntakeRefusal.unit, IntakeRefusal.reason, IntakeRefusal.count)
        .where(IntakeRefusal.day > today - timedelta(days=days))
        .order_by(IntakeRefusal.day.desc(), IntakeRefusal.unit, IntakeRefusal.reason)
        .limit(_MOST)
    )
    if unit is not None:
        wanted = wanted.where(IntakeRefusal.unit == unit)
    return [
        Refusals(day=day, unit=slug, reason=reason, count=count)
        for day, slug, reason, count in session.execute(wanted)
    ]


def after_closing(session: Session, *, unit_id: uuid.UUID | None = None) -> Sequence[AfterClosing]:
    """The newest of what came after closing, of one unit or of all."""
    wanted = (
        select(
            Case.reference,
            Unit.name.label("unit_name"),
            EventAfterClosing.kind,
            EventAfterClosing.occurred_at,
            EventAfterClosing.received_at,
        )
        .join(Case, Case.id == EventAfterClosing.case_id)
        .join(Unit, Unit.id == EventAfterClosing.unit_id)
        .order_by(EventAfterClosing.received_at.desc(), EventAfterClosing.id)
        .limit(_MOST_AFTER)
    )
    if unit_id is not None:
        wanted = wanted.where(EventAfterClosing.unit_id == unit_id)
    return [AfterClosing(**row) for row in session.execute(wanted).mappings()]


def _feeds(session: Session, *, now: datetime, unit_id: uuid.UUID | None = None) -> list[Feed]:
    first = (
        select(IntakeKey.unit_id, func.min(IntakeKey.made_at).label("made_at"))
        .group_by(IntakeKey.unit_id)
        .subquery()
    )
    wanted = (
        select(Unit.id, Unit.slug, Unit.name, first.c.made_at, IntakeFeed)
        .outerjoin(first, first.c.unit_id == Unit.id)
        .outerjoin(IntakeFeed, IntakeFeed.unit_id == Unit.id)
        .where(first.c.unit_id.is_not(None) | IntakeFeed.unit_id.is_not(None))
        .order_by(Unit.slug)
        .limit(_MOST)
    )
    if unit_id is not None:
        wanted = wanted.where(Unit.id == unit_id)
    rows = session.execute(wanted).all()
    days = calendar.load(session, around=clock.local(now).date())
    rule = profiles.in_force(session).own.feeds
    found = []
    for key, slug, name, made_at, feed in rows:
        last = feed.last_received_at if feed is not None else made_at
        found.append(
            Feed(
                unit_id=key,
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
    return found
