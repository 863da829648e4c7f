"""The power list of the whole district, unit by unit: what is shown, what waits, what is wrong with it."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Date, Select, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from evalapp.core import clock
from evalapp.powers.models import KeptFlowchart, Power, PowerDraft, PowerVersion, ServiceItem
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.text import PowerText
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.units.rules.tree import UnitKind

MOST_DRAFTS = 1_000  # that are looked at; what is waiting is few
_SHOULD_HAVE = frozenset({UnitKind.DEPARTMENT, UnitKind.SUBDISTRICT})


@dataclass(frozen=True, kw_only=True)
class UnitPowers:
    """A unit with how its part of the list stands."""

    unit: Unit
    published: int
    withdrawn: int
    drafts: int
    faulty: int  # drafts whose flowchart has faults, and so cannot be published
    without_flowchart: int
    without_guide: int
    ended: int  # with a legal basis that is over
    changed_at: datetime | None

    @property
    def is_empty(self) -> bool:
        return not (self.published or self.drafts)


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A draft: whose it is, and whether its flowchart has faults."""

    unit_id: uuid.UUID
    is_faulty: bool


def rows(session: Session) -> list[UnitPowers]:
    """Return every unit that has or should have powers, in the order of the tree: five statements, whatever the district."""
    today = clock.today()
    states: dict[tuple[uuid.UUID, PowerState], int] = {}
    ended: dict[uuid.UUID, int] = {}
    for unit_id, state, number, over in session.execute(_by_state(), {"today": today}):
        states[unit_id, state] = number
        ended[unit_id] = ended.get(unit_id, 0) + (over or 0)
    shown = {row.unit_id: row for row in session.execute(_shown())}
    applied_for = {"kinds": list(profile().applied_for)}
    guideless = {row.unit_id: row.number for row in session.execute(_without_guide(), applied_for)}
    waiting = _waiting(session)
    drafts = Counter(each.unit_id for each in waiting)
    faulty = Counter(each.unit_id for each in waiting if each.is_faulty)
    with_powers = {unit_id for unit_id, _state in states}
    return [
        UnitPowers(
            unit=unit,
            published=states.get((unit.id, PowerState.PUBLISHED), 0),
            withdrawn=states.get((unit.id, PowerState.WITHDRAWN), 0),
            drafts=drafts[unit.id],
            faulty=faulty[unit.id],
            without_flowchart=shown[unit.id].bare or 0 if unit.id in shown else 0,
            without_guide=guideless.get(unit.id, 0),
            ended=ended.get(unit.id, 0),
            changed_at=shown[unit.id].newest if unit.id in shown else None,
        )
        for unit in units.tree(session)
        if unit.id in with_powers or unit.kind in _SHOULD_HAVE
    ]


def _waiting(session: Session) -> Sequence[_Waiting]:
    return [
        _Waiting(unit_id=unit_id, is_faulty=_is_faulty(document, chart))
        for unit_id, document, chart in session.execute(_drafts())
    ]


def _is_faulty(document: dict[str, object], chart: dict[str, object] | None) -> bool:
    if chart is None:
        return False
    return bool(checks.faults(Flowchart.of(chart), term=PowerText.of(document).term))


@cache
def _by_state() -> Select[uuid.UUID, PowerState, int, int]:
    is_over = (Power.state == PowerState.PUBLISHED) & (Power.basis_ends_on < bindparam("today", type_=Date()))
    return select(
        Power.unit_id, Power.state, func.count().label("number"), func.sum(case((is_over, 1), else_=0))
    ).group_by(Power.unit_id, Power.state)


@cache
def _shown() -> Select[uuid.UUID, datetime, int]:
    is_bare = (Power.state == PowerState.PUBLISHED) & PowerVersion.flowchart_id.is_(None)
    return (
        select(
            Power.unit_id,
            func.max(PowerVersion.shown_from).label("newest"),
            func.sum(case((is_bare, 1), else_=0)).label("bare"),
        )
        .join(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .group_by(Power.unit_id)
    )


@cache
def _without_guide() -> Select[uuid.UUID, int]:
    """Published powers of kinds that people apply for, none below them, under which no guide is published."""
    below = aliased(Power)
    return (
        select(Power.unit_id, func.count().label("number"))
        .where(
            Power.state == PowerState.PUBLISHED,
            Power.kind.in_(bindparam("kinds", expanding=True)),
            ~exists().where(below.parent_id == Power.id, below.state == PowerState.PUBLISHED),
            ~exists().where(ServiceItem.power_id == Power.id, ServiceItem.state == PowerState.PUBLISHED),
        )
        .group_by(Power.unit_id)
    )


@cache
def _drafts() -> Select[uuid.UUID, dict[str, object], dict[str, object] | None]:
    return (
        select(Power.unit_id, PowerDraft.document, KeptFlowchart.document.label("chart"))
        .join(Power, Power.id == PowerDraft.power_id)
        .outerjoin(KeptFlowchart, KeptFlowchart.id == PowerDraft.flowchart_id)
        .order_by(PowerDraft.changed_at.desc(), PowerDraft.power_id)
        .limit(MOST_DRAFTS)
    )
