"""The whole life of one episode in a real browser, against the real server, on one real recording.

Upload, preparation, captions, airing, announcement, watching at 360 pixels, grading, changing, comment, approval, reply,
counting, publication by two, result and table. axe and the content policy are asked on every page of the way.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evalapp.core import clock
from tests.support.delivered import make_clip
from tests.support.life import CAPTIONS, District
from tests.support.lived import Life, press, sign_in_with_keys, tab_to
from tests.support.web_server import chromium, until

COMMENT = "加装电梯要等多久，能不能写个时间？"
REPLY = "材料齐全后二十个工作日内答复，楼道口贴进度。"


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    district = District(tmp_path)
    district.found()
    district.server.start()
    try:
        with chromium() as browser:
            yield Life(district, browser)
    finally:
        district.server.stop()


def upload(life: Life, clip: Path, captions: Path) -> None:
    page = life.at_desk("station")
    life.visit(page, "/desk/station")
    life.visit(page, "/desk/station/episodes/1")
    page.set_input_files("#recording-file", clip)
    press(page, "上传录像")
    page.locator("[data-progress] [role=progressbar]").first.wait_for(state="attached")
    until(page, "document.querySelector('#technical-panel').textContent.includes('可以观看')", seconds=100)
    page.reload()
    life.look(page)
    page.set_input_files("form[action$='/captions'] input[type=file]", captions)
    page.locator("form[action$='/captions'] button[type=submit]").click()
    page.wait_for_load_state("load")
    life.look(page)
    expect(page.get_by_text("已校验", exact=True)).to_be_visible()
    page.context.close()


def plan(life: Life, airs_at: datetime, closes_at: datetime) -> None:
    page = life.at_desk("plan")
    life.visit(page, "/desk/office")
    life.visit(page, "/desk/office/episodes/1")
    life.visit(page, "/desk/office/episodes/1/airings/new")
    page.select_option("select[name$=place]", index=0)
    page.fill("[name$=day]", airs_at.strftime("%Y-%m-%d"))
    page.fill("[name$=time]", airs_at.strftime("%H:%M"))
    page.fill("[name$=minutes]", "30")
    press(page, "安排播出")
    life.look(page)
    why = page.locator("[name$=override_reason]:visible")
    if why.count():
        why.fill("资料随后补齐")
        press(page, "安排播出")
    life.visit(page, "/desk/office/boxes")
    life.visit(page, "/desk/office/boxes/1")
    page.fill("[name=announce-closes_at]", closes_at.strftime("%Y-%m-%dT%H:%M"))
    press(page, "公布规则，备好票箱")
    life.look(page)
    expect(page.get_by_text("待开评").first).to_be_visible()
    page.context.close()


def watch(life: Life, page: Page) -> None:
    page.locator("[data-player-start]").click()
    until(page, "document.querySelector('video').currentTime > 1.5", seconds=30)
    seen = page.evaluate(
        """() => { const video = document.querySelector("video");
             const track = [...video.textTracks].find((one) => one.kind === "captions");
             return {frames: video.getVideoPlaybackQuality().totalVideoFrames, mode: track.mode,
                     cue: track.activeCues.length ? track.activeCues[0].text : ""} }"""
    )
    assert seen["frames"] > 0
    assert seen["mode"] == "showing"
    assert "小区" in seen["cue"] or "楼道" in seen["cue"]
    life.look(page)
    page.evaluate("document.querySelector('video').pause()")


def grade_with_keys(life: Life, page: Page, *, down: int) -> str:
    """Grade all three with the keyboard alone; returns the receipt's address of the page reached."""
    for name in ("openness", "highlights", "service"):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
        for _ in range(down):
            page.keyboard.press("ArrowRight")
    tab_to(page, "[data-grading] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="你的评议回执")).to_be_visible()
    life.look(page)
    assert page.evaluate("({...localStorage, ...sessionStorage})") == {}, "nothing is left on a shared device"
    return page.locator("#main").inner_text()


def take_part(life: Life) -> None:
    page = life.page(width=360)
    life.visit(page, "/")
    sign_in_with_keys(life, page)
    watch(life, page)
    page.reload()
    first = grade_with_keys(life, page, down=0)
    life.visit(page, "/episodes/1?change=1")
    assert grade_with_keys(life, page, down=1) != first, "a change hands out another receipt"
    life.visit(page, "/episodes/1")
    page.fill("#comment [name$=text]", COMMENT)
    press(page, "提交留言")
    life.look(page)
    life.visit(page, "/me")
    page.context.close()


def answer(life: Life) -> None:
    page = life.at_desk("read")
    life.visit(page, "/desk/office/comments")
    expect(page.get_by_text(COMMENT)).to_be_visible()
    page.locator("button[data-key=a]").first.click()
    expect(page.locator("[data-queue] > li")).to_have_count(0)
    life.look(page)
    page.context.close()
    page = life.at_desk("unit")
    life.visit(page, "/desk/unit/inbox")
    page.get_by_text(COMMENT).first.click()
    page.locator("#reply textarea").fill(REPLY)
    press(page, "公开回复")
    life.look(page)
    life.visit(page, "/episodes/1")
    expect(page.get_by_text(COMMENT)).to_be_visible()
    expect(page.get_by_text(REPLY)).to_be_visible()
    page.context.close()


def publish(life: Life) -> None:
    page = life.at_desk("first")
    for _ in range(60):
        page.goto(f"{life.url}/desk/office/boxes/1")
        if page.get_by_role("button", name="开箱计票").count():
            break
        page.wait_for_timeout(500)
    life.look(page)
    press(page, "开箱计票")
    life.look(page)
    press(page, "准备结果")
    life.look(page)
    press(page, "提出公布")
    life.look(page)
    expect(page.get_by_role("button", name="我已核对，确认")).to_have_count(0)
    page.context.close()
    page = life.at_desk("second")
    life.visit(page, "/desk/office/boxes/1")
    press(page, "我已核对，确认")
    life.look(page)
    expect(page.get_by_text("异议期内").first).to_be_visible()
    page.context.close()


def read_result(life: Life) -> None:
    page = life.page(width=360)
    life.visit(page, "/episodes/1/results")
    result = page.request.get(f"{life.url}/api/v1/episodes/1/result").json()
    assert result["counts"]["people"] == 41
    assert result["score"]["dimensions"]["service"]["estimate"] is not None
    expect(page.get_by_text("票数不够")).to_have_count(0)
    life.visit(page, f"/league/{clock.today().year}")
    expect(page.get_by_text("晴川区住建局").first).to_be_visible()
    page.context.close()


@pytest.mark.slow
def test_the_whole_life_of_an_episode(life: Life, tmp_path: Path) -> None:
    captions = tmp_path / "字幕.vtt"
    captions.write_text(CAPTIONS, encoding="utf-8")
    upload(life, make_clip(tmp_path / "成片.mp4", seconds=14), captions)
    airs_at = clock.local(clock.now() + timedelta(minutes=20))
    airs_at = airs_at.replace(minute=airs_at.minute // 5 * 5, second=0, microsecond=0)
    plan(life, airs_at, airs_at + timedelta(hours=6))
    life.district.forward(timedelta(minutes=90), ballots=40)
    take_part(life)
    answer(life)
    life.district.forward(timedelta(hours=7))
    publish(life)
    read_result(life)
    assert life.faults == []
    assert life.violations() == []
