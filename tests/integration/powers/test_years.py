"""The list at the ends of two years: what was added, withdrawn and changed, on the page and as a table."""

import csv
import io
from datetime import UTC, datetime

import pytest

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.powers import services
from evalapp.powers.models import Power
from evalapp.units.models import Unit
from tests.support.flowcharts import days
from tests.support.pledges import WRITER
from tests.support.powers import PowerFactory
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def in_year(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区第一局", short_name="一局")


def withdraw(platform: Platform, power: Power, reason: str) -> None:
    with platform.transaction() as session:
        services.withdraw_power(session, power_id=power.id, reason=reason, actor=WRITER)


@pytest.fixture
def history(platform: Platform, unit: Unit, powers: PowerFactory) -> dict[str, Power]:
    """Of 2023 to 2025: one that stays, one that is changed, one withdrawn, one added, one that came and went, one changed back."""
    with clock.at(in_year(2023)):
        made = {name: powers.published(unit, name=name) for name in ("原样", "变快", "取消", "改了又改回来")}
    with clock.at(in_year(2024)):
        powers.changed(made["变快"], name="变快", promised=days(9), grounds=("新的情形。",), reason="提速")
        powers.changed(made["改了又改回来"], name="改了又改回来", promised=days(11))
        made["新设"] = powers.published(unit, name="新设")
        made["来了又去"] = powers.published(unit, name="来了又去")
        withdraw(platform, made["取消"], "依据已废止")
    with clock.at(in_year(2024, 9)):
        withdraw(platform, made["来了又去"], "立错了")
        powers.changed(made["改了又改回来"], name="改了又改回来")
    with clock.at(in_year(2025)):
        powers.changed(made["变快"], name="变快", promised=days(8), reason="再提速")
    return made


def lines(browser: StrictClient, query: str) -> list[list[str]]:
    answer = browser.get(f"/powers/years.csv?{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))[1:]


def test_each_change_between_two_years_is_found_once(
    browser: StrictClient, history: dict[str, Power]
) -> None:
    assert [(row[0], row[2], *row[5:]) for row in lines(browser, "old=2023&new=2024")] == [
        ("新增", "新设", "", "", "", ""),
        ("已撤回", "取消", "", "", "", "依据已废止"),
        ("改动", "变快", "追责情形", "", "", "提速"),
        ("改动", "变快", "承诺时限", "15 个工作日", "9 个工作日", "提速"),
    ]
    assert {row[2] for row in lines(browser, "old=2024&new=2025")} == {"变快"}
    whole = lines(browser, "old=2025&new=2022")  # the earlier year first, whichever was typed first
    assert [(row[0], row[2]) for row in whole] == [
        ("新增", "原样"),
        ("新增", "变快"),
        ("新增", "改了又改回来"),
        ("新增", "新设"),
    ]


def test_the_page_says_how_many_and_leads_to_the_wordings(
    browser: StrictClient, history: dict[str, Power]
) -> None:
    page = browser.get("/powers/years?old=2023&new=2024").get_data(as_text=True)
    assert "新增 1 项，撤回 1 项，改动 1 项" in page
    code = history["变快"].code
    assert f"/powers/{code}?old=1&amp;new=2#history" in page
    assert "依据已废止" in browser.get("/powers/years?old=2023&new=2024&change=withdrawn").get_data(
        as_text=True
    )
    assert "没有差别" in browser.get("/powers/years?old=2023&new=2023").get_data(as_text=True)
    assert "/powers/years" in browser.get("/powers").get_data(as_text=True)
    for strange in ("old=x", "old=-1&new=99999", "change=x", "cursor=WyJhIl0", "old=2024&new=2024"):
        assert browser.get(f"/powers/years?{strange}").status_code == 200, strange
    assert browser.get("/powers/years?cursor=x").status_code == 422


def test_a_long_list_of_changes_comes_in_pieces_at_the_same_cost(
    browser: StrictClient, platform: Platform, unit: Unit, powers: PowerFactory
) -> None:
    with clock.at(in_year(2024)):
        some = [powers.published(unit) for _ in range(27)]
    with clock.at(in_year(2025)):
        for one in some:
            powers.changed(one, promised=days(12))
    path = "/powers/years?old=2024&new=2025"
    page = browser.get(path).get_data(as_text=True)
    assert page.count('class="dk-tlink"') == 25
    assert len(lines(browser, "old=2024&new=2025")) == 27
    assert min(statements_of(platform, browser, path) for _ in range(2)) <= 2
