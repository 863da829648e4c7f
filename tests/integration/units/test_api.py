"""Units and pledges for machines: whole lists in pieces, the same number of statements however long, clear refusals."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.units import services
from evalapp.units.services import FunctionText, PostText
from tests.support.pledges import PledgeFactory
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def test_the_list_of_units_is_complete_by_cursor_and_link(browser: StrictClient, units: UnitFactory) -> None:
    department = units.department("区教育局", short_name="教育局")
    units.section(department, "督导科", slug="ddk")
    units.subdistrict("文庙街道", slug="wenmiao")
    seen, address = [], "/api/v1/units?limit=1"
    while address:
        answer = browser.get(address)
        assert answer.status_code == 200
        seen += answer.json["items"]
        link = answer.headers.get("Link")
        address = link.split(">")[0].removeprefix("<").removeprefix("http://127.0.0.1:8000") if link else ""
        assert (answer.json["next"] is None) is (not address)
    assert [unit["slug"] for unit in seen] == ["ddk", "jiaoyuju", "wenmiao"]
    assert seen[0]["parent"] == "jiaoyuju"
    only = browser.get("/api/v1/units?kind=subdistrict").json["items"]
    assert [unit["slug"] for unit in only] == ["wenmiao"]


def test_a_unit_tells_its_functions_posts_and_what_is_below(
    browser: StrictClient, session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department(slug="jyj")
    section = units.section(unit)
    with transaction(session):
        services.write_functions(
            session,
            unit_id=unit.id,
            functions=[FunctionText(title="学校", text="管学校", handled_by="基教科")],
            actor=officer,
        )
        services.write_posts(session, unit_id=unit.id, posts=[PostText(title="局长")], actor=officer)
    told = browser.get("/api/v1/units/jyj").json
    assert told["functions"] == [{"title": "学校", "text": "管学校", "handled_by": "基教科"}]
    assert told["posts"] == [{"title": "局长", "duty": "", "telephone": ""}]
    assert told["below"] == [section.slug]
    assert told["closed_at"] is None


def test_a_closed_unit_is_told_and_not_listed(
    browser: StrictClient, session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department(slug="old")
    with transaction(session):
        services.close_unit(session, unit_id=unit.id, reason="机构改革", actor=officer)
    assert browser.get("/api/v1/units/old").json["closed_reason"] == "机构改革"
    assert browser.get("/api/v1/units").json["items"] == []


def test_who_has_the_newest_is_told_so(browser: StrictClient, units: UnitFactory) -> None:
    units.department(slug="jyj")
    for address in ("/api/v1/units", "/api/v1/units/jyj", "/api/v1/pledges"):
        tag = browser.get(address).headers["ETag"]
        again = browser.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")


def test_pledges_come_with_their_term_and_evidence(
    browser: StrictClient, units: UnitFactory, pledges: PledgeFactory
) -> None:
    pledge = pledges.pledge(units.department(slug="jyj"), title="发证")
    other = pledges.pledge(units.department(slug="czj"), term=None, measured="", statutory=None)
    listed = browser.get("/api/v1/pledges").json["items"]
    assert [row["reference"] for row in listed] == [pledge.reference, other.reference]
    assert listed[0]["term"] == {"amount": 5, "unit": "day", "basis": "working"}
    said = listed[0]["evidence"]
    assert (said["verdict"], said["cases"], said["mean"], said["on_time_percent"]) == (
        "no_data",
        0,
        None,
        None,
    )
    assert listed[1]["term"] is None
    only = browser.get("/api/v1/pledges?unit=czj").json["items"]
    assert [row["unit"] for row in only] == ["czj"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/units/nowhere", 404),
        ("/api/v1/units?kind=ministry", 422),
        ("/api/v1/units?limit=0", 422),
        ("/api/v1/units?limit=101", 422),
        ("/api/v1/units?limit=١", 422),
        ("/api/v1/units?cursor=abc", 422),
        ("/api/v1/units?cursor=%00", 422),
        ("/api/v1/units/%00", 404),
        ("/api/v1/pledges?unit=nowhere", 404),
        ("/api/v1/pledges?cursor=WzFd", 422),
    ],
)
def test_a_refusal_is_a_problem(browser: StrictClient, address: str, status: int) -> None:
    answer = browser.get(address)
    assert answer.status_code in {status, 400}
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


@pytest.mark.parametrize("address", ["/api/v1/units?limit=100", "/api/v1/pledges?limit=100"])
def test_a_longer_list_asks_no_more(
    platform: Platform, browser: StrictClient, units: UnitFactory, pledges: PledgeFactory, address: str
) -> None:
    def statements() -> int:
        said: list[str] = []

        def note(_connection, _cursor, statement, *_more) -> None:
            said.append(statement)

        event.listen(platform.engine, "before_cursor_execute", note)
        assert browser.get(address).status_code == 200
        event.remove(platform.engine, "before_cursor_execute", note)
        return len(said)

    pledges.pledge(units.section(units.department()))
    few = statements()
    parent = units.department()
    for _ in range(12):
        pledges.pledge(units.section(parent))
    assert statements() == few
