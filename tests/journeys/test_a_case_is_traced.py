"""An applicant traces a case at 360 pixels: finds it, reads where it stands, complains, and grades it when it is over.

In a real browser, also without scripts and in 关怀版; axe and the content policy are asked on the way, and no address, title or
stored page holds the number or the code.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from evalapp.approvals.models import Case
from evalapp.approvals.services import tracing
from evalapp.core import clock
from tests.support import axe
from tests.support.cases import Cases
from tests.support.web_server import Watcher, chromium, serving

HOUR = timedelta(hours=1)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as served:
        yield served


def phone_of(browser: Browser, *, script: bool = True, care: bool = False, url: str = "") -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="zh-CN", java_script_enabled=script
    )
    if care:
        context.add_cookies([{"name": "care", "value": "1", "url": url}])
    return context


def find(page: Page, address: str, number: str, code: str) -> None:
    page.goto(f"{address}/cases")
    page.fill("#number", number)
    page.fill("#code", code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/mine")


def leaks(visited: list[str], words: tuple[str, ...]) -> list[str]:
    """The addresses that hold what must stand in none."""
    return [each for each in visited if any(word in each for word in words)]


def looked_at(page: Page) -> list[str]:
    faults = axe.faults(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{page.url}: wider than the screen")
    return faults


def moved(cases: Cases, *kinds: str) -> None:
    cases.take([cases.event(kind, "A-1", clock.now()) for kind in kinds])


@pytest.mark.timeout(180)
def test_an_applicant_traces_a_case_and_grades_it(cases: Cases, address: str) -> None:
    begun = clock.now() - HOUR * 30
    cases.take(
        [
            cases.event("submitted", "A-1", begun, window="综合窗口 3 号"),
            cases.event("papers_asked", "A-1", begun + HOUR, reason="租赁合同原件"),
        ]
    )
    with cases.platform.session() as session:
        reference = session.scalars(select(Case.reference)).one()
    code = tracing.code_of(cases.platform.keys, reference)
    visited, faults = list[str](), list[str]()
    with chromium() as browser:
        context = phone_of(browser)
        watcher, page = Watcher(context), context.new_page()
        page.on("request", lambda request: visited.append(request.url))
        find(page, address, reference, code)
        expect(page.locator("main")).to_contain_text("租赁合同原件")
        page.click("#complaint a.btn")
        faults += looked_at(page)
        page.check("#topic-2")
        page.fill("#words", "前后要了两次材料。")
        page.click("main button[type=submit]")
        expect(page.locator("#complaint")).to_contain_text("前后要了两次材料")

        moved(cases, "supplied", "accepted", "decided", "delivered")
        page.reload()
        grade = page.locator("#grade")
        expect(grade.locator("[data-grades='2 1']")).to_be_hidden()
        grade.locator("[name=grade-grade][value='2']").check(force=True)
        expect(grade.locator("[data-grades='2 1']")).to_be_visible()
        expect(grade.locator("[data-grades='5 4']")).to_be_hidden()
        grade.locator("[value=attitude-bad]").check()
        faults += looked_at(page)
        grade.locator("button[type=submit]").click()
        expect(page.locator("#grade")).to_contain_text("不满意")
        page.click("text=查完了，收起")
        page.go_back()  # nothing of it was kept: the browser asks again, and is sent to the form
        expect(page.locator("main")).not_to_contain_text(reference)
        faults += watcher.violations

        care = phone_of(browser, script=False, care=True, url=address)
        plain = care.new_page()
        plain.on("request", lambda request: visited.append(request.url))
        find(plain, address, "A-1", code)
        expect(plain.locator("main")).to_contain_text("服务态度")
    assert faults == []
    assert leaks(visited, (reference, code)) == []


def test_a_number_in_an_address_is_noticed() -> None:
    """The planted defect."""
    assert leaks(["http://x/cases?number=BJ-2026-000001"], ("BJ-2026-000001", "12345678"))
