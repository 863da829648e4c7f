"""Takes a whole table of units: every row or none, and every row that is at fault is named."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.units.models import Unit, UnitKind
from evalapp.units.rules import spelling
from evalapp.units.services import profile, tree

_KINDS = {
    "部门": UnitKind.DEPARTMENT,
    "科室": UnitKind.SECTION,
    "街道": UnitKind.SUBDISTRICT,
    "镇": UnitKind.SUBDISTRICT,
    "村": UnitKind.VILLAGE,
    "社区": UnitKind.VILLAGE,
} | {kind.value: kind for kind in UnitKind}

_ENGLISH = (
    "slug", "name", "short_name", "kind", "parent", "rank_class", "summary", "telephone", "address", "office_hours",
    "functions", "posts",
)  # fmt: skip
COLUMNS = {name: name for name in _ENGLISH} | {
    "网址名": "slug",
    "名称": "name",
    "简称": "short_name",
    "类别": "kind",
    "上级": "parent",
    "排名组": "rank_class",
    "简介": "summary",
    "电话": "telephone",
    "地址": "address",
    "办公时间": "office_hours",
    "职能": "functions",
    "岗位": "posts",
}
REQUIRED = ("name", "kind")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to."""

    added: int
    changed: int
    unchanged: int


def import_units(session: Session, *, rows: Sequence[Row], actor: Actor) -> Imported:
    """Add the units of a table and bring those up to date whose address is known; parents may come after children.

    Raises `FaultyFile`, which names every row at fault; nothing may be kept then.
    """
    faults: list[Fault] = []
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for row in _parents_first(rows, faults):
        try:
            with session.begin_nested():
                counts[_take(session, row, actor=actor)] += 1
        except DomainError as error:
            faults.append(Fault.of(row, error))
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.row))
    return Imported(**counts)


def _take(session: Session, row: Row, *, actor: Actor) -> str:
    kind = _KINDS.get(row.text("kind"))
    if kind is None:
        raise Invalid(N_("类别应是部门、科室、街道或村。"), field="kind")
    slug = _slug(row)
    parent = _unit_at(session, row.text("parent"))
    unit = session.scalar(select(Unit).where(Unit.slug == slug))
    if unit is None:
        unit = tree.add_unit(
            session,
            kind=kind,
            name=row.text("name"),
            short_name=row.text("short_name"),
            slug=slug,
            parent_id=parent.id if parent else None,
            rank_class=row.text("rank_class"),
            actor=actor,
        )
        _write_profile(session, unit, row, actor=actor)
        return "added"
    if unit.kind is not kind:
        raise Invalid(N_("单位的类别不能改。"), field="kind")
    before = unit.revision
    if "parent" in row.values:
        tree.move_unit(session, unit_id=unit.id, parent_id=parent.id if parent else None, actor=actor)
    tree.edit_unit(
        session,
        unit_id=unit.id,
        name=row.text("name"),
        short_name=row.text("short_name") if "short_name" in row.values else unit.short_name,
        rank_class=row.text("rank_class") if "rank_class" in row.values else unit.rank_class,
        actor=actor,
    )
    _write_profile(session, unit, row, actor=actor)
    return "unchanged" if unit.revision == before else "changed"


def _write_profile(session: Session, unit: Unit, row: Row, *, actor: Actor) -> None:
    profile.write_contact(
        session,
        unit_id=unit.id,
        summary=row.text("summary") if "summary" in row.values else unit.summary,
        telephone=row.text("telephone") if "telephone" in row.values else unit.telephone,
        address=row.text("address") if "address" in row.values else unit.address,
        office_hours=row.text("office_hours") if "office_hours" in row.values else unit.office_hours,
        actor=actor,
    )
    if "functions" in row.values:
        functions = [
            profile.FunctionText(title=title, text=text, handled_by=handled_by)
            for title, text, handled_by in _entries(row, "functions", ("title", "text", "handled_by"))
        ]
        profile.write_functions(session, unit_id=unit.id, functions=functions, actor=actor)
    if "posts" in row.values:
        posts = [
            profile.PostText(title=title, duty=duty, telephone=telephone)
            for title, duty, telephone in _entries(row, "posts", ("title", "duty", "telephone"))
        ]
        profile.write_posts(session, unit_id=unit.id, posts=posts, actor=actor)


def _entries(row: Row, name: str, keys: Sequence[str]) -> list[list[str]]:
    """A list of objects (JSON), or lines of `title|text|more` (CSV)."""
    value = row.values.get(name)
    if isinstance(value, list):
        if not all(isinstance(item, dict) and set(item) <= set(keys) for item in value):
            raise Invalid(N_("每一条应是有 %(keys)s 的对象。"), field=name, keys=", ".join(keys))
        return [[str(item.get(key) or "") for key in keys] for item in value]
    found = []
    for line in row.text(name).splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) > len(keys):
            raise Invalid(N_("一行最多分 %(most)s 格，用 | 隔开。"), field=name, most=len(keys))
        found.append(parts + [""] * (len(keys) - len(parts)))
    return found


def _parents_first(rows: Sequence[Row], faults: list[Fault]) -> list[Row]:
    """Return the rows so that parents come before children; rows without an address or in a circle become faults."""
    by_slug: dict[str, Row] = {}
    for row in rows:
        try:
            slug = _slug(row)
        except DomainError as error:
            faults.append(Fault.of(row, error))
            continue
        if slug in by_slug:
            faults.append(Fault.of(row, Invalid(N_("网址名在文件里出现了两次。"), field="slug")))
        else:
            by_slug[slug] = row
    ordered: dict[str, Row] = {}
    for start in by_slug:
        chain: list[str] = []
        above = start
        while above in by_slug and above not in ordered and above not in chain:
            chain.append(above)
            above = by_slug[above].text("parent")
        if above in chain:
            circle = Invalid(N_("上级绕成了一个圈。"), field="parent")
            faults.extend(Fault.of(by_slug[each], circle) for each in chain)
        ordered.update({each: by_slug[each] for each in reversed(chain)})
    at_fault = {fault.row for fault in faults}
    return [row for row in ordered.values() if row.number not in at_fault]


def _slug(row: Row) -> str:
    return spelling.checked_slug(
        row.text("slug")
        or spelling.slug_for(row.text("short_name") or row.text("name"), under=row.text("parent"))
    )


def _unit_at(session: Session, slug: str) -> Unit | None:
    if not slug:
        return None
    found = session.scalar(select(Unit).where(Unit.slug == slug))
    if found is None:
        raise Invalid(N_("没有网址名是 %(slug)s 的上级单位。"), field="parent", slug=slug)
    return found
