"""The tree of units: names that differ, parents that fit, cycles that cannot be, closing that keeps."""

import threading
import uuid

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry
from evalapp.core import events
from evalapp.core.errors import Conflict, DomainError, Invalid, NotFound
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.units import queries, services
from evalapp.units.events import UnitAdded, UnitChanged, UnitClosed
from evalapp.units.models import Unit, UnitKind
from tests.support.units import UnitFactory


def test_a_unit_is_found_at_the_address_that_its_name_gives(session: Session, units: UnitFactory) -> None:
    units.department("区教育局", short_name="教育局", rank_class="政府部门")
    found = queries.unit(session, "jiaoyuju")
    assert (found.name, found.sort_key, found.initials, found.level) == (
        "区教育局",
        "jiao yu ju",
        "qjyj",
        0,
    )


def test_two_units_at_the_top_do_not_look_alike(units: UnitFactory) -> None:
    units.department("区教育局", slug="jyj")
    with pytest.raises(Conflict, match="看上去相同"):
        units.department("区敎育局", slug="jyj-2")


def test_an_address_is_taken_once(units: UnitFactory) -> None:
    units.department("区教育局", slug="jyj")
    with pytest.raises(Conflict) as refusal:
        units.department("区经研局", slug="jyj")
    assert refusal.value.field == "slug"


def test_every_department_may_have_its_own_section_of_the_same_name(units: UnitFactory) -> None:
    first, second = units.department(), units.department()
    addresses = {units.section(parent, "办公室").slug for parent in (first, second)}
    assert addresses == {f"{first.slug}-bangongshi", f"{second.slug}-bangongshi"}
    with pytest.raises(Conflict):
        units.section(first, "办公室", slug="c-bgs")


def test_a_section_needs_a_department(session: Session, units: UnitFactory, officer: Actor) -> None:
    village = units.village(units.subdistrict())
    for parent_id in (None, village.id):
        with pytest.raises(Invalid) as refusal, transaction(session):
            services.add_unit(
                session, kind=UnitKind.SECTION, name="综合科", parent_id=parent_id, actor=officer
            )
        assert refusal.value.field == "parent"


def test_a_unit_is_not_moved_below_itself(session: Session, units: UnitFactory, officer: Actor) -> None:
    top = units.department()
    middle = units.department(parent_id=top.id)
    low = units.department(parent_id=middle.id)
    for parent_id in (top.id, middle.id, low.id):
        with pytest.raises(Conflict), transaction(session):
            services.move_unit(session, unit_id=top.id, parent_id=parent_id, actor=officer)


def test_a_moved_unit_takes_along_what_is_below(session: Session, units: UnitFactory, officer: Actor) -> None:
    first, second = units.department(), units.department()
    below_second = units.department(parent_id=second.id)
    moved = units.department(parent_id=first.id)
    section = units.section(moved)
    with transaction(session):
        services.move_unit(session, unit_id=moved.id, parent_id=below_second.id, actor=officer)
    assert [unit.id for unit in queries.above(session, queries.unit_by_id(session, section.id))] == [
        second.id,
        below_second.id,
        moved.id,
    ]
    with transaction(session):
        services.move_unit(session, unit_id=moved.id, parent_id=None, actor=officer)
    again = queries.unit_by_id(session, section.id)
    assert [unit.id for unit in queries.above(session, again)] == [moved.id]
    assert (again.level, again.parent_level) == (1, 0)


def test_a_tree_grows_no_deeper_than_the_limit(session: Session, units: UnitFactory, officer: Actor) -> None:
    parent = units.department()
    for _ in range(4):
        parent = units.department(parent_id=parent.id)
    with pytest.raises(Invalid, match="层级太深"):
        units.section(parent)
    other = units.department()
    units.section(other)
    above = queries.unit_by_id(session, parent.parent_id or uuid.uuid4())
    with pytest.raises(Conflict, match="层级太深"), transaction(session):
        services.move_unit(session, unit_id=other.id, parent_id=above.id, actor=officer)


def test_the_database_refuses_a_cycle_that_no_service_looked_at(session: Session, units: UnitFactory) -> None:
    """The planted defect is a service that forgot to look: the levels catch it."""
    top = units.department()
    low = units.department(parent_id=top.id)
    for level in (0, 1, 2):
        with pytest.raises(IntegrityError), transaction(session):
            session.execute(
                update(Unit).where(Unit.id == top.id).values(parent_id=low.id, parent_level=1, level=level)
            )


def test_two_moves_at_once_build_no_cycle(platform: Platform, units: UnitFactory, officer: Actor) -> None:
    first, second = units.department(), units.department()
    start = threading.Barrier(2)
    refused: list[DomainError] = []

    def move(unit_id: uuid.UUID, parent_id: uuid.UUID) -> None:
        start.wait()
        try:
            with platform.transaction() as session:
                services.move_unit(session, unit_id=unit_id, parent_id=parent_id, actor=officer)
        except DomainError as error:
            refused.append(error)

    threads = [
        threading.Thread(target=move, args=(first.id, second.id)),
        threading.Thread(target=move, args=(second.id, first.id)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with platform.session() as session:
        parents = session.scalars(select(Unit.parent_id).order_by(Unit.id)).all()
    assert sorted(parent is None for parent in parents) == [False, True]


def test_a_closed_unit_stays_readable_and_is_not_changed(
    session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department(slug="guanbi")
    with transaction(session):
        services.close_unit(session, unit_id=unit.id, reason="机构改革，职能并入区教育局", actor=officer)
    closed = queries.unit(session, "guanbi")
    assert (closed.closed_by, closed.closed_reason) == ("评议办主任", "机构改革，职能并入区教育局")
    assert closed not in queries.tree(session)
    assert closed in queries.tree(session, with_closed=True)
    with pytest.raises(Conflict, match="只能看"), transaction(session):
        services.edit_unit(session, unit_id=unit.id, name="改名局", actor=officer)
    with transaction(session):
        services.reopen_unit(session, unit_id=unit.id, actor=officer)
    assert queries.unit(session, "guanbi") in queries.tree(session)


def test_a_unit_with_units_below_is_not_closed(session: Session, units: UnitFactory, officer: Actor) -> None:
    unit = units.department()
    units.section(unit)
    with pytest.raises(Conflict, match="下级"), transaction(session):
        services.close_unit(session, unit_id=unit.id, reason="改革", actor=officer)


def test_who_saw_an_older_state_does_not_write_over_it(
    session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department()
    with transaction(session):
        services.edit_unit(session, unit_id=unit.id, name="区甲局", actor=officer, seen_revision=1)
    with pytest.raises(Conflict, match="同事刚刚改过"), transaction(session):
        services.edit_unit(session, unit_id=unit.id, name="区乙局", actor=officer, seen_revision=1)


def test_the_tree_lists_each_unit_below_its_parent(session: Session, units: UnitFactory) -> None:
    education = units.department("区教育局", short_name="教育局")
    units.department("区财政局", short_name="财政局")
    units.section(education, "学前教育科")
    units.section(education, "督导科")
    assert [unit.short_name for unit in queries.tree(session)] == ["财政局", "教育局", "督导科", "学前教育科"]


def test_acts_are_recorded_and_told(session: Session, officer: Actor, units: UnitFactory) -> None:
    told: list[events.Event] = []
    for kind in (UnitAdded, UnitChanged, UnitClosed):
        events.subscribe(kind, lambda _session, event: told.append(event))
    unit = units.department(slug="jilu")
    with transaction(session):
        services.edit_unit(session, unit_id=unit.id, name="区记录局", actor=officer)
        services.edit_unit(session, unit_id=unit.id, name="区记录局", actor=officer)
        services.close_unit(session, unit_id=unit.id, reason="改革", actor=officer)
    assert [type(event) for event in told] == [UnitAdded, UnitChanged, UnitClosed]
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == "jilu").order_by(AuditEntry.at)
    ).all()
    assert actions == ["unit.added", "unit.edited", "unit.closed"]


def test_an_unknown_unit_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        queries.unit(session, "meiyou")
