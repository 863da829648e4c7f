"""The monitor's own journal: what the office lifted, changed or delayed, and what it is late with now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import MonitorEntry
from evalapp.approvals.rules.journal import ACT_WORDS, MonitorAct
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules.states import MatterKind, Stage
from evalapp.units.models import Unit

PAGE = 20
_MOST_LATE = 50


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry with the unit that it is about, if any."""

    entry: MonitorEntry
    unit: Unit | None

    @property
    def words(self) -> str:
        return ACT_WORDS[self.entry.kind]


@dataclass(frozen=True, kw_only=True)
class Late:
    """A card whose review is over its term and not decided yet."""

    matter: Matter
    unit: Unit
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class JournalPage:
    items: Sequence[Told]
    page: int
    has_more: bool


def journal_page(session: Session, *, page: int, kind: MonitorAct | None = None) -> JournalPage:
    """A piece of the journal, newest first."""
    page = max(1, page)
    wanted = select(MonitorEntry, Unit).outerjoin(Unit, Unit.id == MonitorEntry.unit_id)
    if kind is not None:
        wanted = wanted.where(MonitorEntry.kind == kind)
    rows = session.execute(
        wanted.order_by(MonitorEntry.at.desc(), MonitorEntry.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    items = [Told(entry=entry, unit=unit) for entry, unit in rows]
    return JournalPage(items=items[:PAGE], page=page, has_more=len(items) > PAGE)


def late_reviews(session: Session, *, now: datetime) -> Sequence[Late]:
    """The reviews of cards whose term is over while nobody decided them, the longest first."""
    rows = session.execute(
        select(Matter, Unit, Deadline.due_at)
        .join(Deadline, Deadline.matter_id == Matter.id)
        .join(Unit, Unit.id == Matter.unit_id)
        .where(
            Matter.settled_at.is_(None),
            Matter.kind == MatterKind.CARD,
            Matter.is_public,
            Matter.withdrawn_at.is_(None),
            Deadline.stage == Stage.RULE,
            Deadline.ended_at.is_(None),
            Deadline.due_at <= now,
        )
        .order_by(Deadline.due_at, Matter.reference)
        .limit(_MOST_LATE)
    ).all()
    return [
        Late(matter=matter, unit=unit, due_at=due_at) for matter, unit, due_at in rows if due_at is not None
    ]
