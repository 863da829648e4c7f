"""A moderator works the queue with the keyboard alone, in a real browser, under the policy."""

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from evalapp.comments.models import Comment
from evalapp.core.platform import Platform
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.web_server import chromium, serving


def test_the_keyboard_alone_approves_masks_and_refuses(
    app: Flask, platform: Platform, comments: Comments, visitors: Visitors
) -> None:
    thread = comments.thread()
    comments.many(thread, 3)
    visitors.are(staff=comments.moderator())
    with serving(app) as address, chromium() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.goto(f"{address}/desk/office/comments")
        expect(page.locator("[data-queue] > li[aria-current]")).to_have_count(1)
        page.keyboard.press("a")
        expect(page.locator("[data-queue] > li")).to_have_count(2)
        page.keyboard.press("j")
        page.keyboard.press("m")
        page.keyboard.type("无害")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("［已隐去］").first).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("[data-queue] > li")).to_have_count(1)
        assert complaints == []
    with platform.session() as session:
        states = sorted(state.value for state in session.scalars(select(Comment.state)))
    assert states == ["held", "refused", "shown"]
