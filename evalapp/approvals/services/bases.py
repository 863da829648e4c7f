"""What a case runs under: the guide and the flowchart as they stood at a moment, kept by what they say."""

import hashlib
import json
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import ApprovalsProfileInForce, CaseBasis
from evalapp.approvals.queries import profiles
from evalapp.approvals.queries.profiles import KnownBasis
from evalapp.approvals.rules.facts import Basis, StepRule
from evalapp.approvals.rules.profile import ApprovalsProfile
from evalapp.approvals.services.profiles import profile_in_force
from evalapp.core import clock
from evalapp.powers.models import ItemVersion, KeptFlowchart, PowerVersion, ServiceItem
from evalapp.units.models import Unit

_PIECE = 500
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Versions:
    """What an item and its power said, from when on, earliest first."""

    item_id: uuid.UUID
    guides: list[tuple[datetime, uuid.UUID]] = field(default_factory=list)
    charts: list[tuple[datetime, uuid.UUID | None]] = field(default_factory=list)


class Bases:
    """The bases of one batch: what its items said is read once, by code."""

    def __init__(self, session: Session, *, unit_id: uuid.UUID, codes: Iterable[str]) -> None:
        self._session = session
        self._items = _items(session, unit_id, sorted(set(codes)))
        self._known: dict[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID], KnownBasis] = {}
        profile_in_force(session)  # there is one from here on
        self._profiles = [
            (from_at, profile_id)
            for from_at, profile_id in session.execute(
                select(ApprovalsProfileInForce.from_at, ApprovalsProfileInForce.id).order_by(
                    ApprovalsProfileInForce.number
                )
            )
        ]

    def item_id(self, code: str) -> uuid.UUID | None:
        """The item of a code, if it is the unit's and was published."""
        found = self._items.get(code)
        return found.item_id if found is not None else None

    def at(self, code: str, moment: datetime) -> KnownBasis:
        """What a case under this item runs under that began at `moment`."""
        versions = self._items[code]
        guide = _shown_at(versions.guides, moment)
        assert guide is not None  # an item without a guide was left out
        chart = _shown_at(versions.charts, moment)
        profile_id = self._profile_at(moment)
        known = self._known.get((guide, chart, profile_id))
        if known is None:
            known = self._kept(versions.item_id, guide, chart, profile_id)
            self._known[guide, chart, profile_id] = known
        return known

    def own_at(self, moment: datetime) -> ApprovalsProfile:
        """Our part of the profile that was in force at `moment`."""
        return profiles.profile_of(self._session, self._profile_at(moment)).own

    def _profile_at(self, moment: datetime) -> uuid.UUID:
        found = _shown_at(self._profiles, moment)
        assert found is not None  # there is one in force
        return found

    def _kept(
        self, item_id: uuid.UUID, guide: uuid.UUID, chart: uuid.UUID | None, profile_id: uuid.UUID
    ) -> KnownBasis:
        session = self._session
        text = session.get_one(ItemVersion, guide).text
        at_once = profiles.profile_of(session, profile_id).own.at_once.counted
        basis = Basis(
            statutory=text.statutory,
            promised=at_once if text.at_once else text.promised,
            is_free=not text.fee,
            steps=_steps(session.get_one(KeptFlowchart, chart)) if chart else {},
        )
        document = basis.document()
        said = json.dumps([str(item_id), str(profile_id), document], ensure_ascii=False, sort_keys=True)
        fingerprint = hashlib.sha256(said.encode()).hexdigest()
        row = session.scalar(select(CaseBasis).where(CaseBasis.fingerprint == fingerprint))
        if row is None:
            row = CaseBasis(
                id=uuid.uuid4(),
                fingerprint=fingerprint,
                item_id=item_id,
                profile_id=profile_id,
                document=document,
                made_at=clock.now(),
            )
            session.add(row)
            session.flush()
        return profiles.read_basis(session, row)


def _steps(kept: KeptFlowchart) -> dict[str, StepRule]:
    return {
        step.key: StepRule(title=step.title, term=step.term, pauses=step.pauses) for step in kept.chart.steps
    }


def _shown_at(versions: Sequence[tuple[datetime, T]], moment: datetime) -> T | None:
    """What was shown at a moment; the first for one before all."""
    place = bisect_right([since for since, _ in versions], moment)
    return versions[max(place - 1, 0)][1] if versions else None


def _items(session: Session, unit_id: uuid.UUID, codes: list[str]) -> dict[str, _Versions]:
    """The published items of a unit, or of its sections, by code."""
    found: dict[str, _Versions] = {}
    powers: dict[uuid.UUID, list[_Versions]] = {}
    for begin in range(0, len(codes), _PIECE):
        rows = session.execute(
            select(
                ServiceItem.id, ServiceItem.code, ServiceItem.power_id, ItemVersion.id, ItemVersion.shown_from
            )
            .join(ItemVersion, ItemVersion.item_id == ServiceItem.id)
            .join(Unit, Unit.id == ServiceItem.unit_id)
            .where(
                ServiceItem.code.in_(codes[begin : begin + _PIECE]),
                (Unit.id == unit_id) | (Unit.parent_id == unit_id),
            )
            .order_by(ItemVersion.number)
        )
        for item_id, code, power_id, version_id, shown_from in rows:
            if code not in found:
                found[code] = _Versions(item_id=item_id)
                powers.setdefault(power_id, []).append(found[code])
            found[code].guides.append((shown_from, version_id))
    ids = list(powers)
    for begin in range(0, len(ids), _PIECE):
        charts = session.execute(
            select(PowerVersion.power_id, PowerVersion.shown_from, PowerVersion.flowchart_id)
            .where(PowerVersion.power_id.in_(ids[begin : begin + _PIECE]))
            .order_by(PowerVersion.number)
        )
        for power_id, shown_from, flowchart_id in charts:
            for versions in powers[power_id]:
                versions.charts.append((shown_from, flowchart_id))
    return found
