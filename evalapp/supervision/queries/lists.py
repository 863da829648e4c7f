"""Lists of matters for the public, the office and a unit: what is due first comes first."""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.queries.matters import ShownMatter, is_public
from evalapp.supervision.rules.states import UNIT_STAGES
from evalapp.units.models import Unit

PAGE = 20
MOST_COUNTED = 1_000
_FURTHEST = 500  # pages; what lies further back is found by unit and state


class Which(enum.StrEnum):
    """Which matters a list holds."""

    RUNNING = "running"  # a clock runs for the unit
    LATE = "late"
    OFFICE = "office"  # to be checked or ruled on: the clock is the office's
    DONE = "done"  # answered, mended, explained, ended


@dataclass(frozen=True, kw_only=True)
class MatterPage:
    """A piece of a list. `has_more` says that there is another after it."""

    items: Sequence[ShownMatter]
    which: Which
    page: int
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many matters wait now; `MOST_COUNTED` means so many or more."""

    running: int
    late: int
    office: int


def public_page(session: Session, *, which: Which, page: int, unit_id: uuid.UUID | None = None) -> MatterPage:
    """Return a piece of what anybody may see, of one unit or of all."""
    return _page(session, which, page, is_public(), unit_id=unit_id)


def office_page(session: Session, *, which: Which, page: int, unit_id: uuid.UUID | None = None) -> MatterPage:
    """Return a piece of what the office sees."""
    return _page(session, which, page, Matter.withdrawn_at.is_(None), unit_id=unit_id)


def unit_page(session: Session, unit_id: uuid.UUID, *, which: Which, page: int) -> MatterPage:
    """Return a piece of one unit's matters; never another's."""
    return _page(session, which, page, Matter.withdrawn_at.is_(None), unit_id=unit_id)


def counts(session: Session, *, unit_id: uuid.UUID | None = None) -> Counts:
    """Return how many matters wait, each up to `MOST_COUNTED`: one statement that reads no more clocks than that."""
    now, mine = clock.now(), _whose(unit_id)
    office = [Deadline.unit_id.is_(None)]
    if unit_id is not None:
        office.append(Deadline.matter_id.in_(select(Matter.id).where(Matter.unit_id == unit_id)))
    row = session.execute(select(_up_to(mine), _up_to(mine, _is_late(now)), _up_to(*office))).one()
    return Counts(running=row[0], late=row[1], office=row[2])


def _up_to(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    found = select(Deadline.id).where(Deadline.ended_at.is_(None), *conditions).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _is_late(now: datetime) -> ColumnElement[bool]:
    """A term is over at 24:00 of its last day: then that day is past."""
    return Deadline.listed_on < clock.local(now).date()


def _whose(unit_id: uuid.UUID | None) -> ColumnElement[bool]:
    """The clocks of a unit, or of all units: said by stage, so that the order of the moments stays usable."""
    return Deadline.stage.in_(UNIT_STAGES) if unit_id is None else Deadline.unit_id == unit_id


def _page(
    session: Session,
    which: Which,
    page: int,
    seen: ColumnElement[bool],
    *,
    unit_id: uuid.UUID | None,
) -> MatterPage:
    now, page = clock.now(), min(max(page, 1), _FURTHEST)
    wanted = _done(seen, unit_id) if which is Which.DONE else _running(which, seen, unit_id, now)
    rows = session.execute(wanted.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    items = [ShownMatter(matter=row[0], unit=row[1], running=row[2], now=now) for row in rows[:PAGE]]
    return MatterPage(items=items, which=which, page=page, has_more=len(rows) > PAGE)


def _running(
    which: Which, seen: ColumnElement[bool], unit_id: uuid.UUID | None, now: datetime
) -> Select[Matter, Unit, Deadline]:
    """Those whose clock runs, by their last moment; from the clocks, so that an index gives the order."""
    wanted = (
        select(Matter, Unit, Deadline)
        .select_from(Deadline)
        .join(Matter, Matter.id == Deadline.matter_id)
        .join(Unit, Unit.id == Matter.unit_id)
        .where(Deadline.ended_at.is_(None), seen)
        .order_by(Deadline.listed_on, Deadline.matter_id)
    )
    if which is Which.OFFICE:
        wanted = wanted.where(Deadline.unit_id.is_(None))
        return wanted if unit_id is None else wanted.where(Matter.unit_id == unit_id)
    wanted = wanted.where(_whose(unit_id))
    return wanted.where(_is_late(now)) if which is Which.LATE else wanted


def _done(seen: ColumnElement[bool], unit_id: uuid.UUID | None) -> Select[Matter, Unit, Deadline]:
    wanted = (
        select(Matter, Unit, Deadline)
        .join(Unit, Unit.id == Matter.unit_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Matter.id, Deadline.ended_at.is_(None)))
        .where(Matter.settled_at.is_not(None), seen)
        .order_by(Matter.settled_at.desc(), Matter.id.desc())
    )
    return wanted if unit_id is None else wanted.where(Matter.unit_id == unit_id)
