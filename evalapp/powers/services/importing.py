"""Takes a whole table of powers: every row or none, and every cell that is at fault is named.

Rows are read and checked and their flowcharts laid out first, ahead of the transaction, which only writes; a thousand
powers take seconds, not a statement for each question.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.powers.models import KeptFlowchart, Power, PowerDraft, PowerVersion
from evalapp.powers.rules import rows as tables
from evalapp.powers.rules import text as texts
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import Level, PowerState
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.rows import PowerRow
from evalapp.powers.services import flowcharts, publishing
from evalapp.powers.services.flowcharts import LaidOut
from evalapp.units import queries as units

MOST_ROWS = 20_000
_REASON = "批量更新"
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to."""

    made: int
    changed: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A row that could be read, with the unit and the code that it means."""

    row: Row
    said: PowerRow
    unit_id: uuid.UUID
    code: str


@dataclass(frozen=True, kw_only=True)
class ReadTable:
    """A table that is in order, with its flowcharts laid out."""

    read: Sequence[_Read]
    laid_out: Mapping[str, LaidOut]

    @property
    def charts(self) -> list[Flowchart]:
        return [each.said.flowchart for each in self.read if each.said.flowchart]


def read_powers(
    session: Session,
    *,
    rows: Iterable[Row],
    unit_id: uuid.UUID | None = None,
    tell: Callable[[str, int], None] = lambda _what, _done: None,
) -> ReadTable:
    """Read a table of powers, check it and lay its flowcharts out: whatever takes long and writes nothing.

    `unit_id` takes rows of that unit only. `tell` hears what is done and how far. Raises `FaultyFile`, which names every
    row at fault.
    """
    faults: list[Fault] = []
    table = ReadTable(read=list(_read(session, rows, faults, unit_id=unit_id, tell=tell)), laid_out={})
    _check_tree(session, table.read, faults)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.row))
    laid_out = flowcharts.lay_out(session, table.charts, tell=lambda done: tell("flowcharts", done))
    return replace(table, laid_out=laid_out)


def import_powers(
    session: Session,
    table: ReadTable,
    *,
    actor: Actor,
    tell: Callable[[str, int], None] = lambda _what, _done: None,
) -> Imported:
    """Publish the powers of a table that was read; a known code gets a new version, or is left when it says the same.

    What the table rests on is looked at once more, since it was read before the transaction. Raises `FaultyFile`; nothing
    may be kept then.
    """
    faults: list[Fault] = []
    _check_tree(session, table.read, faults)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.row))
    charts = flowcharts.keep_all(session, table.charts, laid_out=table.laid_out)
    return _write(session, table.read, charts, actor=actor, tell=tell)


def _read(
    session: Session,
    rows: Iterable[Row],
    faults: list[Fault],
    *,
    unit_id: uuid.UUID | None,
    tell: Callable[[str, int], None],
) -> Iterator[_Read]:
    by_slug = {unit.slug: unit for unit in units.tree(session)}
    seen: set[str] = set()
    for count, row in enumerate(rows, start=1):
        try:
            said = tables.read(row)
            unit = by_slug.get(said.unit)
            if unit is None or unit_id not in {None, unit.id}:
                raise Invalid(
                    N_("没有网址名是“%(slug)s”的单位，或者不是本单位。"), field="unit", slug=said.unit[:40]
                )
            code = profile().checked_code(said.code, said.text.kind)
            if code in seen:
                raise Invalid(N_("编码 %(code)s 在文件里出现了两次。"), field="code", code=code)
            seen.add(code)
            _check(said)
            yield _Read(row=row, said=said, unit_id=unit.id, code=code)
        except DomainError as error:
            faults.append(Fault.of(row, error))
        if count % _BATCH == 0:
            tell("rows", count)


def _check(said: PowerRow) -> None:
    texts.check_publishable(said.text)
    if said.flowchart is None:
        return
    found = checks.faults(said.flowchart, term=said.text.term)
    if found:
        raise Invalid(
            N_("流程图还有 %(count)s 处问题：%(said)s。"),
            field="flowchart",
            count=len(found),
            said=checks.told(found),
        )


def _known(session: Session, codes: Sequence[str]) -> dict[str, Power]:
    return {
        power.code: power
        for begin in range(0, len(codes), _BATCH)
        for power in session.scalars(select(Power).where(Power.code.in_(codes[begin : begin + _BATCH])))
    }


def _check_tree(session: Session, read: Sequence[_Read], faults: list[Fault]) -> None:
    """Each parent is known or in the table, of the same unit and kind; what is known keeps its unit, kind and state."""
    here = {each.code: each for each in read}
    known = _known(session, list({*here, *(each.said.parent for each in read if each.said.parent)}))
    above_of = {code: each.said.parent for code, each in here.items()}
    for code, each in here.items():
        error = _wrong_with(each, known.get(code), here.get(each.said.parent), known.get(each.said.parent))
        error = error or _too_deep(code, above_of, known)
        if error is not None:
            faults.append(Fault.of(each.row, error))


def _wrong_with(
    each: _Read, own: Power | None, above: _Read | None, known_above: Power | None
) -> Invalid | None:
    if own is not None and (changed := _changed(each, own, known_above)):
        return changed
    if not each.said.parent:
        return None
    kind = above.said.text.kind if above else known_above.kind if known_above else None
    unit_id = above.unit_id if above else known_above.unit_id if known_above else None
    if unit_id != each.unit_id or each.said.parent == each.code:
        return Invalid(
            N_("本单位没有编码是 %(code)s 的上级事项。"), field="parent", code=each.said.parent[:40]
        )
    if kind is not each.said.text.kind:
        return Invalid(N_("子项和办理项的类别要和主项一样。"), field="parent")
    if above is None and known_above is not None and known_above.state is not PowerState.PUBLISHED:
        return Invalid(N_("上级事项还没有公布，或者已经撤回。"), field="parent")
    return None


def _changed(each: _Read, own: Power, known_above: Power | None) -> Invalid | None:
    """What a table may not change of a power that is known."""
    if own.unit_id != each.unit_id:
        return Invalid(N_("这个编码是别的单位在用。"), field="code")
    if own.state is PowerState.WITHDRAWN:
        return Invalid(N_("这个编码的权力已经撤回，不能再用。"), field="code")
    if own.kind is not each.said.text.kind:
        return Invalid(N_("类别写在编码里，不能改。请撤回这一项，另立一项。"), field="kind")
    if own.parent_id != (known_above.id if known_above else None):
        return Invalid(N_("上级事项不能改。请撤回这一项，另立一项。"), field="parent")
    return None


def _too_deep(code: str, above_of: dict[str, str], known: dict[str, Power]) -> Invalid | None:
    depth, at = 0, code
    while at in above_of and above_of[at] and depth <= Level.ITEM:
        depth, at = depth + 1, above_of[at]
    if at not in above_of and at in known:
        depth += known[at].level
    if depth > Level.ITEM:
        return Invalid(N_("最多三层：主项、子项、办理项。"), field="parent")
    return None


def _write(
    session: Session,
    read: Sequence[_Read],
    charts: dict[str, KeptFlowchart],
    *,
    actor: Actor,
    tell: Callable[[str, int], None],
) -> Imported:
    known = _known(session, list({each.code for each in read} | {each.said.parent for each in read}))
    ids = [power.id for power in known.values()]
    shown, drafts = _shown(session, ids), _drafts(session, ids)
    counts = {"made": 0, "changed": 0, "unchanged": 0}
    written: list[tuple[Power, PowerVersion]] = []
    for each in _parents_first(read):
        power = known.get(each.code)
        if power is None:
            power = known[each.code] = _made(each, known.get(each.said.parent))
            session.add(power)
        before = shown.get(power.id)
        version = publishing.next_version(
            power,
            each.said.text,
            charts[each.said.flowchart.fingerprint] if each.said.flowchart else None,
            before=before,
            reason=each.said.reason or (_REASON if before else ""),
            actor=actor,
        )
        counts["unchanged" if version is None else "changed" if before else "made"] += 1
        if version is not None:
            written.append((power, version))
            if draft := drafts.get(power.id):
                session.delete(draft)
    session.flush()  # powers first, and the versions that are over: only one is shown at a time
    for count, (power, version) in enumerate(written, start=1):
        session.add(version)
        publishing.tell_shown(session, power, version, actor=actor)
        if count % _BATCH == 0:
            session.flush()
            tell("powers", count)
    session.flush()
    return Imported(**counts)


def _made(each: _Read, above: Power | None) -> Power:
    return Power(
        id=uuid.uuid4(),
        code=each.code,
        unit_id=each.unit_id,
        parent_id=above.id if above else None,
        parent_level=above.level if above else None,
        level=above.level + 1 if above else Level.MAIN,
        state=PowerState.PUBLISHED,
        name=each.said.text.name,
        kind=each.said.text.kind,
        folded=folded(each.said.text.name, each.code),
        created_at=clock.now(),
    )


def _shown(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PowerVersion]:
    return {
        version.power_id: version
        for begin in range(0, len(ids), _BATCH)
        for version in session.scalars(
            select(PowerVersion).where(
                PowerVersion.power_id.in_(ids[begin : begin + _BATCH]), PowerVersion.shown_until.is_(None)
            )
        )
    }


def _drafts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PowerDraft]:
    return {
        draft.power_id: draft
        for begin in range(0, len(ids), _BATCH)
        for draft in session.scalars(
            select(PowerDraft).where(PowerDraft.power_id.in_(ids[begin : begin + _BATCH]))
        )
    }


def _parents_first(read: Sequence[_Read]) -> list[_Read]:
    depth = {each.code: each.said.parent for each in read}

    def level(code: str) -> int:
        above = depth.get(code, "")
        return 1 + level(above) if above else 0

    return sorted(read, key=lambda each: (level(each.code), each.row.number))
