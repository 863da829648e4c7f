"""Quarters of units: what they are reckoned from, and what was published of them."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from evalapp.approvals.models import ApprovalsProfileInForce, Case, CaseCard, DayTotal, UnitQuarter
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.kinds import Colour
from evalapp.approvals.rules.profile import Profile
from evalapp.approvals.rules.quarters import Figures, Graded, YearQuarter, graded
from evalapp.approvals.rules.totals import DayCount
from evalapp.core import clock
from evalapp.supervision.models import PointChange
from evalapp.units.models import Unit

PAGE = 40
_LATER = aliased(UnitQuarter)
_STANDS = ~exists().where(
    _LATER.year == UnitQuarter.year,
    _LATER.quarter == UnitQuarter.quarter,
    _LATER.unit_id == UnitQuarter.unit_id,
    _LATER.number > UnitQuarter.number,
)


@dataclass(frozen=True, kw_only=True)
class ShownQuarter:
    """A quarter as it was published, with the parts of its score."""

    row: UnitQuarter
    unit: Unit
    profile: Profile

    @property
    def graded(self) -> Graded:
        """Its parts, reckoned from what was kept of it."""
        return graded(figures_of(self.row), self.profile.own.quarter)

    @property
    def said(self) -> str:
        return YearQuarter(year=self.row.year, quarter=self.row.quarter).said


@dataclass(frozen=True, kw_only=True)
class QuarterPage:
    """The quarters that stand, best first, those without a grade last."""

    items: Sequence[ShownQuarter]
    page: int
    has_more: bool


def figures_of(row: UnitQuarter) -> Figures:
    """What a published quarter was reckoned from."""
    return Figures(
        completed=row.completed,
        kept=row.kept,
        yellow=row.yellow,
        red=row.red,
        yellow_points=row.yellow_points,
        red_points=row.red_points,
        manual=row.manual,
    )


def figures(
    session: Session, one: YearQuarter, *, unit_id: uuid.UUID | None = None
) -> dict[uuid.UUID, Figures]:
    """What units did in a quarter, in three statements; units of which there is nothing are left out."""
    begins_at, ends_at = one.begins_at, one.ends_at
    completed = _completed(session, one, unit_id)
    cards = select(
        CaseCard.unit_id,
        func.sum(_one(Colour.YELLOW)),
        func.sum(_one(Colour.RED)),
        func.sum(_points(Colour.YELLOW)),
        func.sum(_points(Colour.RED)),
    ).where(
        CaseCard.at >= begins_at,
        CaseCard.at < ends_at,
        CaseCard.gone_at.is_(None),
        CaseCard.lifted_at.is_(None),
    )
    manual = select(PointChange.unit_id, func.sum(PointChange.points)).where(
        PointChange.confirmed_at >= begins_at, PointChange.confirmed_at < ends_at
    )
    if unit_id is not None:
        cards = cards.where(CaseCard.unit_id == unit_id)
        manual = manual.where(PointChange.unit_id == unit_id)
    shown = {row[0]: row for row in session.execute(cards.group_by(CaseCard.unit_id))}
    given = {row[0]: row[1] for row in session.execute(manual.group_by(PointChange.unit_id))}
    found = {}
    for key in completed.keys() | shown.keys() | given.keys():
        done = completed.get(key, {})
        _, yellow, red, yellow_points, red_points = shown.get(key, (key, 0, 0, 0, 0))
        found[key] = Figures(
            completed=done.get(DayCount.DECIDED, 0),
            kept=done.get(DayCount.KEPT, 0),
            yellow=yellow,
            red=red,
            yellow_points=yellow_points,
            red_points=red_points,
            manual=given.get(key, 0),
        )
    return found


def _completed(
    session: Session, one: YearQuarter, unit_id: uuid.UUID | None
) -> dict[uuid.UUID, dict[DayCount, int]]:
    """Decided cases and those in time, from the totals of days."""
    wanted = select(DayTotal.unit_id, DayTotal.what, func.sum(DayTotal.cases)).where(
        DayTotal.day >= clock.local(one.begins_at).date(),
        DayTotal.day < clock.local(one.ends_at).date(),
        DayTotal.what.in_((DayCount.DECIDED, DayCount.KEPT)),
    )
    if unit_id is not None:
        wanted = wanted.where(DayTotal.unit_id == unit_id)
    found: dict[uuid.UUID, dict[DayCount, int]] = defaultdict(dict)
    for key, what, cases in session.execute(wanted.group_by(DayTotal.unit_id, DayTotal.what)):
        if cases:
            found[key][what] = cases
    return found


def _one(colour: Colour) -> ColumnElement[int]:
    return case((CaseCard.colour == colour, 1), else_=0)


def _points(colour: Colour) -> ColumnElement[int]:
    return case((CaseCard.colour == colour, CaseCard.points), else_=0)


def newest_closed(session: Session) -> YearQuarter | None:
    """The last quarter of which anything was published."""
    row = session.execute(
        select(UnitQuarter.year, UnitQuarter.quarter)
        .order_by(UnitQuarter.year.desc(), UnitQuarter.quarter.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else YearQuarter(year=row.year, quarter=row.quarter)


def first_watched(session: Session) -> YearQuarter | None:
    """The quarter in which the first profile was adopted: what was before nobody watched."""
    from_at = session.scalar(select(func.min(ApprovalsProfileInForce.from_at)))
    return None if from_at is None else YearQuarter.of(from_at)


def first_whole(session: Session) -> YearQuarter | None:
    """The first quarter of which there are cases from its beginning, as far as one can tell: the one after the first case."""
    began_at = session.scalar(select(func.min(Case.began_at)))
    return None if began_at is None else YearQuarter.of(began_at).next


def closed(session: Session, *, most: int = 12) -> Sequence[YearQuarter]:
    """The quarters of which anything was published, newest first."""
    rows = session.execute(
        select(UnitQuarter.year, UnitQuarter.quarter)
        .distinct()
        .order_by(UnitQuarter.year.desc(), UnitQuarter.quarter.desc())
        .limit(most)
    )
    return [YearQuarter(year=year, quarter=quarter) for year, quarter in rows]


def profile_row_at(session: Session, moment: datetime) -> ApprovalsProfileInForce | None:
    """The profile that was in force at a moment; none before the first was adopted."""
    return session.scalar(
        select(ApprovalsProfileInForce)
        .where(ApprovalsProfileInForce.from_at < moment)
        .order_by(ApprovalsProfileInForce.number.desc())
        .limit(1)
    )


def standing(session: Session, one: YearQuarter, *, unit_id: uuid.UUID) -> UnitQuarter | None:
    """What stands of a unit's quarter."""
    return session.scalar(
        select(UnitQuarter)
        .where(
            UnitQuarter.year == one.year,
            UnitQuarter.quarter == one.quarter,
            UnitQuarter.unit_id == unit_id,
        )
        .order_by(UnitQuarter.number.desc())
        .limit(1)
    )


def quarter_page(session: Session, one: YearQuarter, *, page: int) -> QuarterPage:
    """A piece of what stands of a quarter: one statement, and one for a profile that was not read yet."""
    page = max(1, page)
    rows = session.execute(
        select(UnitQuarter, Unit)
        .join(Unit, Unit.id == UnitQuarter.unit_id)
        .where(UnitQuarter.year == one.year, UnitQuarter.quarter == one.quarter, _STANDS)
        .order_by(UnitQuarter.score.is_(None), UnitQuarter.score.desc(), Unit.slug)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    items = [_shown(session, row, unit) for row, unit in rows]
    return QuarterPage(items=items[:PAGE], page=page, has_more=len(items) > PAGE)


def of_unit(session: Session, unit: Unit, *, most: int = 40) -> Sequence[ShownQuarter]:
    """Everything that was published of a unit, the newest first, with what stood before."""
    rows = session.scalars(
        select(UnitQuarter)
        .where(UnitQuarter.unit_id == unit.id)
        .order_by(UnitQuarter.year.desc(), UnitQuarter.quarter.desc(), UnitQuarter.number.desc())
        .limit(most)
    )
    return [_shown(session, row, unit) for row in rows]


def _shown(session: Session, row: UnitQuarter, unit: Unit) -> ShownQuarter:
    return ShownQuarter(row=row, unit=unit, profile=profiles.profile_of(session, row.profile_id))
