"""Keeps powers and guides to what people apply for findable."""

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from evalapp.portal.models import FoundKind
from evalapp.portal.services.indexing import Findable, put, remove
from evalapp.powers.events import ItemShown, ItemWithdrawn, PowerShown, PowerWithdrawn
from evalapp.powers.models import ItemVersion, Power, PowerVersion, ServiceItem
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import KIND_WORDS, PowerState
from evalapp.powers.rules.text import PowerText
from evalapp.units.models import Unit


def every_power_and_guide(session: Session) -> Iterator[Findable]:
    """Everything that the power list and the guides show."""
    yield from _found(session, _public_powers(), _public_items())


def powers_and_guides_of(session: Session, unit: Unit) -> Iterator[Findable]:
    """The same of one unit."""
    is_its_own = Unit.id == unit.id
    yield from _found(session, _public_powers().where(is_its_own), _public_items().where(is_its_own))


def _found(
    session: Session,
    powers: Select[Power, PowerVersion, Unit],
    items: Select[ServiceItem, ItemVersion, Unit],
) -> Iterator[Findable]:
    for power, power_version, owner in session.execute(powers):
        yield _power(power, power_version.text, owner)
    for item, item_version, owner in session.execute(items):
        yield _item(item, item_version.text, owner)


def on_power_shown(session: Session, event: PowerShown) -> None:
    """A power is found under the name of its newest version, its code, its post and its laws."""
    power, version, unit = session.execute(_public_powers().where(Power.id == event.power_id)).one()
    put(session, _power(power, version.text, unit))


def on_power_withdrawn(session: Session, event: PowerWithdrawn) -> None:
    """A withdrawn power keeps its page and is no longer found."""
    remove(session, _power_path(session.get_one(Power, event.power_id).code))


def on_item_shown(session: Session, event: ItemShown) -> None:
    """A guide is found under its name, its conditions and its papers."""
    item, version, unit = session.execute(_public_items().where(ServiceItem.id == event.item_id)).one()
    put(session, _item(item, version.text, unit))


def on_item_withdrawn(session: Session, event: ItemWithdrawn) -> None:
    """A withdrawn guide keeps its page and is no longer found."""
    remove(session, _item_path(session.get_one(ServiceItem, event.item_id).code))


@cache
def _public_powers() -> Select[Power, PowerVersion, Unit]:
    return (
        select(Power, PowerVersion, Unit)
        .join(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .join(Unit, Unit.id == Power.unit_id)
        .where(Power.state == PowerState.PUBLISHED)
        .order_by(Power.code)
    )


@cache
def _public_items() -> Select[ServiceItem, ItemVersion, Unit]:
    return (
        select(ServiceItem, ItemVersion, Unit)
        .join(ItemVersion, (ItemVersion.item_id == ServiceItem.id) & ItemVersion.shown_until.is_(None))
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(ServiceItem.state == PowerState.PUBLISHED)
        .order_by(ServiceItem.code)
    )


def _power(power: Power, said: PowerText, unit: Unit) -> Findable:
    laws = "、".join(basis.law for basis in said.bases)
    return Findable(
        kind=FoundKind.POWER,
        path=_power_path(power.code),
        title=said.name,
        place=unit.name,
        also=(power.code,),
        body=f"{KIND_WORDS[said.kind]} {said.post}\n{laws}",
    )


def _item(item: ServiceItem, said: ItemText, unit: Unit) -> Findable:
    asked = [f"{each.question} {each.answer}" for each in said.faq]
    cases = [f"{each.text} {'、'.join(each.choices)}" for each in said.questions]
    parts = [
        "；".join(said.conditions),
        "、".join(paper.name for paper in said.papers),
        *asked,
        *cases,
        "、".join(step.name for step in said.special),
        said.result,
        said.place,
    ]
    return Findable(
        kind=FoundKind.SERVICE,
        path=_item_path(item.code),
        title=said.name,
        place=unit.name,
        also=(item.code,),
        body="\n".join(part for part in parts if part),
    )


def _power_path(code: str) -> str:
    return f"/powers/{code}"


def _item_path(code: str) -> str:
    return f"/services/{code}"
