"""Who has graded on a shared device leaves nothing there: no page keeps a grade in the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evalapp.core.settings import Settings
from tests.support.small_district import Small, made_small
from tests.support.web_server import chromium, serving

LEFT = """async () => ({ local: {...localStorage}, session: {...sessionStorage},
  databases: (await indexedDB.databases()).map((one) => one.name), caches: globalThis.caches ? await caches.keys() : [] })"""
NOTHING = {"local": {}, "session": {}, "databases": [], "caches": []}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("left") / "var"
    with made_small(Settings(data_dir=folder)) as made:
        yield made


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def graded(chrome: Browser, small: Small, address: str) -> Page:
    """The page of the receipt, reached by a resident who graded all three."""
    page = chrome.new_page(locale="zh-CN")
    cookie, _token = small.people["resident"]
    page.context.add_cookies([{"name": "evalapp", "value": cookie, "url": address}])
    page.goto(f"{address}/episodes/{small.samples['number']}")
    for name in ("openness", "highlights", "service"):
        page.locator(f"label:has([name={name}])").first.click()
    page.locator("[data-grading] button[type=submit]").click()
    expect(page.get_by_role("heading", name="你的评议回执")).to_be_visible()
    return page


def test_after_grading_the_browser_holds_nothing_of_it(small: Small, chrome: Browser) -> None:
    with serving(small.app) as address:
        page = graded(chrome, small, address)
        assert page.evaluate(LEFT) == NOTHING
        names = {cookie["name"] for cookie in page.context.cookies()}
        assert names == {"evalapp"}
        page.evaluate("sessionStorage.setItem('grades', '5 5 5')")
        assert page.evaluate(LEFT) != NOTHING, "the planted defect: a page that keeps them is noticed"
        page.context.close()
    small.put_back()
