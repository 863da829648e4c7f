"""The station in a real browser: a recording goes up in pieces, a break is survived, its progress shows, chapters by key."""

import threading
from pathlib import Path

import pytest
from flask import Flask

from evalapp.core.jobs import Worker
from evalapp.core.platform import Platform
from tests.support.actors import Visitors
from tests.support.delivered import Recordings, make_clip
from tests.support.web_server import chromium, serving, until


@pytest.fixture
def settings(settings):
    """Small pieces, so that a short clip needs many."""
    return settings.model_copy(update={"upload_piece_bytes": 40_000})


@pytest.mark.slow
def test_a_recording_goes_up_through_a_break_and_is_prepared_before_ones_eyes(
    app: Flask, platform: Platform, visitors: Visitors, recordings_factory: Recordings, tmp_path: Path
) -> None:
    visitors.are(staff=recordings_factory.staff())
    episode = recordings_factory.episode()
    clip = make_clip(tmp_path / "成片.mp4", size="640x360")
    with serving(app) as base, chromium() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"{base}/desk/station/episodes/{episode.number}")
        page.set_input_files("#recording-file", clip)
        pieces: list[str] = []

        def break_the_third(route) -> None:
            pieces.append(route.request.method)
            if len(pieces) == 3:
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route("**/desk/station/uploads/*", break_the_third)
        page.get_by_role("button", name="上传录像").click()
        page.locator("[data-progress]").wait_for(state="attached", timeout=40_000)
        assert "HEAD" in pieces, "after the break it asked how far it was"
        assert len(pieces) > 5
        worker = threading.Thread(target=Worker(platform).drain)
        worker.start()
        until(page, "document.querySelector('#technical-panel').textContent.includes('可以观看')", seconds=60)
        worker.join()
        assert "640×360" in page.inner_text("#technical-panel")
        page.reload()
        page.keyboard.press("c")
        assert page.evaluate("document.activeElement.name") == "title"
        page.keyboard.type("开场白")
        page.keyboard.press("Enter")
        page.get_by_text("章节已加上").wait_for(timeout=20_000)
        page.locator("#main").focus()
        page.keyboard.press(" ")
        until(page, "document.querySelector('video').currentTime > 0.5", seconds=20)
        refused = [line for line in said if "Content Security Policy" in line]
        assert refused == []
    original = next(platform.storage.names("originals"))
    assert (platform.settings.media_dir / original).read_bytes() == clip.read_bytes()
