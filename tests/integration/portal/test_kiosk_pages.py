"""The pages of the touch screen: found by subject, event, unit and letters; a guide; one question after the other."""

import re

import pytest

from evalapp.accounts.services import kiosks as services
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.units.models import Unit
from tests.support.items import ItemFactory
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区卫生健康局", short_name="卫健局", slug="weijian")


def links(browser: StrictClient, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', answer.get_data(as_text=True))]


@pytest.mark.parametrize(
    "path",
    [
        "/kiosk/find?subject=health",
        "/kiosk/find?event=shop",
        "/kiosk/find?unit=weijian",
        "/kiosk/find?by=keys&q=ggcswsxk",
        "/kiosk/find?by=keys&q=ggcs",
        "/kiosk/find?by=keys&q=weisheng",
    ],
)
def test_an_item_is_found_by_every_way(
    browser: StrictClient, unit: Unit, items: ItemFactory, path: str
) -> None:
    item = items.published(unit)
    assert f"/kiosk/services/{item.code}" in links(browser, path)


def test_keys_are_links_that_type(browser: StrictClient) -> None:
    assert "/kiosk/find?by=keys&q=lnr" in links(browser, "/kiosk/find?by=keys&q=ln")
    assert "/kiosk/find?by=keys&q=l" in links(browser, "/kiosk/find?by=keys&q=ln")


def test_questions_lead_to_the_list_and_to_what_takes_it_along(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    path = f"/kiosk/services/{items.published(unit).code}"
    assert f"{path}/papers?v=1" in links(browser, path)
    (first,) = [one for one in links(browser, f"{path}/papers?v=1") if one.endswith("q1=1")]
    (second,) = [one for one in links(browser, first) if one.endswith("q2=2")]
    page = browser.get(second).get_data(as_text=True)
    assert "租房合同" in page
    assert "委托书" not in page
    public = path.removeprefix("/kiosk")
    assert f"{public}/papers/print?v=1&q1=1&q2=2" in page.replace("&amp;", "&")
    assert "data:image/svg+xml" in page


def test_answers_to_another_version_count_for_nothing(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    path = f"/kiosk/services/{items.published(unit).code}/papers"
    page = browser.get(f"{path}?v=7&q1=1&q2=2").get_data(as_text=True)
    assert "谁来办？" in page
    strange = f"{path}?v=1&q1=-1&q2=９&q3={'9' * 400}"
    assert "谁来办？" in browser.get(strange).get_data(as_text=True)


def test_strange_addresses_find_nothing_and_break_nothing(browser: StrictClient) -> None:
    for path in ("/kiosk/find?by=no", "/kiosk/find?subject=no", "/kiosk/find?by=keys&q=%00%27%22%3C", "/kiosk/find?unit=x&cursor=x"):  # fmt: skip
        assert browser.get(path).status_code in {200, 400}, path
    assert browser.get("/kiosk/services/none").status_code == 404


def test_pages_cost_a_few_statements_and_a_kiosk_one_more(
    browser: StrictClient, platform: Platform, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    paths = ("/kiosk", "/kiosk/find", "/kiosk/find?subject=health", "/kiosk/find?by=keys&q=gg", f"/kiosk/services/{item.code}", f"/kiosk/services/{item.code}/papers")  # fmt: skip
    for path in paths:
        browser.get(path)  # what is counted once a minute
    costs = [statements_of(platform, browser, path) for path in paths]
    assert max(costs) <= 6, dict(zip(paths, costs, strict=True))
    with platform.transaction() as session:
        made = services.register(
            session, place="大厅", name="1 号机", idle_seconds=60, ballot_cap=300, actor=SYSTEM
        )
    browser.post("/kiosk/set-up", {"code": made.code})
    assert [statements_of(platform, browser, path) for path in paths] == [cost + 1 for cost in costs]


def test_a_page_weighs_little(browser: StrictClient, unit: Unit, items: ItemFactory) -> None:
    """The page with everything that it loads, as gzip packs it: 150 KB at most."""
    packed = {"Accept-Encoding": "gzip"}
    for path in ("/kiosk", f"/kiosk/services/{items.published(unit).code}"):
        page = browser.get(path)
        parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.get_data(as_text=True)))
        weight = len(page.data) + sum(
            len(browser.client.get(part.replace("&amp;", "&"), headers=packed).data) for part in parts
        )
        assert weight <= 150 * 1024, (path, weight)
