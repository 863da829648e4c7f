"""One power: what it says now or said, its place in the tree, its versions, two of them compared."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import CompoundSelect, Select, Uuid, bindparam, case, select, union_all
from sqlalchemy.orm import Session, aliased

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers.models import KeptFlowchart, Power, PowerDraft, PowerVersion
from evalapp.powers.queries.versions import PastVersion, past_versions
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.rules.text import PowerText
from evalapp.units.models import Unit

_MOST_RELATIVES, _MOST_PARENTS = 300, 500


@dataclass(frozen=True, kw_only=True)
class ShownPower:
    """A power as the public reads it."""

    power: Power
    unit: Unit
    version: PowerVersion
    flowchart: KeptFlowchart | None = (
        None  # where it was asked for: a page that has drawn it needs only its id
    )

    @property
    def text(self) -> PowerText:
        return self.version.text


@dataclass(frozen=True, kw_only=True)
class Relatives:
    """Where a power stands in the tree: those above from the main item down, and those directly below."""

    above: Sequence[Power]
    below: Sequence[Power]


@dataclass(frozen=True, kw_only=True)
class WholeVersion:
    """A version with what it says and its flowchart."""

    version: PowerVersion
    flowchart: KeptFlowchart | None


@dataclass(frozen=True, kw_only=True)
class OwnPower:
    """A power on its unit's desk: the draft where there is one, else what is shown."""

    power: Power
    draft: PowerDraft | None
    shown: PowerVersion | None
    flowchart: KeptFlowchart | None  # of the draft, else of the shown version

    @property
    def text(self) -> PowerText:
        said = self.draft or self.shown
        assert said is not None  # a power begins with a draft
        return said.text

    @property
    def revision(self) -> int | None:
        return self.draft.revision if self.draft else None


def shown_power(session: Session, code: str) -> ShownPower:
    """Return a power that was published, withdrawn or not, in its newest version; raises `NotFound`. One statement."""
    row = session.execute(_with_flowchart(), {"code": code.upper()}).one_or_none()
    if row is None:
        raise _no_power()
    return ShownPower(power=row[0], unit=row[1], version=row[2], flowchart=row[3])


def undrawn_power(session: Session, code: str) -> ShownPower:
    """The same without its flowchart, which is the most of it; `flowchart` reads that."""
    row = session.execute(_shown(), {"code": code.upper()}).one_or_none()
    if row is None:
        raise _no_power()
    return ShownPower(power=row[0], unit=row[1], version=row[2])


def flowchart(session: Session, flowchart_id: uuid.UUID) -> KeptFlowchart:
    """Return a flowchart that a version refers to, in one statement."""
    return session.scalars(_flowchart(), {"id": flowchart_id}).one()


def relatives(session: Session, power: Power) -> Relatives:
    """Return the published relatives of a power, in one statement."""
    asked = session.scalars(_relatives(), {"id": power.id, "parent_id": power.parent_id})
    found = sorted((each for each in asked if each.state is PowerState.PUBLISHED), key=lambda each: each.code)
    above = sorted((each for each in found if each.level < power.level), key=lambda each: each.level)
    return Relatives(above=above, below=[each for each in found if each.parent_id == power.id])


def versions(session: Session, power_id: uuid.UUID) -> list[PastVersion]:
    """Return every version of a power, the newest first, without what they say."""
    return past_versions(session, PowerVersion.power_id, power_id)


def whole_versions(session: Session, power_id: uuid.UUID, numbers: Sequence[int]) -> dict[int, WholeVersion]:
    """Return versions with what they say, by their number, in one statement. Raises `NotFound` for one never shown."""
    rows = session.execute(_whole(), {"power_id": power_id, "numbers": list(numbers)})
    found = {version.number: WholeVersion(version=version, flowchart=chart) for version, chart in rows}
    if set(numbers) - found.keys():
        raise NotFound(N_("没有这一版。"))
    return found


def power_of_unit(session: Session, code: str, *, unit_id: uuid.UUID) -> OwnPower:
    """Return a power of this unit with its draft; that of another does not exist. Raises `NotFound`."""
    row = session.execute(_own(), {"code": code.upper(), "unit_id": unit_id}).one_or_none()
    if row is None:
        raise _no_power()
    return OwnPower(power=row[0], draft=row[1], shown=row[2], flowchart=row[3])


def parents_of_unit(session: Session, unit_id: uuid.UUID) -> list[Power]:
    """Return the powers of a unit below which others may stand, by code."""
    return list(
        session.scalars(
            select(Power)
            .where(Power.unit_id == unit_id, Power.level < 2, Power.state != PowerState.WITHDRAWN)
            .order_by(Power.code)
            .limit(_MOST_PARENTS)
        )
    )


def _no_power() -> NotFound:
    return NotFound(N_("没有找到这项权力。"))


@cache
def _shown() -> Select[Power, Unit, PowerVersion]:
    return (
        select(Power, Unit, PowerVersion)
        .join(Unit, Unit.id == Power.unit_id)
        .join(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .where(Power.code == bindparam("code"))
    )


@cache
def _with_flowchart() -> Select[Power, Unit, PowerVersion, KeptFlowchart]:
    return (
        _shown()
        .add_columns(KeptFlowchart)
        .outerjoin(KeptFlowchart, KeptFlowchart.id == PowerVersion.flowchart_id)
    )


@cache
def _flowchart() -> Select[KeptFlowchart]:
    return select(KeptFlowchart).where(KeptFlowchart.id == bindparam("id", type_=Uuid()))


@cache
def _relatives() -> Select[Power]:
    """Each found by its own index, and read by its key: asked for by state, SQLite may look at every published power.

    Which of two indexes it takes is chance while nothing was counted, and by what is excluded it takes none.
    """
    parent, child = aliased(Power), aliased(Power)
    not_shown = [state for state in PowerState if state is not PowerState.PUBLISHED]
    near: CompoundSelect[uuid.UUID | None] = union_all(
        select(parent.id).where(parent.id == bindparam("parent_id")),
        select(parent.parent_id).where(parent.id == bindparam("parent_id")),
        select(child.id).where(child.parent_id == bindparam("id"), child.state.not_in(not_shown)),
    )
    return select(Power).where(Power.id.in_(near)).order_by(Power.id).limit(_MOST_RELATIVES)


@cache
def _whole() -> Select[PowerVersion, KeptFlowchart]:
    return (
        select(PowerVersion, KeptFlowchart)
        .outerjoin(KeptFlowchart, KeptFlowchart.id == PowerVersion.flowchart_id)
        .where(
            PowerVersion.power_id == bindparam("power_id"),
            PowerVersion.number.in_(bindparam("numbers", expanding=True)),
        )
        .order_by(PowerVersion.number)
    )


@cache
def _own() -> Select[Power, PowerDraft, PowerVersion, KeptFlowchart]:
    return (
        select(Power, PowerDraft, PowerVersion, KeptFlowchart)
        .outerjoin(PowerDraft, PowerDraft.power_id == Power.id)
        .outerjoin(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .outerjoin(
            KeptFlowchart,
            KeptFlowchart.id
            == case(
                (PowerDraft.power_id.is_not(None), PowerDraft.flowchart_id), else_=PowerVersion.flowchart_id
            ),
        )
        .where(Power.code == bindparam("code"), Power.unit_id == bindparam("unit_id"))
    )
