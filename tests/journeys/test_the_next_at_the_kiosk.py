"""At the kiosk: an item is found by pinyin, questions are answered, the list is taken along; an episode is watched, graded
and spoken of; the next person finds nothing.

In a real browser on a registered kiosk whose turns are short. What the next person could find is looked for everywhere a
browser keeps things; planted defects in the screen's script show that it would be found.
"""

import base64
import json
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from evalapp.accounts.services import kiosks
from evalapp.ballots import polling as ballots
from evalapp.ballots.services import announcing
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.programme import media
from evalapp.programme.models import Recording
from evalapp.programme.rules.recordings import watch_folder
from evalapp.programme.services import planning
from evalapp.units.models import Unit, UnitKind
from evalapp.units.services import tree
from evalapp.web.qr import of_public_address
from tests.support.accounts import phone
from tests.support.delivered import make_clip
from tests.support.items import ItemFactory
from tests.support.life import District, opened, small_profile
from tests.support.lived import Life
from tests.support.watchable import add_prepared
from tests.support.web_server import chromium, until

IDLE, LONG_IDLE = 10, 40  # asking axe takes longer than a short turn
PORTRAIT = {"width": 1080, "height": 1920}
CLIP = 20  # seconds: longer than a short turn
COMMENT = "窗口该多开一个。"
# A box or a circle to tick is as large as the words that belong to it.
SMALL = """() => [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary), .dk-kbar > *")]
  .map((one) => ["radio", "checkbox"].includes(one.type) ? one.labels[0] ?? one : one)
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, at]) => at.width > 2 && at.height > 2 && getComputedStyle(one).pointerEvents !== "none")
  .filter(([, at]) => at.width < 87.5 || at.height < 87.5 || at.right > document.documentElement.clientWidth + 1)
  .map(([one, at]) => `${one.tagName} ${(one.textContent || one.name).trim().slice(0, 20)} ${Math.round(at.width)}x${Math.round(at.height)}`)"""
# What the screen does instead of printing; it says which page, and that the paper is out.
PRINTER = "window.print = () => { printed(location.pathname + location.search); setTimeout(() => dispatchEvent(new Event('afterprint')), 50); };"


class Hall(District):
    """A district with a guide and a kiosk whose code is at hand."""

    code = ""

    def found(self, idle: int = IDLE) -> None:
        with opened(self.server.data) as platform:
            with platform.transaction() as session:
                unit = tree.add_unit(
                    session, kind=UnitKind.DEPARTMENT, name="区卫生健康局", slug="weijian", actor=SYSTEM
                )
                self.code = kiosks.register(
                    session,
                    place="政务中心 1 楼",
                    name="3 号机",
                    idle_seconds=idle,
                    ballot_cap=300,
                    actor=SYSTEM,
                ).code
            self.item = ItemFactory(platform).published(unit).code

    def shows(self, seconds: int) -> None:
        """An episode that is open for grading, with a real recording of so many seconds."""
        folder = self.server.data.parent
        clip = make_clip(folder / "clip.mp4", seconds=seconds)
        with opened(self.server.data) as platform:
            facts = media.prepare(
                clip,
                folder / "watch",
                platform.settings,
                progress=lambda *_: None,
                cancelled=lambda: False,
            )
            kept = ballots.open_polling(platform)
            with platform.transaction() as session:
                unit = session.query(Unit).filter_by(slug="weijian").one()
                season = planning.create_season(
                    session, year=clock.today().year, title="首季", profile=small_profile(), actor=SYSTEM
                )
                episode = planning.create_episode(
                    session, season_id=season.id, unit_id=unit.id, title="少跑一趟", speaker_post="局长", actor=SYSTEM
                )  # fmt: skip
                add_prepared(session, episode)
                session.flush()
                recording = session.query(Recording).one()
                recording.facts, recording.duration_ms = facts, seconds * 1_000
                announcing.announce(
                    session,
                    episode,
                    keepers=kept.keepers,
                    receipts=kept.signer.verifier,
                    actor=SYSTEM,
                    opens_at=clock.now(),
                    closes_at=clock.now() + timedelta(hours=6),
                )
                token = recording.token
            platform.storage.put_folder(watch_folder(token), folder / "watch")


class Screen:
    """The kiosk: a browser of its own, everything that it printed, and how it stood when it was set up."""

    def __init__(self, life: Life, hall: Hall) -> None:
        self.life, self.hall = life, hall
        self.context: BrowserContext = life.browser.new_context(
            viewport=PORTRAIT, locale="zh-CN", has_touch=True, reduced_motion="reduce"
        )
        self.context.set_default_timeout(30_000)
        self.papers: list[str] = []
        self.context.expose_function("printed", self.print)
        self.context.add_init_script(PRINTER)
        self.page: Page = self.context.new_page()

    def print(self, path: str) -> None:
        """The paper that comes out of the printer."""
        self.papers.append(path)

    def set_up(self) -> None:
        self.page.goto(f"{self.life.url}/kiosk/set-up")
        self.page.fill("[name=code]", self.hall.code)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url("**/kiosk")
        self.entries = self.page.evaluate("history.length")

    def press(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.tap()

    def look(self) -> None:
        """Ask axe about the page, by somebody who stays."""
        self.page.mouse.move(5, 5)
        self.life.look(self.page)
        self.page.mouse.move(9, 9)

    def wait_for_the_end(self) -> None:
        """Nobody touches it any more."""
        self.page.wait_for_url("**/kiosk", timeout=60_000)
        self.page.wait_for_load_state("load")
        expect(self.page.get_by_role("link", name="查办事")).to_be_visible()

    def left_behind(self) -> list[str]:
        """What the next person could find: by going back, in what the browser stored, in its cookies."""
        page, found = self.page, []
        if not _is_start(page.url):
            found.append(f"history: {page.url}")
        if page.evaluate("history.length") != self.entries:
            found.append("history: it has grown")
        for store in ("localStorage", "sessionStorage"):
            found += [f"{store}: {one}" for one in page.evaluate(f"Object.entries({store}).map(String)")]
        found += [f"database: {one}" for one in page.evaluate("indexedDB.databases().then((all) => all.map(({name}) => name))")]  # fmt: skip
        kept: list[str] = page.evaluate(
            "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys())))).then((all) => all.flat().map(({url}) => url))"
        )
        found += [f"cache: {one}" for one in kept if _tells_of_somebody(one)]
        for cookie in self.context.cookies():
            if cookie["name"] not in {"kiosk", "evalapp"}:
                found.append(f"cookie: {cookie['name']}")
            elif cookie["name"] == "evalapp" and (said := _session(cookie["value"]) - {"_device", "_permanent", "device"}):  # fmt: skip
                found.append(f"session: {sorted(said)}")
        return found


def _is_start(address: str) -> bool:
    return address == "about:blank" or urlsplit(address).path in {"/kiosk", "/kiosk/set-up"}


def _tells_of_somebody(address: str) -> bool:
    """Whether the address of something kept says more than that a kiosk has it."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    own = parts.path in {"/kiosk", "/kiosk/help", "/kiosk/offline", "/kiosk/find"} or parts.path.startswith(
        ("/static/", "/kiosk/services/")
    )
    return not own or "q" in asked or any(name.startswith("q") for name in asked) or "/papers" in parts.path


def _session(value: str) -> set[str]:
    payload = value.lstrip(".").split(".")[0]
    said = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return set(json.loads(zlib.decompress(said) if value.startswith(".") else said))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()


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


def signs_in(screen: Screen, leads_to: str = "/me") -> None:
    """By the keys of the screen: the number, and the code that comes by message."""
    page = screen.page
    page.locator(".dk-kpad").wait_for()
    for digit in phone(1).removeprefix("+"):
        page.locator(".dk-kpad").get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="获取验证码").tap()
    page.locator("[name=code]").wait_for()
    for digit in screen.hall.server.code_for(phone(1)):
        page.locator(".dk-kpad").get_by_role("button", name=digit, exact=True).tap()
    page.check("[name=consent]")
    page.locator("main").get_by_role("button", name="登录", exact=True).tap()
    page.wait_for_url(lambda address: urlsplit(address).path == leads_to)


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
