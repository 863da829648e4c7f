"""The public pages and the interface: what they say, what a list costs, what is not there."""

import re

import pytest
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.powers import services
from evalapp.powers.rules.flow import bpmn, mermaid
from evalapp.powers.rules.kinds import PowerKind
from tests.support.flowcharts import days, usual
from tests.support.pledges import WRITER
from tests.support.powers import PowerFactory
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def test_the_list_shows_what_is_asked_for_and_where_to_go_on(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    unit = units.department("区住建局", slug="zjj")
    for number in range(52):
        powers.published(
            unit, name=f"施工许可 {number}", kind=PowerKind.APPROVAL if number else PowerKind.PENALTY
        )
    page = browser.get("/powers").get_data(as_text=True)
    assert page.count('class="dk-tlink" href="/powers/') == 50
    assert "52 项权力" in page
    onward = re.search(r'href="(/powers\?cursor=[^"]+)" rel="next"', page)[1]
    assert browser.get(onward).get_data(as_text=True).count('class="dk-tlink" href="/powers/') == 2
    for query, count in (
        ("kind=penalty", 1),
        ("q=sgxk+51", 0),
        ("q=施工许可+51", 1),
        ("unit=zjj&kind=penalty", 1),
        ("kind=x&unit=y", 50),
    ):
        found = browser.get(f"/powers?{query}").get_data(as_text=True)
        assert found.count('class="dk-tlink" href="/powers/') == count, query
    assert "没有找到这样的权力" in browser.get("/powers?q=没有").get_data(as_text=True)
    for strange in ("cursor=x", "cursor=WyIxIl0", "q=%00", "q=%25", "state=draft", "unit=%27--"):
        assert browser.get(f"/powers?{strange}").status_code in {200, 400, 422}, strange


def test_the_pages_cost_as_much_for_many_as_for_one(
    browser: StrictClient, platform: Platform, units: UnitFactory, powers: PowerFactory
) -> None:
    unit = units.department()
    first = powers.published(unit)
    paths = ("/powers", f"/powers/{first.code}", f"/powers/{first.code}/print", "/api/v1/powers", f"/api/v1/powers/{first.code}")  # fmt: skip

    def costs() -> dict[str, int]:
        """What is counted once a minute is counted at the first of them at the latest."""
        return {path: min(statements_of(platform, browser, path) for _ in range(2)) for path in paths}

    one = costs()
    for _ in range(12):
        powers.published(unit)
    for _ in range(3):
        powers.changed(first, promised=days(10 + len(one)), telephone=str(1000 + _))
    many = costs()
    assert max(many.values()) <= 6
    assert {
        path: count for path, count in many.items() if count > one[path] + (path == f"/powers/{first.code}")
    } == {}


def test_two_versions_and_the_ends_of_two_years_stand_side_by_side(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department())
    powers.changed(power, promised=days(9), reason="提速")
    page = browser.get(f"/powers/{power.code}").get_data(as_text=True)
    assert "15</del>" in page
    assert "9</ins>" in page
    assert "提速" in page
    year = clock.today().year
    same = browser.get(f"/powers/{power.code}?old_year={year}&new_year={year}").get_data(as_text=True)
    assert "没有差别" in same
    assert browser.get(f"/powers/{power.code}?old_year=1990&new_year={year}").status_code == 404
    assert browser.get(f"/powers/{power.code}?old=1&new=7").status_code == 404


def test_the_sheet_for_the_wall_holds_everything_and_leads_back(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department())
    page = browser.get(f"/powers/{power.code}/print").get_data(as_text=True)
    for words in (
        "《公共场所卫生管理条例》",
        "示例，未核对",
        "data:image/svg+xml",
        "打印",
        "制证送达",
        "一次告知",
    ):
        assert words in page


def test_flowcharts_can_be_taken_away_and_come_back_as_the_same(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department())
    assert bpmn.read(browser.get(f"/powers/{power.code}/flowchart.bpmn").data) == usual()
    assert mermaid.read(browser.get(f"/powers/{power.code}/flowchart.mmd").get_data(as_text=True)) == usual()


def test_the_interface_tells_the_same(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department(slug="zjj"))
    listed = browser.get("/api/v1/powers?unit=zjj&kind=approval&q=GGCS").get_json()
    assert [each["code"] for each in listed["items"]] == [power.code]
    whole = browser.get(f"/api/v1/powers/{power.code}").get_json()
    assert whole["flowchart"] == usual().document()
    assert (whole["promised"]["amount"], whole["bases"][0]["note"], whole["version"]) == (
        15,
        "示例，未核对",
        1,
    )
    assert browser.get("/api/v1/powers?kind=x").status_code == 422
    assert browser.get("/api/v1/powers?unit=none").status_code == 404


def test_a_draft_and_what_never_was_are_not_found(
    browser: StrictClient, units: UnitFactory, powers: PowerFactory
) -> None:
    draft = powers.draft(units.department())
    for code in (draft.code, "99010100JT-XK-9999", "%00", "'--", "x" * 300):
        for path in (
            f"/powers/{code}",
            f"/powers/{code}/print",
            f"/powers/{code}/flowchart.bpmn",
            f"/api/v1/powers/{code}",
        ):
            assert browser.get(path).status_code in {400, 404}, path


def test_a_withdrawn_power_keeps_its_page_and_leaves_the_list(
    browser: StrictClient, session: Session, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department())
    with transaction(session):
        services.withdraw_power(session, power_id=power.id, reason="<i>划转</i>", actor=WRITER)
    page = browser.get(f"/powers/{power.code}").get_data(as_text=True)
    assert "&lt;i&gt;划转" in page
    assert power.code not in browser.get("/powers").get_data(as_text=True)
    assert power.code in browser.get("/powers?state=withdrawn").get_data(as_text=True)


@pytest.mark.parametrize("words", ["行政许可", "99010100JT-XK-0001"])
def test_how_codes_are_made_is_told_with_its_source(browser: StrictClient, words: str) -> None:
    page = browser.get("/powers/rules").get_data(as_text=True)
    assert words in page
    assert "未核对" in page
