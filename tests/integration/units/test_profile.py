"""What a unit says of itself, and who works for it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role, StaffMember
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.permissions import Actor
from evalapp.core.transaction import transaction
from evalapp.units import queries, services
from evalapp.units.models import UnitFunction
from evalapp.units.services import FunctionText, PostText
from tests.support.units import UnitFactory


def test_functions_are_kept_as_they_were_said_at_a_moment(
    session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department()
    moment = clock.now()
    with time_machine.travel(moment), transaction(session):
        services.write_functions(
            session, unit_id=unit.id, functions=[FunctionText(title="房子", text="保障房分配")], actor=officer
        )
    with time_machine.travel(moment + timedelta(days=2)), transaction(session):
        services.write_functions(
            session,
            unit_id=unit.id,
            functions=[FunctionText(title="工地", text="施工许可"), FunctionText(title=" ")],
            actor=officer,
        )
    assert [row.title for row in queries.functions(session, unit.id)] == ["工地"]
    then = queries.functions(session, unit.id, at=moment + timedelta(days=1))
    assert [row.title for row in then] == ["房子"]
    assert queries.functions(session, unit.id, at=moment - timedelta(days=1)) == []
    assert len(session.scalars(select(UnitFunction)).all()) == 2


def test_writing_the_same_again_changes_nothing(session: Session, units: UnitFactory, officer: Actor) -> None:
    unit = units.department()
    for _ in range(2):
        with transaction(session):
            services.write_posts(
                session,
                unit_id=unit.id,
                posts=[PostText(title="局长", duty="主持全面工作", telephone="0000-8600 1800")],
                actor=officer,
            )
    assert len(queries.posts(session, unit.id)) == 1
    assert queries.unit_by_id(session, unit.id).revision == 2


def test_a_profile_tells_the_way_up_and_down(session: Session, units: UnitFactory) -> None:
    department = units.department()
    section = units.section(department)
    told = queries.profile(session, queries.unit_by_id(session, department.id))
    assert [unit.id for unit in told.below] == [section.id]
    told = queries.profile(session, queries.unit_by_id(session, section.id))
    assert [unit.id for unit in told.above] == [department.id]


def test_contact_refuses_what_is_no_telephone(session: Session, units: UnitFactory, officer: Actor) -> None:
    unit = units.department()
    with pytest.raises(Invalid) as refusal, transaction(session):
        services.write_contact(
            session, unit_id=unit.id, summary="", telephone="打我", address="", office_hours="", actor=officer
        )
    assert refusal.value.field == "telephone"


def test_a_member_of_staff_acts_for_one_unit(session: Session, units: UnitFactory, officer: Actor) -> None:
    first, second = units.department(), units.department()
    member = units.member(first)
    assert member.id is not None
    with transaction(session):
        services.assign_staff(session, unit_id=second.id, staff_id=member.id, actor=officer)
    assert queries.unit_of(session, member).id == second.id
    assert queries.colleagues(session, first.id) == []
    with transaction(session):
        services.release_staff(session, unit_id=first.id, staff_id=member.id, actor=officer)
    assert queries.unit_of(session, member).id == second.id
    with transaction(session):
        services.release_staff(session, unit_id=second.id, staff_id=member.id, actor=officer)
    with pytest.raises(NotFound, match="还没有分配单位"):
        queries.unit_of(session, member)


def test_only_accounts_of_units_act_for_one(session: Session, units: UnitFactory, officer: Actor) -> None:
    unit = units.department()
    member = units.member(unit)
    assert member.id is not None
    with transaction(session):
        staff = session.get_one(StaffMember, member.id)
        staff.role = Role.STATION
    with pytest.raises(Invalid, match="单位账号"), transaction(session):
        services.assign_staff(session, unit_id=unit.id, staff_id=member.id, actor=officer)
    with transaction(session):
        staff = session.get_one(StaffMember, member.id)
        staff.role, staff.disabled_at = Role.UNIT, clock.now()
    with pytest.raises(Conflict, match="停用"), transaction(session):
        services.assign_staff(session, unit_id=unit.id, staff_id=member.id, actor=officer)


def test_lists_come_in_pieces(session: Session, units: UnitFactory) -> None:
    for _ in range(7):
        units.department()
    seen: list[str] = []
    cursor = None
    while True:
        page = queries.units_page(session, limit=3, cursor=cursor)
        seen += [unit.slug for unit in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    for broken in ("x", "W10", "a" * 2000, "é", page_cursor_of_other_shape()):
        with pytest.raises(Invalid):
            queries.units_page(session, cursor=broken)


def page_cursor_of_other_shape() -> str:
    return "WzEsImEiXQ"  # [1, "a"]
