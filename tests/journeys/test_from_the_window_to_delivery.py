"""A window without a system: a clerk receives a case, prints its receipt, pauses it by law, decides and delivers it.

In a real browser, mostly with the keyboard; time passes by the one clock while the case is held; axe and the content policy are
asked on the way, at 360 and 1280 pixels, in both languages. The office then reads the same case and no name.
"""

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from evalapp.approvals.models import Case
from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.cases import Cases
from tests.support.desk import Desks
from tests.support.lived import Windows, press, tab_to
from tests.support.web_server import chromium, serving

NAME, PHONE = "赵示例", "12000000077"
CASES = "/desk/unit/cases"
LONGER_THAN_A_HOLIDAY = timedelta(days=10)  # so that a working day is among those that do not count


def fold(page: Page, act: str) -> None:
    """Open the fold of an act, unless it is the usual next one, which is open."""
    if not page.locator(f"form[action$='/{act}'] button[type=submit]").is_visible():
        page.locator(f"details:has(form[action$='/{act}']) > summary").press("Enter")


def do(page: Page, act: str, said: str, **fields: str) -> None:
    """Write down an act on the page of the case, and read what is said then."""
    fold(page, act)
    for name, value in fields.items():
        one = page.locator(f"[name='{act}-{name}']")
        if one.first.get_attribute("type") == "radio":
            page.locator(f"[name='{act}-{name}'][value='{value}']").check()
        elif one.evaluate("one => one.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)
    page.locator(f"form[action$='/{act}'] button[type=submit]").press("Enter")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.locator("[data-said]")).to_be_focused()  # the keyboard goes on from there


def receives(life: Windows, page: Page) -> str:
    """Type what somebody applies for, by the keyboard alone, and print the receipt; return the address of the case."""
    life.visit(page, CASES)
    expect(page.get_by_role("heading", name="没有在办的办件")).to_be_visible()
    life.look_both_ways(page)
    life.visit(page, f"{CASES}/new")
    life.look_both_ways(page)
    for name, text in (("name", NAME), ("phone", "123"), ("window", "3 号窗口")):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("手机号码不对")  # and nothing that was typed is lost
    expect(page.locator("[name=window]")).to_have_value("3 号窗口")
    page.fill("[name=phone]", PHONE)
    press(page, "收件，打印回执")
    reference = page.inner_text("#reference")
    assert re.fullmatch(r"[0-9]{4} [0-9]{4}", page.inner_text("#code"))
    assert NAME not in page.content()
    life.look(page)
    return f"{CASES}/{reference}"


def handed_in_twice(platform: Platform, page: Page) -> None:
    """The receipt loaded again hands the form in again: it is the same case."""
    before = page.inner_text("#reference")
    page.reload()
    assert page.inner_text("#reference") == before
    with platform.session() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def with_another_token(route: Route) -> None:
    """A form that does not name what it makes: each time it is handed in it is another."""
    said = route.request.post_data or ""
    route.continue_(post_data=re.sub(r"token=[0-9a-f]{16}", "token=0123456789abcdef", said))


def press_applicant(page: Page, case: str, life: Windows) -> None:
    """Who applied is shown to whoever asks for it, and only then."""
    life.visit(page, case)
    assert PHONE not in page.content()
    press(page, "看姓名和手机号")
    expect(page.get_by_text(NAME)).to_be_visible()
    expect(page.get_by_text("这次查看已经记下。")).to_be_visible()


@pytest.mark.slow
def test_a_case_goes_from_the_window_to_delivery_with_a_pause(
    platform: Platform, app: Flask, cases: Cases, desks: Desks
) -> None:
    with serving(app) as address, chromium() as browser:
        life = Windows(address, browser)
        page = life.of(desks.unit(cases.unit).browser)
        case = receives(life, page)
        handed_in_twice(platform, page)
        life.visit(page, case)
        life.look_both_ways(page)
        do(page, "accepted", "已受理")
        do(page, "step-begun", "环节已开始", step="look", post="现场岗")
        do(page, "paused", "已暂停计时", ground="inspection")
        expect(page.locator(".dk-lamp").first).to_contain_text("暂停计时，剩 5 个工作日")

        with clock.at(clock.now() + LONGER_THAN_A_HOLIDAY):  # a colleague goes on
            page = life.of(desks.unit(cases.unit, post="窗口二岗").browser)
            life.visit(page, case)
            do(page, "resumed", "已恢复计时")
            do(page, "step-ended", "环节已结束")
            do(page, "decided", "决定已记下", granted="yes")
            do(page, "delivered", "已送达，办结。")
            expect(page.get_by_text("没有要记的了")).to_be_visible()
            expect(page.get_by_text("暂停，不算").first).to_be_attached()
            expect(page.get_by_text("没有黄牌和红牌")).to_be_visible()
            life.look_both_ways(page)
            life.visit(page, f"{CASES}?which=closed")
            assert NAME not in page.content()
            life.look_both_ways(page)
            press_applicant(page, case, life)
            office = life.of(desks.office().browser)
            life.visit(office, case.replace("/unit/", "/office/"))
            expect(office.get_by_text("没有黄牌和红牌")).to_be_visible()
            assert NAME not in office.content()
            assert life.faults == []
            assert life.violations() == []

            life.visit(page, f"{CASES}/new")
            for name, text in (("name", NAME), ("phone", PHONE)):
                page.fill(f"[name={name}]", text)
            press(page, "收件，打印回执")
            page.route(f"**{CASES}/new", with_another_token)
            with pytest.raises(AssertionError):  # the planted defect
                handed_in_twice(platform, page)
