"""The office sees on the wall that a unit has a red case, and goes down to it: unit, item, list, case. The wall renews itself."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from evalapp.accounts.models import Role
from evalapp.approvals.models import Case
from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.accounts import People
from tests.support.cases import Cases, cases
from tests.support.web_server import Watcher, chromium, serving

__all__ = ["cases"]
WALL = "/desk/office/monitor"
SMALL = """() => [...document.querySelectorAll("#live *")]
  .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim()))
  .filter(node => !node.closest(".visually-hidden") && parseFloat(getComputedStyle(node).fontSize) < 24)
  .map(node => node.textContent.trim())"""


def hand_in(cases: Cases) -> None:
    """One case that should have been decided weeks ago, and ten of today."""
    begun, now = clock.now() - timedelta(days=30), clock.now() - timedelta(minutes=3)
    for kind in ("submitted", "accepted"):
        cases.take([cases.event(kind, "LATE-1", begun, window="1 号窗口")])
    cases.take([cases.event("submitted", f"NEW-{number}", now, window="2 号窗口") for number in range(10)])


def at_desk(people: People, context: BrowserContext, address: str) -> Page:
    """A page of a member of the office."""
    browser = people.at_desk(Role.OFFICE).browser
    cookie = browser.client.get_cookie("evalapp")
    assert cookie is not None
    context.add_cookies([{"name": "evalapp", "value": cookie.value, "url": address}])
    return context.new_page()


def down_to_the_case(page: Page, address: str, cases: Cases) -> None:
    """As an officer who follows what is red, by the keyboard."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address + WALL)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator(".dk-rail [aria-current]")).to_be_in_viewport(ratio=1)
    row = page.get_by_role("row").filter(has=page.locator(f"#unit-{cases.unit.slug}"))
    expect(row.get_by_role("link", name="1 红灯")).to_be_visible(timeout=2_000)
    page.focus(f"#unit-{cases.unit.slug}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=cases.unit.name)).to_be_visible()
    page.get_by_role("table").first.get_by_role("link", name="1 红灯").click()
    listed = page.locator("a[href^='/desk/office/cases/BJ-']")
    expect(listed).to_have_count(1)
    listed.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(cases.items.text().name)
    assert "LATE-1" in page.inner_text("main")
    assert "逾期" in page.inner_text("main")
    page.emulate_media(media="print")
    expect(page.locator(".dk-rail")).to_be_hidden()
    for fold in page.locator("main details > summary").all():
        expect(fold).to_be_visible()
    page.emulate_media(media="screen")


@pytest.fixture
def noon(app: Flask) -> Iterator[None]:
    """The middle of a day, and after now: what came minutes ago came today, and no browser takes its cookie for old."""
    with clock.at(clock.start_of(clock.today() + timedelta(days=1)) + timedelta(hours=12)):
        yield


@pytest.mark.usefixtures("noon")
def test_from_the_wall_to_the_case(platform: Platform, app: Flask, people: People, cases: Cases) -> None:
    hand_in(cases)
    with (
        serving(app) as address,
        chromium() as browser,
        contextlib.closing(browser.new_context(locale="zh-CN")) as context,
    ):
        watcher = Watcher(context)
        page = at_desk(people, context, address)
        down_to_the_case(page, address, cases)

        page.set_viewport_size({"width": 1920, "height": 1080})
        page.clock.install()
        page.goto(f"{address}{WALL}/screen")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert page.evaluate(SMALL) == []
        expect(page.locator("dl dd").first).to_have_text("10")
        cases.take([cases.event("submitted", "NEW-11", clock.now() - timedelta(minutes=1))])
        page.clock.run_for(21_000)
        expect(page.locator("dl dd").first).to_have_text("11")
        assert watcher.faults == []

        with platform.transaction() as session:  # the planted defect: a lamp that somebody put out by hand
            session.execute(update(Case).where(Case.number == "LATE-1").values(red_at=None))
        with pytest.raises(AssertionError):
            down_to_the_case(page, address, cases)
