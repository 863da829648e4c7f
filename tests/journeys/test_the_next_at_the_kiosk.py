"""At the kiosk: an item is found by pinyin, questions are answered, the list is taken along; the next person finds nothing.

In a real browser on a registered kiosk whose turns are short; planted defects in the screen's script show that what is left
behind would be found.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from evalapp.web.qr import of_public_address
from tests.support.kiosk_screen import LONG_IDLE, Hall, Screen, signs_in
from tests.support.lived import Life
from tests.support.web_server import chromium, until


def finds(screen: Screen, letters: str) -> None:
    """From the start by the keys of the screen to the guide."""
    page = screen.page
    screen.press("查办事")
    page.get_by_role("link", name="按拼音").tap()
    for letter in letters:
        page.locator(f"[data-key={letter}]").tap()
    expect(page.locator("[data-typed]")).to_have_value(letters)
    page.get_by_role("link", name="公共场所卫生许可新办").tap()
    expect(page.get_by_role("heading", name="公共场所卫生许可新办")).to_be_visible()


def takes_along(screen: Screen) -> None:
    """Two questions, then the list: by the code on the telephone, and on paper."""
    page, url = screen.page, screen.life.url
    page.get_by_role("link", name="答 2 个问题").tap()
    page.get_by_role("link", name="代办人").tap()
    page.get_by_role("link", name="租来的").tap()
    expect(page.get_by_role("heading", name="您要带的材料")).to_be_visible()
    expect(page.get_by_text("委托书")).to_be_visible()
    expect(page.get_by_text("产权证明")).to_have_count(0)
    path = f"/services/{screen.hall.item}/papers"
    assert page.locator(".dk-away img").get_attribute("src") == of_public_address(
        f"{url}{path}?v=1&q1=2&q2=2"
    )
    page.get_by_role("link", name="打印清单").tap()
    while not screen.papers:
        page.wait_for_timeout(100)
    page.wait_for_url("**/kiosk/services/*/papers?*")
    expect(page.get_by_role("heading", name="您要带的材料")).to_be_visible()
    assert screen.papers == [f"{path}/print?v=1&q1=2&q2=2"]


@pytest.mark.slow
def test_a_resident_takes_a_list_along_and_the_next_finds_nothing(hall: Hall) -> None:
    hall.found(LONG_IDLE)
    hall.server.start()
    with chromium() as browser:
        life = Life(hall, browser)
        screen = Screen(life, hall)
        screen.set_up()
        screen.look()
        finds(screen, "ggcs")
        screen.look()
        takes_along(screen)
        screen.look()
        screen.page.evaluate("location.replace('/sign-in')")
        signs_in(screen)
        screen.look()
        expect(screen.page.get_by_text("还在看吗？")).to_be_visible(timeout=LONG_IDLE * 1_000)
        screen.wait_for_the_end()
        assert screen.left_behind() == []
        screen.page.goto(f"{life.url}/me")
        assert urlsplit(screen.page.url).path == "/sign-in"
        assert screen.page.input_value("[name=phone]") == ""
        ordinary = life.page()
        for path in ("/kiosk", "/kiosk/find?by=keys&q=gg", f"/kiosk/services/{hall.item}"):
            life.look_both_ways(ordinary, path)
        assert life.faults == []
        assert life.violations() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("good", "bad", "tells"),
    [
        (["location.replace(address)"], "location.assign(address)", "history"),
        (["sessionStorage.clear()", "sessionStorage.removeItem(TRAIL)"], "0", "sessionStorage"),
        (['fetch("/kiosk/wipe"'], 'fetch("/kiosk/alive"', "cookie"),
    ],
)
def test_a_screen_that_leaves_something_behind_is_found(
    hall: Hall, good: list[str], bad: str, tells: str
) -> None:
    """The planted defects: pages that enter the history, a trail that stays, a turn whose end nobody is told of."""
    hall.found()
    hall.server.start()

    def spoil(route: Route) -> None:
        script = route.fetch().text()
        for one in good:
            assert one in script
            script = script.replace(one, bad)
        without_worker = script.replace("keepGuides().catch", "Promise.resolve().catch")
        route.fulfill(content_type="text/javascript", body=without_worker)

    with chromium() as browser:
        screen = Screen(Life(hall, browser), hall)
        screen.context.route("**/static/js/kiosk.js*", spoil)
        screen.set_up()
        screen.page.evaluate("location.replace('/preferences?lang=zh&next=/kiosk')")
        screen.page.wait_for_timeout(1_000)
        finds(screen, "ggcs")
        screen.wait_for_the_end()
        left = screen.left_behind()
        assert {one.partition(":")[0] for one in left} == {tells}, left


@pytest.mark.slow
def test_guides_are_read_while_the_network_is_gone_and_nobodys_page_is_kept(hall: Hall) -> None:
    hall.found()
    hall.server.start()
    with chromium() as browser:
        screen = Screen(Life(hall, browser), hall)
        screen.set_up()
        page = screen.page
        kept = f"caches.match('/kiosk/services/{hall.item}').then((one) => one && one.text())"
        until(page, f"{kept}.then(Boolean)", seconds=60)
        words: str = page.evaluate(kept)
        assert "data-kept" in words
        assert "3 号机" not in words, "it was fetched with the cookie of the kiosk"
        assert "csrf_token" not in words
        page.reload()
        hall.server.stop()
        screen.press("查办事")
        expect(page.get_by_text("网络断了")).to_be_visible()
        page.get_by_role("link", name="按单位").tap()
        page.get_by_role("link", name="区卫生健康局").tap()
        page.get_by_role("link", name="公共场所卫生许可新办").tap()
        expect(page.get_by_role("heading", name="公共场所卫生许可新办")).to_be_visible()
        page.evaluate("location.replace('/episodes')")
        expect(page.get_by_role("heading", name="网络断了")).to_be_visible()
        screen.wait_for_the_end()
