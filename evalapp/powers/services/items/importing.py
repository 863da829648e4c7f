"""Takes a whole table of service items: every row or none, and every cell that is at fault is named."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.powers.models import ItemDraft, ItemFile, ItemVersion, Power, ServiceItem
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.items import rows as tables
from evalapp.powers.rules.items import text as texts
from evalapp.powers.rules.items.rows import ItemRow
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.services.importing import Imported
from evalapp.powers.services.items.publishing import show

MOST_ROWS = 20_000
_REASON = "批量更新"
_BATCH = 500
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A row that could be read."""

    row: Row
    said: ItemRow


def import_items(
    session: Session, *, rows: Iterable[Row], actor: Actor, unit_id: uuid.UUID | None = None
) -> Imported:
    """Publish the items of a table; a known code gets a new version, or is left when it says the same.

    `unit_id` takes rows of that unit only. Raises `FaultyFile`, which names every row at fault; nothing may be kept then.
    """
    faults: list[Fault] = []
    read = list(_read(rows, faults))
    codes = [each.said.code for each in read]
    powers = {
        power.code: power
        for some in _batches([each.said.power for each in read])
        for power in session.scalars(select(Power).where(Power.code.in_(some)))
    }
    known = {
        item.code: item
        for some in _batches(codes)
        for item in session.scalars(select(ServiceItem).where(ServiceItem.code.in_(some)))
    }
    files, ready = _files(session, [item.id for item in known.values()]), list[ItemRow]()
    for each in read:
        item = known.get(each.said.code)
        try:
            _check(each.said, powers.get(each.said.power), item, unit_id)
            text = texts.with_files(each.said.text, files.get(item.id, {}) if item else {})
            ready.append(replace(each.said, text=text))
        except Invalid as error:
            faults.append(Fault.of(each.row, error))
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.row))
    return _write(session, ready, powers, known, actor=actor)


def _read(rows: Iterable[Row], faults: list[Fault]) -> Iterator[_Read]:
    seen: set[str] = set()
    for row in rows:
        try:
            said = tables.read(row)
            if said.code in seen:
                raise Invalid(N_("编码 %(code)s 在文件里出现了两次。"), field="code", code=said.code)
            seen.add(said.code)
            texts.check_publishable(said.text)
            yield _Read(row=row, said=said)
        except DomainError as error:
            faults.append(Fault.of(row, error))


def _check(said: ItemRow, power: Power | None, item: ServiceItem | None, unit_id: uuid.UUID | None) -> None:
    if power is None or unit_id not in {None, power.unit_id} or power.state is not PowerState.PUBLISHED:
        raise Invalid(
            N_("没有编码是 %(code)s 的权力，或者它还没有公布、不是本单位的。"),
            field="code",
            code=said.power[:40],
        )
    if item is not None and item.state is PowerState.WITHDRAWN:
        raise Invalid(N_("这个编码的事项已经撤回，不能再用。"), field="code")


def _write(
    session: Session,
    read: Sequence[ItemRow],
    powers: dict[str, Power],
    known: dict[str, ServiceItem],
    *,
    actor: Actor,
) -> Imported:
    counts = {"made": 0, "changed": 0, "unchanged": 0}
    ids = [item.id for item in known.values()]
    shown = {
        version.item_id: version
        for some in _batches(ids)
        for version in session.scalars(
            select(ItemVersion).where(ItemVersion.item_id.in_(some), ItemVersion.shown_until.is_(None))
        )
    }
    drafts = {
        draft.item_id: draft
        for some in _batches(ids)
        for draft in session.scalars(select(ItemDraft).where(ItemDraft.item_id.in_(some)))
    }
    for said in read:
        item = known.get(said.code)
        if item is None:
            item = _made(said, powers[said.power])
            session.add(item)
            session.flush()
        before = shown.get(item.id)
        version = show(
            session,
            item,
            said.text,
            before=before,
            reason=said.reason or (_REASON if before else ""),
            actor=actor,
        )
        outcome = "made" if before is None else "unchanged" if version is before else "changed"
        counts[outcome] += 1
        if outcome != "unchanged" and (draft := drafts.get(item.id)):
            session.delete(draft)
    session.flush()
    return Imported(**counts)


def _made(said: ItemRow, power: Power) -> ServiceItem:
    return ServiceItem(
        id=uuid.uuid4(),
        code=said.code,
        power_id=power.id,
        unit_id=power.unit_id,
        state=PowerState.PUBLISHED,
        name=said.text.name,
        folded=folded(said.text.name, said.code),
        created_at=clock.now(),
    )


def _files(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """The tokens of each item's files, by their name and by themselves."""
    found: dict[uuid.UUID, dict[str, str]] = {}
    for some in _batches(ids):
        rows = session.execute(
            select(ItemFile.item_id, ItemFile.token, ItemFile.file_name).where(ItemFile.item_id.in_(some))
        )
        for item_id, token, name in rows:
            found.setdefault(item_id, {}).update({token: token, name: token})
    return found


def _batches(keys: Sequence[T]) -> list[Sequence[T]]:
    return [keys[begin : begin + _BATCH] for begin in range(0, len(keys), _BATCH)]
