"""The office's units: adding, renaming, moving, closing, and who works where."""

from sqlalchemy import event
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform
from evalapp.units import queries
from evalapp.units.models import UnitKind
from tests.support.desk import Desks
from tests.support.units import UnitFactory

NEW = {
    "kind": "department",
    "parent": "",
    "name": "区教育局",
    "short_name": "教育局",
    "rank_class": "甲",
    "slug": "",
}


def test_the_office_adds_a_unit_and_a_section_below_it(session: Session, desks: Desks) -> None:
    browser = desks.office().browser
    added = browser.post("/desk/office/units/new", NEW)
    assert added.headers["Location"] == "/desk/office/units/jiaoyuju"
    unit = queries.unit(session, "jiaoyuju")
    assert f'value="{unit.id}" selected' not in browser.get("/desk/office/units/new").get_data(as_text=True)
    chosen = browser.get(f"/desk/office/units/new?parent={unit.id}").get_data(as_text=True)
    assert f'<option selected value="{unit.id}">' in chosen
    section = NEW | {"kind": "section", "parent": str(unit.id), "name": "督导科", "short_name": ""}
    assert browser.post("/desk/office/units/new", section).status_code == 303
    session.rollback()
    assert queries.unit(session, "jiaoyuju-dudaoke").parent_id == unit.id


def test_a_refused_unit_is_shown_again(desks: Desks, units: UnitFactory) -> None:
    units.department("区教育局", short_name="教育局")
    browser = desks.office().browser
    taken = browser.post("/desk/office/units/new", NEW | {"name": "区敎育局", "slug": "other"})
    assert taken.status_code == 409
    assert "看上去相同" in taken.get_data(as_text=True)
    assert 'value="other"' in taken.get_data(as_text=True)
    for change in (
        {"name": ""},
        {"name": "区\u202e教育局"},
        {"kind": "ministry"},
        {"kind": "section"},
        {"parent": "no-key"},
        {"parent": "00000000-0000-0000-0000-000000000000"},
        {"slug": "中文"},
    ):
        assert browser.post("/desk/office/units/new", NEW | change).status_code == 422


def test_a_unit_is_renamed_moved_closed_and_opened_again(
    session: Session, desks: Desks, units: UnitFactory
) -> None:
    first, second = units.department("区甲局"), units.department("区乙局")
    section = units.section(first, "综合科")
    browser = desks.office().browser
    here = f"/desk/office/units/{section.slug}"
    renamed = browser.post(here, {"seen": "1", "name": "综合一科", "short_name": "", "rank_class": ""})
    assert renamed.status_code == 303
    moved = browser.post(f"{here}/move", {"move-parent": str(second.id)}, page=here)
    assert moved.status_code == 303
    session.rollback()
    found = queries.unit_by_id(session, section.id)
    assert (found.name, found.parent_id) == ("综合一科", second.id)
    nowhere = browser.post(f"{here}/move", {"move-parent": ""}, page=here)
    assert nowhere.status_code == 422
    above = f"/desk/office/units/{second.slug}"
    early = browser.post(f"{above}/close", {"close-reason": "改革"}, page=above)
    assert early.status_code == 409
    assert "下级" in early.get_data(as_text=True)
    for address in (here, above):
        assert browser.post(f"{address}/close", {"close-reason": "改革"}, page=address).status_code == 303
    assert "区乙局" not in browser.get("/desk/office/units").get_data(as_text=True)
    assert "区乙局" in browser.get("/desk/office/units?closed=1").get_data(as_text=True)
    refused = browser.post(f"{here}/reopen", page=here)
    assert refused.status_code == 409
    assert browser.post(f"{above}/reopen", page=above).status_code == 303


def test_an_account_is_assigned_and_released(session: Session, desks: Desks, units: UnitFactory) -> None:
    first, second = units.department("区甲局"), units.department("区乙局")
    member = desks.unit(first)
    browser = desks.office().browser
    here = f"/desk/office/units/{second.slug}"
    answer = browser.post(f"{here}/staff", {"assign-staff": str(member.staff_id)}, page=here)
    assert answer.status_code == 303
    assert queries.unit_of(session, member.actor).id == second.id
    assert browser.post(f"{here}/staff/{member.staff_id}/release", page=here).status_code == 303
    session.rollback()
    assert queries.colleagues(session, second.id) == []
    assert member.browser.get("/desk/unit/profile").status_code == 404


def test_a_longer_tree_asks_no_more(platform: Platform, desks: Desks, units: UnitFactory) -> None:
    browser = desks.office().browser

    def statements() -> int:
        said: list[str] = []

        def note(_connection, _cursor, statement, *_more) -> None:
            said.append(statement)

        event.listen(platform.engine, "before_cursor_execute", note)
        assert browser.get("/desk/office/units").status_code == 200
        event.remove(platform.engine, "before_cursor_execute", note)
        return len(said)

    department = units.department()
    statements()
    few = statements()
    for _ in range(15):
        units.section(department)
    assert statements() == few


def test_every_kind_has_a_name(desks: Desks, units: UnitFactory) -> None:
    street = units.subdistrict()
    units.village(street)
    units.section(units.department())
    page = desks.office().browser.get("/desk/office/units").get_data(as_text=True)
    assert all(word in page for word in ("部门", "科室", "街道", "村"))
    assert len(UnitKind) == 4
