"""The monitor's own journal: what the office lifted, changed or delayed, and what it is late with now."""

from collections.abc import Collection, Sequence
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
_MATTERS = "/matters/"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry with the unit that it is about, if any; `is_open` is false of a matter that is no longer in public."""

    entry: MonitorEntry
    unit: Unit | None
    is_open: bool

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
    """A piece of the journal, newest first; of a matter that was taken out of the public it names neither unit nor number."""
    page = max(1, page)
    wanted = select(MonitorEntry, Unit).outerjoin(Unit, Unit.id == MonitorEntry.unit_id)
    if kind is not None:
        wanted = wanted.where(MonitorEntry.kind == kind)
    rows = session.execute(
        wanted.order_by(MonitorEntry.at.desc(), MonitorEntry.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    shown = rows[:PAGE]
    references = {
        entry.path.removeprefix(_MATTERS) for entry, _unit in shown if entry.path.startswith(_MATTERS)
    }
    public = _public(session, references)
    items = []
    for entry, unit in shown:
        is_open = not entry.path.startswith(_MATTERS) or entry.path.removeprefix(_MATTERS) in public
        items.append(Told(entry=entry, unit=unit if is_open else None, is_open=is_open))
    return JournalPage(items=items, page=page, has_more=len(rows) > PAGE)


def _public(session: Session, references: Collection[str]) -> set[str]:
    """Which of these matters everybody may read now."""
    if not references:
        return set()
    wanted = select(Matter.reference).where(
        Matter.reference.in_(references), Matter.is_public, Matter.withdrawn_at.is_(None)
    )
    return set(session.scalars(wanted))


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
