"""At the kiosk an episode is watched to its end, graded and spoken of; the next person finds nothing of it."""

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.kiosk_screen import IDLE, Hall, Screen, signs_in
from tests.support.lived import Life
from tests.support.web_server import chromium, until

CLIP = 20  # seconds: longer than a short turn
COMMENT = "窗口该多开一个。"
# A box or a circle to tick is as large as the words that belong to it.
SMALL = """() => [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary), .dk-kbar > *")]
  .map((one) => ["radio", "checkbox"].includes(one.type) ? one.labels[0] ?? one : one)
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, at]) => at.width > 2 && at.height > 2 && getComputedStyle(one).pointerEvents !== "none")
  .filter(([, at]) => at.width < 87.5 || at.height < 87.5 || at.right > document.documentElement.clientWidth + 1)
  .map(([one, at]) => `${one.tagName} ${(one.textContent || one.name).trim().slice(0, 20)} ${Math.round(at.width)}x${Math.round(at.height)}`)"""


def watches(screen: Screen) -> None:
    """By the start and the list to the episode that is open, and the large button below its picture."""
    page = screen.page
    screen.press("来评分")
    page.get_by_role("link", name="少跑一趟").first.tap()
    page.get_by_role("button", name="播放", exact=True).last.tap()
    until(page, "document.querySelector('video').currentTime > 0.5")


def grades(screen: Screen) -> None:
    """Sign in where one stands, refused once for a dimension left out, then the receipt."""
    page = screen.page
    page.get_by_role("link", name="登录并回到这里").tap()
    signs_in(screen, "/episodes/1")
    form = page.locator("[data-grading]")
    for dimension in ("openness", "highlights"):
        form.locator(f"label:has([name={dimension}][value='4'])").tap()
    page.get_by_role("button", name="提交评议").tap()
    expect(page.get_by_text("还没有提交，请先改这几处")).to_be_visible()
    form.locator("label:has([name=service][value='4'])").tap()
    page.get_by_role("button", name="提交评议").tap()
    expect(page.get_by_role("heading", name="你的评议回执")).to_be_visible()
    expect(page.get_by_text("存成文件")).to_be_hidden()


def comments(screen: Screen) -> None:
    """The words stand on the page at once, for whoever wrote them."""
    page = screen.page
    page.get_by_role("link", name="去留言").tap()
    page.fill("#comment [name$=text]", COMMENT)
    page.get_by_role("button", name="提交留言").tap()
    expect(page.get_by_text("等待审核")).to_be_in_viewport()
    expect(page.get_by_text(COMMENT)).to_be_visible()


def out_of_reach(page: Page) -> list[str]:
    """What is smaller than a finger, or wider than the screen."""
    found: list[str] = page.evaluate(SMALL)
    return found


@pytest.mark.slow
def test_an_episode_is_watched_to_its_end_graded_and_spoken_of(hall: Hall) -> None:
    """A turn does not end while something is heard; it ends a turn's length after, and nothing of it stays."""
    hall.found()
    hall.shows(CLIP)
    hall.server.start()
    with chromium() as browser:
        life = Life(hall, browser)
        screen = Screen(life, hall)
        screen.set_up()
        page = screen.page
        watches(screen)
        assert out_of_reach(page) == []
        page.wait_for_timeout((IDLE + 3) * 1_000)
        assert urlsplit(page.url).path == "/episodes/1", (
            "nobody touched it, but the picture was still going on"
        )
        until(page, "document.querySelector('video').ended", seconds=60)
        ended = time.monotonic()
        screen.wait_for_the_end()
        assert IDLE - 2 < time.monotonic() - ended < IDLE + 20
        assert screen.left_behind() == []
        page.evaluate("location.replace('/episodes/1')")
        grades(screen)
        assert out_of_reach(page) == []
        comments(screen)
        assert out_of_reach(page) == []
        screen.wait_for_the_end()
        assert screen.left_behind() == []
        page.evaluate("location.replace('/episodes/1')")
        expect(page.get_by_role("link", name="登录并回到这里")).to_be_visible()
        expect(page.get_by_text(COMMENT)).to_have_count(0)
        assert life.violations() == []


@pytest.mark.slow
def test_a_screen_that_does_not_hear_what_plays_is_found(hall: Hall) -> None:
    """The planted defect: a turn that ends in the middle of a picture because nobody touched the screen."""
    hall.found()
    hall.shows(CLIP)
    hall.server.start()

    def spoil(route: Route) -> None:
        script = route.fetch().text()
        assert "if (isPlaying())" in script
        route.fulfill(content_type="text/javascript", body=script.replace("if (isPlaying())", "if (false)"))

    with chromium() as browser:
        screen = Screen(Life(hall, browser), hall)
        screen.context.route("**/static/js/kiosk.js*", spoil)
        screen.set_up()
        watches(screen)
        screen.page.wait_for_timeout((IDLE + 3) * 1_000)
        assert urlsplit(screen.page.url).path == "/kiosk"
