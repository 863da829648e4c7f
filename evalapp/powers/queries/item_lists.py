"""The list of service items: filtered by unit, subject, life event and words, in pieces, with counts; whole tables."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from evalapp.core.paging import Page, clamped, encoded
from evalapp.powers.models import ItemDraft, ItemLabel, ItemVersion, ServiceItem
from evalapp.powers.queries.lists import TEXT_LIMIT, Holds, after_code
from evalapp.powers.rules.finding import plain
from evalapp.powers.rules.items import rows
from evalapp.powers.rules.items.profile import Axis
from evalapp.powers.rules.kinds import PowerState
from evalapp.units.models import Unit

_BATCH = 200
_MOST_UNITS = 5_000


@dataclass(frozen=True, kw_only=True)
class WantedItems:
    """Which items a list is asked for."""

    unit_id: uuid.UUID | None = None
    subject: str = ""
    event: str = ""
    state: PowerState = PowerState.PUBLISHED
    text: str = ""  # words of the name, the letters that its pinyin begins with, or the beginning of a code


@dataclass(frozen=True, kw_only=True)
class ListedItem:
    """An item as lists show it."""

    code: str
    name: str
    state: PowerState
    unit: str = ""
    unit_slug: str = ""
    has_draft: bool = False


@dataclass(frozen=True, kw_only=True)
class UnitCount:
    """A unit that has items, and how many."""

    id: uuid.UUID
    slug: str
    short_name: str
    number: int


def items_page(
    session: Session, wanted: WantedItems, *, limit: int = 50, cursor: str | None = None
) -> Page[ListedItem]:
    """Return a piece of the list by code, in one statement. Raises `Invalid` for a cursor that no list gave."""
    size = clamped(limit)
    after = after_code(cursor)
    words = plain(wanted.text[:TEXT_LIMIT])
    found = session.execute(
        _listed(
            has_unit=wanted.unit_id is not None,
            has_subject=bool(wanted.subject),
            has_event=bool(wanted.event),
            has_text=bool(words),
        ),
        {
            "unit_id": wanted.unit_id,
            "subject": wanted.subject,
            "event": wanted.event,
            "state": wanted.state,
            "after": after,
            "words": words,
            "limit": size + 1,
        },
    ).all()
    shown = found[:size]
    return Page(
        items=[
            ListedItem(code=row.code, name=row.name, state=row.state, unit=row.unit_name, unit_slug=row.slug)
            for row in shown
        ],
        next=encoded([shown[-1].code]) if len(found) > size else None,
    )


def counts_by_unit(session: Session) -> list[UnitCount]:
    """Return the units with published items, by pinyin, in one statement."""
    return [
        UnitCount(id=row.id, slug=row.slug, short_name=row.short_name, number=row.number)
        for row in session.execute(_by_unit())
    ]


def counts_by_label(session: Session) -> Mapping[Axis, Mapping[str, int]]:
    """Return how many published items each subject and life event has, in one statement."""
    found: dict[Axis, dict[str, int]] = {axis: {} for axis in Axis}
    for row in session.execute(_by_label()):
        found[row.axis][row.label] = row.number
    return found


def unit_items(
    session: Session, unit_id: uuid.UUID, *, limit: int = 100, cursor: str | None = None
) -> Page[ListedItem]:
    """Return a piece of a unit's own items for its desk: every state, and whether there is a draft."""
    size = clamped(limit)
    after = after_code(cursor)
    found = session.execute(_own(), {"unit_id": unit_id, "after": after, "limit": size + 1}).all()
    shown = found[:size]
    return Page(
        items=[
            ListedItem(code=row.code, name=row.name, state=row.state, has_draft=row.draft is not None)
            for row in shown
        ],
        next=encoded([shown[-1].code]) if len(found) > size else None,
    )


def choices_of_unit(session: Session, unit_id: uuid.UUID, *, most: int = 200) -> list[tuple[str, str]]:
    """Return code and name of the published items of a unit and its sections, by code."""
    rows = session.execute(
        select(ServiceItem.code, ServiceItem.name)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(ServiceItem.state == PowerState.PUBLISHED, (Unit.id == unit_id) | (Unit.parent_id == unit_id))
        .order_by(ServiceItem.code)
        .limit(most)
    )
    return [(code, name) for code, name in rows]


def exported(session: Session, *, unit_id: uuid.UUID | None = None) -> Iterator[Mapping[str, str]]:
    """Give the published items by code, as the cells that an import reads again; some hundreds are held at a time."""
    statement = (
        select(ServiceItem.code, ItemVersion)
        .join(ItemVersion, (ItemVersion.item_id == ServiceItem.id) & ItemVersion.shown_until.is_(None))
        .where(ServiceItem.state == PowerState.PUBLISHED)
        .order_by(ServiceItem.code)
        .limit(_BATCH)
    )
    if unit_id is not None:
        statement = statement.where(ServiceItem.unit_id == unit_id)
    last = ""
    while found := session.execute(statement.where(ServiceItem.code > last)).all():
        for code, version in found:
            yield rows.written(code=code, text=version.text)
        last = found[-1].code
        session.expunge_all()


def fingerprints(session: Session, *, limit: int) -> dict[str, str]:
    """Return the fingerprint of each published guide by its code, in one statement."""
    rows = session.execute(
        select(ServiceItem.code, ItemVersion.fingerprint)
        .join(ItemVersion, (ItemVersion.item_id == ServiceItem.id) & ItemVersion.shown_until.is_(None))
        .where(ServiceItem.state == PowerState.PUBLISHED)
        .order_by(ServiceItem.code)
        .limit(limit)
    )
    return {row.code: row.fingerprint for row in rows}


def labels_in_words(names: Mapping[str, str], counted: Mapping[str, int]) -> Sequence[tuple[str, str, int]]:
    """Key, name and number of every subject or event that has items, in the profile's order."""
    return [(key, name, counted[key]) for key, name in names.items() if counted.get(key)]


@cache
def _listed(
    *, has_unit: bool, has_subject: bool, has_event: bool, has_text: bool
) -> Select[str, str, PowerState, str, str]:
    """Made once for each set of filters: making it costs more than running it."""
    conditions: list[ColumnElement[bool]] = [
        ServiceItem.state == bindparam("state"),
        ServiceItem.code > bindparam("after"),
    ]
    if has_unit:
        conditions.append(ServiceItem.unit_id == bindparam("unit_id"))
    if has_subject:
        conditions.append(_has(Axis.SUBJECT, "subject"))
    if has_event:
        conditions.append(_has(Axis.EVENT, "event"))
    if has_text:
        conditions.append(Holds(ServiceItem.folded, bindparam("words")) > 0)
    return (
        select(
            ServiceItem.code,
            ServiceItem.name,
            ServiceItem.state,
            Unit.name.label("unit_name"),
            Unit.slug,
        )
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(*conditions)
        .order_by(ServiceItem.code)
        .limit(bindparam("limit"))
    )


def _has(axis: Axis, parameter: str) -> ColumnElement[bool]:
    return exists().where(
        ItemLabel.item_id == ServiceItem.id, ItemLabel.axis == axis, ItemLabel.label == bindparam(parameter)
    )


@cache
def _by_unit() -> Select[uuid.UUID, str, str, int]:
    return (
        select(Unit.id, Unit.slug, Unit.short_name, func.count().label("number"))
        .join(ServiceItem, ServiceItem.unit_id == Unit.id)
        .where(ServiceItem.state == PowerState.PUBLISHED)
        .group_by(Unit.id, Unit.slug, Unit.short_name, Unit.sort_key)
        .order_by(Unit.sort_key, Unit.id)
        .limit(_MOST_UNITS)
    )


@cache
def _by_label() -> Select[Axis, str, int]:
    """Labels are of published items only."""
    return select(ItemLabel.axis, ItemLabel.label, func.count().label("number")).group_by(
        ItemLabel.axis, ItemLabel.label
    )


@cache
def _own() -> Select[str, str, PowerState, uuid.UUID]:
    return (
        select(ServiceItem.code, ServiceItem.name, ServiceItem.state, ItemDraft.item_id.label("draft"))
        .outerjoin(ItemDraft, ItemDraft.item_id == ServiceItem.id)
        .where(ServiceItem.unit_id == bindparam("unit_id"), ServiceItem.code > bindparam("after"))
        .order_by(ServiceItem.code)
        .limit(bindparam("limit"))
    )
