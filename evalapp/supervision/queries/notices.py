"""Lists of supervision notices, and one of them for its printed sheet."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.models import Deadline, Matter, PointChange, SupervisionNotice
from evalapp.supervision.queries.pages import ShownNotice, shown_notice
from evalapp.supervision.rules.states import Stage
from evalapp.units.models import Unit

PAGE = 20


@dataclass(frozen=True, kw_only=True)
class ListedNotice:
    """A notice with what it is about and whom it went to."""

    shown: ShownNotice
    matter: Matter
    unit: Unit
    stage: Stage


@dataclass(frozen=True, kw_only=True)
class NoticePage:
    items: Sequence[ListedNotice]
    page: int
    has_more: bool


def notice_page(session: Session, *, page: int, unit_id: uuid.UUID | None = None) -> NoticePage:
    """Return a piece of the notices, newest first; of one unit or of all."""
    page = max(1, page)
    conditions = [] if unit_id is None else [SupervisionNotice.unit_id == unit_id]
    found = _listed(session, *conditions, page=page)
    return NoticePage(items=found[:PAGE], page=page, has_more=len(found) > PAGE)


def notice(session: Session, number: str, *, unit_id: uuid.UUID | None = None) -> ListedNotice:
    """Return a notice by its number; as a unit's, another's does not exist. Raises `NotFound`."""
    conditions = [SupervisionNotice.number == number]
    if unit_id is not None:
        conditions += [SupervisionNotice.unit_id == unit_id, Matter.withdrawn_at.is_(None)]
    found = _listed(session, *conditions, page=1)
    if not found:
        raise NotFound(N_("没有找到这张督办单。"))
    return found[0]


def point_changes(
    session: Session, *, unit_id: uuid.UUID | None = None, limit: int = 50
) -> Sequence[tuple[PointChange, Unit]]:
    """Return the points that two people gave by hand, or took, newest first, with their units."""
    wanted = (
        select(PointChange, Unit)
        .join(Unit, Unit.id == PointChange.unit_id)
        .where(PointChange.confirmed_at.is_not(None))
        .order_by(PointChange.confirmed_at.desc(), PointChange.id)
        .limit(limit)
    )
    if unit_id is not None:
        wanted = wanted.where(PointChange.unit_id == unit_id)
    return [(change, unit) for change, unit in session.execute(wanted)]


def waiting_points(session: Session, *, limit: int = 50) -> Sequence[tuple[PointChange, Unit]]:
    """Return the points that wait for their second person, oldest first, with their units."""
    wanted = (
        select(PointChange, Unit)
        .join(Unit, Unit.id == PointChange.unit_id)
        .where(PointChange.confirmed_at.is_(None), PointChange.dropped_at.is_(None))
        .order_by(PointChange.at, PointChange.id)
        .limit(limit)
    )
    return [(change, unit) for change, unit in session.execute(wanted)]


def _listed(session: Session, *conditions: ColumnElement[bool], page: int) -> list[ListedNotice]:
    now = clock.now()
    rows = session.execute(
        select(SupervisionNotice, Deadline.ended_at, Deadline.stage, Matter, Unit)
        .join(Deadline, Deadline.id == SupervisionNotice.deadline_id)
        .join(Matter, Matter.id == SupervisionNotice.matter_id)
        .join(Unit, Unit.id == SupervisionNotice.unit_id)
        .where(*conditions)
        .order_by(SupervisionNotice.issued_at.desc(), SupervisionNotice.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return [
        ListedNotice(shown=shown_notice(found, ended_at, now), matter=matter, unit=unit, stage=stage)
        for found, ended_at, stage, matter, unit in rows
    ]
