"""A moderator works the queue with the keyboard alone, in a real browser, under the policy."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from evalapp.comments.models import Comment, MisconductReport
from evalapp.comments.rules.moderation import RefusalReason
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from tests.support import axe
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.web_server import Watcher, chromium, serving

QUEUE = "/desk/office/comments"
SAID = "楼道灯坏了三个月，报修一直没有人来，请问什么时候能修好？"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A browser on the desks, and everything that it complained of."""

    address: str
    browser: Browser
    watchers: list[Watcher]

    def open(self, path: str, *, width: int = 1280, locale: str = "zh-CN") -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, locale=locale, reduced_motion="reduce"
        )
        self.watchers.append(Watcher(context))
        page = context.new_page()
        page.goto(self.address + path)
        return page

    @property
    def complaints(self) -> list[str]:
        return [fault for watcher in self.watchers for fault in watcher.faults]


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    with serving(app) as address, chromium() as browser:
        yield Desk(address=address, browser=browser, watchers=[])


@pytest.fixture
def moderator(comments: Comments, visitors: Visitors) -> Actor:
    made = comments.moderator()
    visitors.are(staff=made)
    return made


def rows(page: Page):
    return page.locator("[data-queue] > li")


def states(platform: Platform) -> list[str]:
    with platform.session() as session:
        return sorted(state.value for state in session.scalars(select(Comment.state)))


def test_the_keyboard_alone_approves_masks_and_refuses(
    desk: Desk, platform: Platform, comments: Comments, moderator: Actor
) -> None:
    comments.many(comments.thread(), 3)
    page = desk.open(QUEUE)
    expect(page.locator("[data-queue] > li[aria-current]")).to_have_count(1)
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.keyboard.type("jar")
    page.keyboard.press("Escape")
    expect(page.locator("[data-queue] details[open]")).to_have_count(0)
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("[data-queue] details[open] textarea")).to_have_value("jar")
    page.keyboard.press("Control+a")
    page.keyboard.type("无害")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("［已隐去］").first).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    assert states(platform) == ["held", "refused", "shown"]
    assert desk.complaints == []


def test_one_key_decides_a_group_and_another_moves_a_report(
    desk: Desk, platform: Platform, comments: Comments, moderator: Actor
) -> None:
    thread = comments.thread()
    for place in range(4):
        comments.written(thread, text=f"{SAID}{place}")
    comments.written(thread, text="科长收了红包才给办")
    page = desk.open(QUEUE)
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="没有待审的留言")).to_be_visible()
    assert states(platform) == ["moved", "shown", "shown", "shown", "shown"]
    with platform.session() as session:
        assert len(session.scalars(select(MisconductReport.id)).all()) == 1
    assert desk.complaints == []


def test_a_refusal_is_told_though_the_next_decision_came_before_it(
    desk: Desk, platform: Platform, comments: Comments, moderator: Actor
) -> None:
    first, _, third = comments.many(comments.thread(), 3)
    page = desk.open(QUEUE)
    listed = [rows(page).nth(place).get_attribute("id") for place in range(3)]
    comments.approved(next(one for one in (first, _, third) if one.reference == listed[0]))
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("刚刚有人处理过")
    assert states(platform) == ["held", "shown", "shown"]


@pytest.mark.parametrize("answer", ["before the next key", "after it"])
def test_what_was_typed_for_a_refused_decision_is_kept_and_the_next_key_meets_the_next_comment(
    desk: Desk, platform: Platform, comments: Comments, moderator: Actor, answer: str
) -> None:
    comments.many(comments.thread(), 3)
    page = desk.open(QUEUE)
    listed = [rows(page).nth(place).get_attribute("id") for place in range(3)]
    page.keyboard.press("m")
    page.keyboard.type("没有的词")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    if answer == "before the next key":
        expect(page.get_by_role("alert").first).to_contain_text("有一条没有处理")
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first.locator("details[open] textarea")).to_have_value("没有的词")
    expect(rows(page).first.locator("details[open]")).to_contain_text("请照原文抄写")
    assert [rows(page).nth(place).get_attribute("id") for place in range(2)] == [listed[0], listed[2]]
    expect(page.locator("[data-queue] > li[aria-current]")).to_have_attribute("id", str(listed[2]))
    assert states(platform) == ["held", "held", "shown"]


def test_a_page_that_comes_does_not_take_the_place_from_under_somebody_who_types(
    desk: Desk, platform: Platform, comments: Comments, moderator: Actor
) -> None:
    comments.many(comments.thread(), 3)
    page = desk.open(QUEUE)
    page.keyboard.press("a")
    page.keyboard.press("m")
    page.keyboard.type("无")
    until_decided(platform)
    page.wait_for_timeout(300)
    page.keyboard.type("害")
    expect(page.locator("[data-queue] details[open] textarea")).to_have_value("无害")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("［已隐去］").first).to_be_visible()
    expect(rows(page)).to_have_count(2)


def until_decided(platform: Platform) -> None:
    end = time.monotonic() + 10
    while "shown" not in states(platform):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("window", [{"width": 360, "locale": "zh-CN"}, {"width": 1280, "locale": "en"}])
def test_axe_finds_nothing_on_the_pages_of_moderation(
    desk: Desk, comments: Comments, moderator: Actor, visitors: Visitors, window: dict[str, Any]
) -> None:
    thread, author = comments.thread(), comments.resident()
    for place in range(4):
        comments.written(thread, text=f"{SAID}{place}")
    comments.written(thread, text="谁的电话是多少？", at_seconds=5)
    comments.appealed(
        comments.refused(comments.written(thread, author=author), reason=RefusalReason.INSULT), author
    )
    report = comments.moved(comments.written(thread, text="科长收了红包才给办"))
    found: list[str] = []
    for path in (
        QUEUE,
        f"{QUEUE}?show=refused",
        "/desk/office/appeals",
        "/desk/office/watched-words",
        "/desk/office/reports",
        "/moderation",
    ):
        found += look(desk, path, **window)
    visitors.are(staff=comments.reports_keeper())
    for path in ("/desk/reports", f"/desk/reports/{report.reference}"):
        found += look(desk, path, **window)
    assert found == []
    assert desk.complaints == []


def look(desk: Desk, path: str, *, width: int, locale: str) -> list[str]:
    """What axe finds with every form unfolded, and whether the page is wider than the window."""
    page = desk.open(path, width=width, locale=locale)
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = [*axe.faults(page), *([f"{path}: wider than {width}"] if is_wide else [])]
    page.context.close()
    return found
