"""Reading units."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Uuid,
    bindparam,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from evalapp.accounts.models import Role, StaffMember
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, page_of
from evalapp.core.permissions import Actor
from evalapp.units.models import Membership, Unit, UnitFunction, UnitKind, UnitPost, UnitTopic

MOST_UNITS = 5_000
_MOST_TOLD = 100  # functions of a unit, and posts


@dataclass(frozen=True, kw_only=True)
class FunctionTold:
    """One thing that a unit is for."""

    title: str
    text: str
    handled_by: str


@dataclass(frozen=True, kw_only=True)
class PostTold:
    """A post of a unit and what it answers for."""

    title: str
    duty: str
    telephone: str


@dataclass(frozen=True, kw_only=True)
class UnitProfile:
    """A unit with everything its page tells."""

    unit: Unit
    above: Sequence[Unit]  # from the top down to its parent
    below: Sequence[Unit]
    functions: Sequence[FunctionTold]
    posts: Sequence[PostTold]


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A member of staff and the unit they work for, if any."""

    staff_id: uuid.UUID
    login: str
    post: str
    unit: Unit | None
    disabled_at: datetime | None
    is_head: bool = False


def unit(session: Session, slug: str) -> Unit:
    """Return the unit at that address; raises `NotFound`."""
    found = session.scalar(select(Unit).where(Unit.slug == slug))
    if found is None:
        raise _no_unit()
    return found


def _no_unit() -> NotFound:
    return NotFound(N_("没有找到这个单位。"))


def unit_by_id(session: Session, unit_id: uuid.UUID) -> Unit:
    """Return a unit by its key; raises `NotFound`."""
    found = session.scalar(select(Unit).where(Unit.id == unit_id))
    if found is None:
        raise _no_unit()
    return found


def unit_of(session: Session, actor: Actor) -> Unit:
    """Return the unit that this member of staff works for; raises `NotFound`."""
    found = session.scalar(_unit_of(), {"staff_id": actor.id})
    if found is None:
        raise NotFound(N_("你的账号还没有分配单位，请联系评议办。"))
    return found


@cache
def _unit_of() -> Select[Unit]:
    """Made once: every page of a unit's desk asks it."""
    return (
        select(Unit)
        .join(Membership, Membership.unit_id == Unit.id)
        .where(Membership.staff_id == bindparam("staff_id"))
    )


def is_head(session: Session, actor: Actor) -> bool:
    """Whether this member of staff signs what their unit answers."""
    return bool(session.scalar(select(Membership.is_head).where(Membership.staff_id == actor.id)))


def topic_id(session: Session, unit_id: uuid.UUID) -> uuid.UUID | None:
    """Return the topic of a unit; None while nobody needed it."""
    return session.scalar(select(UnitTopic.topic_id).where(UnitTopic.unit_id == unit_id))


def topic_of_member(session: Session, staff_id: uuid.UUID) -> uuid.UUID | None:
    """Return the topic of the unit that a member of staff works for; None without a unit or while nobody needed it."""
    return session.scalar(
        select(UnitTopic.topic_id)
        .join(Membership, Membership.unit_id == UnitTopic.unit_id)
        .where(Membership.staff_id == staff_id)
    )


def profile_at(session: Session, slug: str) -> UnitProfile:
    """Return what the page at that address tells now, in two statements; raises `NotFound`."""
    found = session.scalars(_with_relatives(), {"slug": slug}).all()
    unit = next((each for each in found if each.slug == slug), None)
    if unit is None:
        raise _no_unit()
    relatives = [each for each in found if each is not unit]
    above = [each for each in relatives if each.parent_id != unit.id]
    return _profile(
        session,
        unit,
        above=sorted(above, key=lambda each: each.level),
        below=[each for each in relatives if each.parent_id == unit.id],
    )


@cache
def _with_relatives() -> Select[Unit]:
    """The unit at `:slug`, those above it, and the open ones directly below it."""
    own = Unit.slug == bindparam("slug")
    chain = select(Unit.id, Unit.parent_id).where(own).cte("chain", recursive=True)
    parent = aliased(Unit)
    chain = chain.union_all(select(parent.id, parent.parent_id).join(chain, chain.c.parent_id == parent.id))
    one = aliased(Unit)
    is_below = (one.parent_id == select(Unit.id).where(own).scalar_subquery()) & one.closed_at.is_(None)
    return (
        select(one)
        .where(one.id.in_(select(chain.c.id)) | is_below)
        .order_by(one.sort_key, one.id)
        .limit(MOST_UNITS)
    )


def profile(session: Session, unit: Unit) -> UnitProfile:
    """Return what the page of `unit` tells now."""
    return _profile(
        session,
        unit,
        above=above(session, unit),
        below=session.scalars(
            select(Unit)
            .where(Unit.parent_id == unit.id, Unit.closed_at.is_(None))
            .order_by(Unit.sort_key, Unit.id)
            .limit(MOST_UNITS)
        ).all(),
    )


def _profile(session: Session, unit: Unit, *, above: Sequence[Unit], below: Sequence[Unit]) -> UnitProfile:
    rows = session.execute(_functions_and_posts(), {"unit_id": unit.id}).all()
    return UnitProfile(
        unit=unit,
        above=above,
        below=below,
        functions=[
            FunctionTold(title=row.title, text=row.text, handled_by=row.more)
            for row in rows
            if row.is_function
        ],
        posts=[
            PostTold(title=row.title, duty=row.text, telephone=row.more)
            for row in rows
            if not row.is_function
        ],
    )


@cache
def _functions_and_posts() -> Select[*tuple[Any, ...]]:
    def told(
        kind: type[UnitFunction] | type[UnitPost], *texts: SQLColumnExpression[str]
    ) -> Select[*tuple[Any, ...]]:
        text, more = texts
        return select(
            literal(kind is UnitFunction).label("is_function"),
            kind.position,
            kind.id,
            kind.title,
            text.label("text"),
            more.label("more"),
        ).where(kind.unit_id == bindparam("unit_id", type_=Uuid()), kind.shown_until.is_(None))

    both = union_all(
        told(UnitFunction, UnitFunction.text, UnitFunction.handled_by),
        told(UnitPost, UnitPost.duty, UnitPost.telephone),
    ).subquery()
    return select(both).order_by(both.c.is_function, both.c.position, both.c.id).limit(2 * _MOST_TOLD)


def above(session: Session, unit: Unit) -> list[Unit]:
    """Return the units above `unit`, from the top down to its parent, in one statement."""
    if unit.parent_id is None:
        return []
    chain = select(Unit.id, Unit.parent_id).where(Unit.id == unit.parent_id).cte("above", recursive=True)
    parent = aliased(Unit)
    chain = chain.union_all(select(parent.id, parent.parent_id).join(chain, chain.c.parent_id == parent.id))
    return list(session.scalars(select(Unit).where(Unit.id.in_(select(chain.c.id))).order_by(Unit.level)))


def functions(session: Session, unit_id: uuid.UUID, *, at: datetime | None = None) -> list[UnitFunction]:
    """Return what the unit said it is for: now, or at the moment `at`."""
    return list(session.scalars(_functions(is_now=at is None), {"unit_id": unit_id, "at": at}))


@cache
def _functions(*, is_now: bool) -> Select[UnitFunction]:
    is_shown: ColumnElement[bool] = UnitFunction.shown_until.is_(None)
    if not is_now:
        at = bindparam("at", type_=UnitFunction.shown_from.type)
        is_shown = (UnitFunction.shown_from <= at) & (is_shown | (UnitFunction.shown_until > at))
    return (
        select(UnitFunction)
        .where(UnitFunction.unit_id == bindparam("unit_id"), is_shown)
        .order_by(UnitFunction.position, UnitFunction.id)
        .limit(_MOST_TOLD)
    )


def posts(session: Session, unit_id: uuid.UUID) -> list[UnitPost]:
    """Return the unit's posts."""
    return list(session.scalars(_posts(), {"unit_id": unit_id}))


@cache
def _posts() -> Select[UnitPost]:
    return (
        select(UnitPost)
        .where(UnitPost.unit_id == bindparam("unit_id"), UnitPost.shown_until.is_(None))
        .order_by(UnitPost.position, UnitPost.id)
        .limit(_MOST_TOLD)
    )


def tree(session: Session, *, with_closed: bool = False) -> list[Unit]:
    """Return every unit, each below its parent and brothers by pinyin."""
    wanted = select(Unit).order_by(Unit.sort_key, Unit.id).limit(MOST_UNITS)
    if not with_closed:
        wanted = wanted.where(Unit.closed_at.is_(None))
    found = session.scalars(wanted).all()
    below: dict[uuid.UUID | None, list[Unit]] = {}
    known = {unit.id for unit in found}
    for each in found:
        below.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)
    ordered: list[Unit] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting.extend(below.get(each.id, [])[::-1])
    return ordered


def units_page(
    session: Session, *, kind: UnitKind | None = None, limit: int = 50, cursor: str | None = None
) -> Page[Unit]:
    """Return a piece of the list of open units, by pinyin."""
    wanted = select(Unit).where(Unit.closed_at.is_(None))
    if kind is not None:
        wanted = wanted.where(Unit.kind == kind)
    return page_of(session, wanted, by=(Unit.sort_key, Unit.id), limit=limit, cursor=cursor)


def slugs_of(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the addresses of some units."""
    rows = session.execute(
        select(Unit.id, Unit.slug).where(Unit.id.in_(set(unit_ids))).order_by(Unit.id).limit(MOST_UNITS)
    )
    return {row.id: row.slug for row in rows}


def possible_parents(session: Session, unit: Unit | None = None) -> list[Unit]:
    """Return the units that others may stand under, by pinyin; never `unit` itself or one below it."""
    bearing = (UnitKind.DEPARTMENT, UnitKind.SUBDISTRICT)
    wanted = (
        select(Unit)
        .where(Unit.kind.in_(bearing), Unit.closed_at.is_(None))
        .order_by(Unit.sort_key, Unit.id)
        .limit(MOST_UNITS)
    )
    if unit is not None:
        wanted = wanted.where(Unit.id.not_in(_self_and_below(unit.id)))
    return list(session.scalars(wanted))


def below_ids(session: Session, unit_id: uuid.UUID) -> list[tuple[uuid.UUID, int]]:
    """Return the keys and levels of every unit below, the highest first."""
    rows = session.execute(
        select(Unit.id, Unit.level)
        .where(Unit.id.in_(_self_and_below(unit_id)), Unit.id != unit_id)
        .order_by(Unit.level, Unit.id)
        .limit(MOST_UNITS)
    )
    return [(key, level) for key, level in rows]


def rank_classes(session: Session) -> list[str]:
    """Return the classes that units are ranked in."""
    rows = (
        select(Unit.rank_class).where(Unit.rank_class != "").distinct().order_by(Unit.rank_class).limit(100)
    )
    return list(session.scalars(rows))


def colleagues(session: Session, unit_id: uuid.UUID) -> list[Colleague]:
    """Return who works for a unit."""
    return _colleagues(session, Membership.unit_id == unit_id)


def unit_staff(session: Session) -> list[Colleague]:
    """Return every member of staff who may work for a unit, with the unit they work for."""
    return _colleagues(session, StaffMember.disabled_at.is_(None))


def _colleagues(session: Session, condition: ColumnElement[bool]) -> list[Colleague]:
    rows = session.execute(
        select(
            StaffMember.id,
            StaffMember.login,
            StaffMember.post,
            StaffMember.disabled_at,
            Unit,
            Membership.is_head,
        )
        .outerjoin(Membership, Membership.staff_id == StaffMember.id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(StaffMember.role == Role.UNIT, condition)
        .order_by(StaffMember.login)
        .limit(MOST_UNITS)
    )
    return [
        Colleague(
            staff_id=key, login=login, post=post, unit=unit, disabled_at=disabled_at, is_head=bool(is_head)
        )
        for key, login, post, disabled_at, unit, is_head in rows
    ]


def _self_and_below(unit_id: uuid.UUID) -> Select[uuid.UUID]:
    down = select(Unit.id).where(Unit.id == unit_id).cte("down", recursive=True)
    child = aliased(Unit)
    down = down.union_all(select(child.id).join(down, child.parent_id == down.c.id))
    return select(down.c.id)
