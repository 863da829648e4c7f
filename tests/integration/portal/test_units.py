"""Units: the tree, the page of one, and every wording of what it undertook."""

import pytest

from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.units import services
from tests.support.pledges import PledgeFactory, days
from tests.support.programme import Programme
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_tree_shows_each_unit_below_its_own(units: UnitFactory, browser: StrictClient, lang: str) -> None:
    housing = units.department("区住房和城乡建设局", slug="zhujian")
    units.section(housing, "物业科")
    units.subdistrict("临江街道")
    page = browser.get("/units", headers={"Accept-Language": lang}).get_data(as_text=True)
    assert page.index("区住房和城乡建设局") < page.index("物业科") < page.index("临江街道")


def test_a_district_without_units_says_so(browser: StrictClient) -> None:
    assert "还没有登记单位" in browser.get("/units").get_data(as_text=True)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_new_unit_has_a_page(units: UnitFactory, browser: StrictClient, lang: str) -> None:
    unit = units.department("区教育局")
    answer = browser.get(f"/units/{unit.slug}", headers={"Accept-Language": lang})
    assert answer.status_code == 200
    assert "区教育局" in answer.get_data(as_text=True)


def test_an_unknown_unit_is_404(browser: StrictClient) -> None:
    assert browser.get("/units/none").status_code == 404


def test_the_page_offers_the_episode_that_can_be_graded(
    programme: Programme, units: UnitFactory, browser: StrictClient
) -> None:
    unit = units.department("区水务局")
    episode = programme.grading(programme.planned(unit=unit, title="一条河的四季"))
    page = browser.get(f"/units/{unit.slug}").get_data(as_text=True)
    assert f'<a class="btn btn-zhu" href="/episodes/{episode.number}">' in page
    assert "一条河的四季" in page


def test_a_withdrawn_episode_is_not_on_the_page(
    programme: Programme, units: UnitFactory, browser: StrictClient
) -> None:
    unit = units.department("区水务局")
    programme.withdrawn(programme.scheduled(programme.planned(unit=unit, title="撤下的一期")))
    assert "撤下的一期" not in browser.get(f"/units/{unit.slug}").get_data(as_text=True)


def test_a_closed_unit_says_that_it_is(units: UnitFactory, platform: Platform, browser: StrictClient) -> None:
    unit = units.department("区粮食局")
    with platform.transaction() as session:
        services.close_unit(session, unit_id=unit.id, reason="并入发展改革局", actor=SYSTEM)
    assert "并入发展改革局" in browser.get(f"/units/{unit.slug}").get_data(as_text=True)


def test_a_pledge_stands_beside_its_evidence(
    units: UnitFactory, pledges: PledgeFactory, browser: StrictClient
) -> None:
    unit = units.department("区住房和城乡建设局")
    pledge = pledges.pledge(unit, title="加装电梯联合审查", text="10 个工作日出结果。", term=days(10))
    page = browser.get(f"/units/{unit.slug}").get_data(as_text=True)
    assert "10 个工作日" in page
    assert "暂无数据" in page
    assert f'href="/pledges/{pledge.reference}"' in page


def test_a_highlight_shows_how_far_it_is(
    units: UnitFactory, pledges: PledgeFactory, browser: StrictClient
) -> None:
    unit = units.department("区住房和城乡建设局")
    highlight = pledges.highlight(unit, title="加装电梯")
    page = browser.get(f"/units/{unit.slug}").get_data(as_text=True)
    assert "还没有报告进度" in page
    assert f'href="/highlights/{highlight.reference}"' in page
