"""Adding, renaming, moving and closing units."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_name, cleaned_text, name_key
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.units import queries
from evalapp.units.events import UnitAdded, UnitChanged, UnitClosed, UnitReopened
from evalapp.units.models import Unit, UnitKind
from evalapp.units.rules import spelling
from evalapp.units.rules.tree import DEEPEST, may_stand_under

RANK_CLASS_LIMIT = 40


def add_unit(
    session: Session,
    *,
    kind: UnitKind,
    name: str,
    short_name: str = "",
    slug: str = "",
    parent_id: uuid.UUID | None = None,
    rank_class: str = "",
    actor: Actor,
) -> Unit:
    """Add a unit; without a short name or an address they follow from the name.

    Refuses a name or an address that is taken and a parent that such a unit cannot have.
    """
    full = cleaned_name(name)
    short = cleaned_name(short_name or full, field="short_name")
    parent = _parent(session, kind, parent_id)
    unit = Unit(
        id=uuid.uuid4(),
        slug=spelling.checked_slug(slug or spelling.slug_for(short, under=parent.slug if parent else "")),
        kind=kind,
        parent_id=parent.id if parent else None,
        parent_level=parent.level if parent else None,
        level=parent.level + 1 if parent else 0,
        rank_class=cleaned_text(rank_class, field="rank_class", limit=RANK_CLASS_LIMIT),
        created_at=clock.now(),
        **_written(full, short),
    )
    with refusing(session, _taken()):
        session.add(unit)
    audit.record(session, actor=actor, action="unit.added", subject=unit.slug, detail={"kind": kind.value})
    events.emit(session, UnitAdded(unit_id=unit.id))
    return unit


def edit_unit(
    session: Session,
    *,
    unit_id: uuid.UUID,
    name: str,
    short_name: str = "",
    rank_class: str = "",
    actor: Actor,
    seen_revision: int | None = None,
) -> Unit:
    """Give a unit other names or another class; its address stays. Refuses a name that is taken."""
    unit = open_unit(session, unit_id, seen_revision=seen_revision)
    full = cleaned_name(name)
    short = cleaned_name(short_name or full, field="short_name")
    wanted = _written(full, short) | {
        "rank_class": cleaned_text(rank_class, field="rank_class", limit=RANK_CLASS_LIMIT)
    }
    changed = sorted(field for field, value in wanted.items() if getattr(unit, field) != value)
    if not changed:
        return unit
    before = {"name": unit.name, "rank_class": unit.rank_class}
    with refusing(session, _taken()):
        for field in changed:
            setattr(unit, field, wanted[field])
        unit.revision += 1
    audit.record(session, actor=actor, action="unit.edited", subject=unit.slug, detail={"before": before})
    events.emit(session, UnitChanged(unit_id=unit.id))
    return unit


def move_unit(session: Session, *, unit_id: uuid.UUID, parent_id: uuid.UUID | None, actor: Actor) -> Unit:
    """Put a unit, and all below it, under another parent (None: at the top).

    Moving is rare, so it holds the whole tree: two moves cannot build a cycle between them, which the levels would
    refuse anyway. Refuses a parent below the unit itself and one that such a unit cannot have.
    """
    session.execute(select(Unit.id).order_by(Unit.id).with_for_update()).all()
    unit = open_unit(session, unit_id)
    if unit.parent_id == parent_id:
        return unit
    below = queries.below_ids(session, unit.id)
    if parent_id == unit.id or parent_id in {key for key, _ in below}:
        raise Conflict(N_("一个单位不能移到自己或自己的下级之下。"), field="parent")
    parent = _parent(session, unit.kind, parent_id)
    was = unit.slug if unit.parent_id is None else queries.unit_by_id(session, unit.parent_id).slug
    level = parent.level + 1 if parent else 0
    lift = level - unit.level
    if below and below[-1][1] + lift > DEEPEST:
        raise Conflict(N_("这样移动以后层级太深，最多 %(most)s 层。"), field="parent", most=DEEPEST + 1)
    place = {"parent_id": parent_id, "parent_level": parent.level if parent else None, "level": level}
    _relevel(session, unit, place=place, below=below, lift=lift)
    audit.record(session, actor=actor, action="unit.moved", subject=unit.slug, detail={"from": was})
    events.emit(session, UnitChanged(unit_id=unit.id))
    return unit


def close_unit(session: Session, *, unit_id: uuid.UUID, reason: str, actor: Actor) -> Unit:
    """Close a unit: its pages stay readable, nothing of it can be changed. Refuses one with open units below it."""
    unit = open_unit(session, unit_id)
    why = cleaned_text(reason, field="reason", limit=200, required=True)
    below = select(Unit.id).where(Unit.parent_id == unit.id, Unit.closed_at.is_(None)).limit(1)
    if session.scalar(below) is not None:
        raise Conflict(N_("这个单位还有下级单位。请先移走或关闭下级。"))
    unit.closed_at, unit.closed_reason, unit.closed_by = clock.now(), why, actor.name
    unit.revision += 1
    session.flush()
    audit.record(session, actor=actor, action="unit.closed", subject=unit.slug)
    events.emit(session, UnitClosed(unit_id=unit.id))
    return unit


def reopen_unit(session: Session, *, unit_id: uuid.UUID, actor: Actor) -> Unit:
    """Open a closed unit again. Refuses while its parent is closed."""
    unit = locked(session, Unit, unit_id)
    if unit.closed_at is None:
        return unit
    if unit.parent_id is not None and queries.unit_by_id(session, unit.parent_id).closed_at is not None:
        raise Conflict(N_("上级单位已经关闭。请先恢复上级单位。"))
    unit.closed_at, unit.closed_reason, unit.closed_by = None, "", ""
    unit.revision += 1
    session.flush()
    audit.record(session, actor=actor, action="unit.reopened", subject=unit.slug)
    events.emit(session, UnitReopened(unit_id=unit.id))
    return unit


def open_unit(session: Session, unit_id: uuid.UUID, *, seen_revision: int | None = None) -> Unit:
    """Return the unit, held, to be changed. Refuses a closed one and one that changed since it was seen."""
    unit = locked(session, Unit, unit_id)
    if unit.closed_at is not None:
        raise Conflict(N_("这个单位已经关闭，内容只能看，不能改。"))
    if seen_revision is not None and seen_revision != unit.revision:
        raise Conflict(N_("同事刚刚改过这一页。请看过新的内容，再改一次。"))
    return unit


def _parent(session: Session, kind: UnitKind, parent_id: uuid.UUID | None) -> Unit | None:
    parent = locked(session, Unit, parent_id) if parent_id else None
    if parent is not None and parent.closed_at is not None:
        raise Conflict(N_("上级单位已经关闭。"), field="parent")
    if not may_stand_under(kind, parent.kind if parent else None):
        raise Invalid(N_("这一类单位不能放在这里。科室要有所属部门，村和社区要有所属街道。"), field="parent")
    if parent is not None and parent.level >= DEEPEST:
        raise Invalid(N_("层级太深，最多 %(most)s 层。"), field="parent", most=DEEPEST + 1)
    return parent


def _relevel(
    session: Session,
    unit: Unit,
    *,
    place: Mapping[str, object],
    below: list[tuple[uuid.UUID, int]],
    lift: int,
) -> None:
    """Write the new levels so that each stays above its parent's at every step: upwards from below, or downwards."""
    itself = update(Unit).where(Unit.id == unit.id).values(revision=Unit.revision + 1, **place)
    others = [update(Unit).where(Unit.id == key).values(level=level + lift) for key, level in below]
    for statement in [itself, *others] if lift <= 0 else [*reversed(others), itself]:
        session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()
    session.refresh(unit)


def _written(full: str, short: str) -> dict[str, str]:
    return {
        "name": full,
        "name_key": name_key(full),
        "short_name": short,
        "sort_key": spelling.sort_key(short),
        "initials": spelling.initials(full),
    }


def _taken() -> dict[str, DomainError]:
    same_name = Conflict(N_("已经有一个同名或看上去相同的单位。"), field="name")
    return {
        "uq_units_slug": Conflict(N_("这个网址名已经有单位在用。"), field="slug"),
        "uq_units_parent_id_name_key": same_name,
        "uq_units_top_name_key": same_name,
    }
