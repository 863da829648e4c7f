"""One service item: what its guide says now or said, the steps of its power, its files, its draft for the desk."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers.models import (
    ItemDraft,
    ItemFile,
    ItemVersion,
    KeptFlowchart,
    Power,
    PowerVersion,
    Recorded,
    ServiceItem,
)
from evalapp.powers.queries.versions import PastVersion, past_versions
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerState
from evalapp.units.models import Unit

_MOST_FILES = 200


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    """An item as the public reads it."""

    item: ServiceItem
    unit: Unit
    version: ItemVersion
    power: Power
    flowchart_id: uuid.UUID | None  # of its power, as `power.flowchart` reads it

    @property
    def text(self) -> ItemText:
        return self.version.text


@dataclass(frozen=True, kw_only=True)
class OwnItem:
    """An item on its unit's desk: the draft where there is one, else what is shown."""

    item: ServiceItem
    unit: Unit
    power: Power
    draft: ItemDraft | None
    shown: ItemVersion | None
    flowchart: KeptFlowchart | None

    @property
    def text(self) -> ItemText:
        said = self.draft or self.shown
        assert said is not None  # an item begins with a draft
        return said.text

    @property
    def revision(self) -> int | None:
        return self.draft.revision if self.draft else None


def shown_item(session: Session, code: str) -> ShownItem:
    """Return an item that was published, withdrawn or not, in its newest version; raises `NotFound`. One statement."""
    row = session.execute(_shown(), {"code": code.upper()}).one_or_none()
    if row is None:
        raise _no_item()
    return ShownItem(item=row[0], unit=row[1], version=row[2], power=row[3], flowchart_id=row[4])


def versions(session: Session, item_id: uuid.UUID) -> list[PastVersion]:
    """Return every version of a guide, the newest first, without what they say."""
    return past_versions(session, ItemVersion.item_id, item_id)


def whole_versions(session: Session, item_id: uuid.UUID, numbers: Sequence[int]) -> dict[int, ItemVersion]:
    """Return versions with what they say, by their number, in one statement. Raises `NotFound` for one never shown."""
    rows = session.scalars(_whole(), {"item_id": item_id, "numbers": list(numbers)})
    found = {version.number: version for version in rows}
    if set(numbers) - found.keys():
        raise NotFound(N_("没有这一版。"))
    return found


def item_of_unit(session: Session, code: str, *, unit_id: uuid.UUID) -> OwnItem:
    """Return an item of this unit with its draft; that of another does not exist. Raises `NotFound`."""
    row = session.execute(_own(), {"code": code.upper(), "unit_id": unit_id}).one_or_none()
    if row is None:
        raise _no_item()
    return OwnItem(item=row[0], unit=row[1], power=row[2], draft=row[3], shown=row[4], flowchart=row[5])


def files(session: Session, item_id: uuid.UUID) -> list[ItemFile]:
    """Return the forms and samples of an item in the order in which they came, in one statement."""
    return list(session.scalars(_files(), {"item_id": item_id}))


def recorded(session: Session, item_id: uuid.UUID | None) -> list[str]:
    """Return the marks of what is read aloud of a guide, in order; of the pages of kiosks without one. One statement."""
    of_it = Recorded.item_id.is_(None) if item_id is None else Recorded.item_id == item_id
    return list(
        session.scalars(select(Recorded.mark).where(of_it).order_by(Recorded.place).limit(_MOST_FILES))
    )


def public_file(session: Session, token: str) -> ItemFile:
    """Return a form or sample that a published guide names or named; raises `NotFound`."""
    found = session.scalar(select(ItemFile).where(ItemFile.token == token, ItemFile.shown_at.is_not(None)))
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    return found


def own_file(session: Session, item_id: uuid.UUID, token: str) -> ItemFile:
    """Return a file of an item, shown or not, for its desk; raises `NotFound`."""
    found = session.scalar(select(ItemFile).where(ItemFile.token == token, ItemFile.item_id == item_id))
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    return found


def powers_to_apply_under(session: Session, unit_id: uuid.UUID) -> list[Power]:
    """Return the published powers of a unit, by code: an item stands under one of them."""
    return list(
        session.scalars(
            select(Power)
            .where(Power.unit_id == unit_id, Power.state == PowerState.PUBLISHED)
            .order_by(Power.code)
            .limit(1_000)
        )
    )


def _no_item() -> NotFound:
    return NotFound(N_("没有找到这个办事事项。"))


@cache
def _shown() -> Select[ServiceItem, Unit, ItemVersion, Power, uuid.UUID | None]:
    return (
        select(ServiceItem, Unit, ItemVersion, Power, PowerVersion.flowchart_id)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .join(Power, Power.id == ServiceItem.power_id)
        .join(ItemVersion, (ItemVersion.item_id == ServiceItem.id) & ItemVersion.shown_until.is_(None))
        .outerjoin(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .where(ServiceItem.code == bindparam("code"))
    )


@cache
def _whole() -> Select[ItemVersion]:
    return (
        select(ItemVersion)
        .where(
            ItemVersion.item_id == bindparam("item_id"),
            ItemVersion.number.in_(bindparam("numbers", expanding=True)),
        )
        .order_by(ItemVersion.number)
    )


@cache
def _files() -> Select[ItemFile]:
    return (
        select(ItemFile)
        .where(ItemFile.item_id == bindparam("item_id"))
        .order_by(ItemFile.added_at, ItemFile.id)
        .limit(_MOST_FILES)
    )


@cache
def _own() -> Select[ServiceItem, Unit, Power, ItemDraft, ItemVersion, KeptFlowchart]:
    return (
        select(ServiceItem, Unit, Power, ItemDraft, ItemVersion, KeptFlowchart)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .join(Power, Power.id == ServiceItem.power_id)
        .outerjoin(ItemDraft, ItemDraft.item_id == ServiceItem.id)
        .outerjoin(ItemVersion, (ItemVersion.item_id == ServiceItem.id) & ItemVersion.shown_until.is_(None))
        .outerjoin(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .outerjoin(KeptFlowchart, KeptFlowchart.id == PowerVersion.flowchart_id)
        .where(ServiceItem.code == bindparam("code"), ServiceItem.unit_id == bindparam("unit_id"))
    )
