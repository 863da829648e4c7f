"""Takes a whole table of pledges: every row or none, and every row that is at fault is named."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.pledges.models import Pledge, PledgeVersion
from evalapp.pledges.queries import measuring_items
from evalapp.pledges.services import pledges
from evalapp.pledges.services.pledges import PledgeWording
from evalapp.units import queries as units

_UNITS = {"分钟": TimeUnit.MINUTE, "小时": TimeUnit.HOUR, "日": TimeUnit.DAY, "天": TimeUnit.DAY, "月": TimeUnit.MONTH} | {
    unit.value: unit for unit in TimeUnit
}  # fmt: skip
_BASES = {"工作": Basis.WORKING, "自然": Basis.CALENDAR} | {basis.value: basis for basis in Basis}
_ENGLISH = (
    "unit", "title", "text", "measured", "amount", "time_unit", "basis", "statutory_amount", "statutory_unit",
    "statutory_basis", "statutory_source", "items", "reason",
)  # fmt: skip
COLUMNS = {name: name for name in _ENGLISH} | {
    "单位": "unit",
    "事项": "title",
    "承诺": "text",
    "计量": "measured",
    "时限": "amount",
    "时间单位": "time_unit",
    "计算": "basis",
    "法定时限": "statutory_amount",
    "法定时间单位": "statutory_unit",
    "法定计算": "statutory_basis",
    "法定依据": "statutory_source",
    "检验事项": "items",
    "改动说明": "reason",
}
_APART = re.compile(r"[\s,，、;；]+")
REQUIRED = ("unit", "title", "text")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to."""

    made: int
    reworded: int
    unchanged: int


def import_pledges(session: Session, *, rows: Sequence[Row], actor: Actor) -> Imported:
    """Make the pledges of a table; one of the same unit and title is reworded, or left when it says the same.

    Raises `FaultyFile`, which names every row at fault; nothing may be kept then.
    """
    faults: list[Fault] = []
    counts = {"made": 0, "reworded": 0, "unchanged": 0}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        try:
            here = (row.text("unit"), row.text("title"))
            if here in seen:
                raise Invalid(N_("同一个单位的这个事项在文件里出现了两次。"), field="title")
            seen.add(here)
            with session.begin_nested():
                counts[_take(session, row, actor=actor)] += 1
        except DomainError as error:
            faults.append(Fault.of(row, error))
    if faults:
        raise FaultyFile(faults)
    return Imported(**counts)


def _take(session: Session, row: Row, *, actor: Actor) -> str:
    unit = units.unit(session, row.text("unit"))
    known = session.execute(
        select(Pledge.id, PledgeVersion.id.label("version_id"))
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(
            Pledge.unit_id == unit.id,
            Pledge.withdrawn_at.is_(None),
            PledgeVersion.shown_until.is_(None),
            PledgeVersion.title == row.text("title"),
        )
        .order_by(Pledge.reference)
        .limit(1)
    ).first()
    wording = PledgeWording(
        title=row.text("title"),
        text=row.text("text"),
        measured=row.text("measured"),
        term=_term(row, "amount", "time_unit", "basis"),
        statutory=_term(row, "statutory_amount", "statutory_unit", "statutory_basis"),
        statutory_source=row.text("statutory_source"),
        items=_items(session, row, known.version_id if known else None),
    )
    if known is None:
        pledges.make_pledge(session, unit_id=unit.id, wording=wording, actor=actor)
        return "made"
    pledges.reword_pledge(
        session, pledge_id=known.id, wording=wording, reason=row.text("reason") or "批量更新", actor=actor
    )
    latest = select(PledgeVersion.id).where(
        PledgeVersion.pledge_id == known.id, PledgeVersion.shown_until.is_(None)
    )
    return "unchanged" if session.scalar(latest) == known.version_id else "reworded"


def _items(session: Session, row: Row, version_id: uuid.UUID | None) -> tuple[str, ...]:
    """Codes of the items that test a pledge; those that it has where the table has no such column."""
    if "items" in row.values:
        return tuple(_APART.split(row.text("items"))) if row.text("items") else ()
    return tuple(code for code, _name in measuring_items(session, version_id)) if version_id else ()


def _term(row: Row, amount: str, unit: str, basis: str) -> Term | None:
    if not row.text(amount):
        return None
    try:
        number = int(row.text(amount))
    except ValueError as error:
        raise Invalid(N_("时限应是整数。"), field=amount) from error
    if row.text(unit) not in _UNITS:
        raise Invalid(N_("时间单位应是分钟、小时、日或月。"), field=unit)
    wanted = row.text(basis) or (Basis.CALENDAR.value if _UNITS[row.text(unit)] is TimeUnit.MONTH else "")
    if wanted not in _BASES:
        raise Invalid(N_("计算方式应是工作或自然。"), field=basis)
    return Term(amount=number, unit=_UNITS[row.text(unit)], basis=_BASES[wanted])
