"""A registered kiosk in a real browser, whose turns are short, and what the next person at it could find.

That is looked for everywhere a browser keeps things.
"""

import base64
import json
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, expect

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
from tests.support.accounts import phone
from tests.support.delivered import make_clip
from tests.support.items import ItemFactory
from tests.support.life import District, opened, small_profile
from tests.support.lived import Life
from tests.support.watchable import add_prepared

IDLE, LONG_IDLE = 10, 40  # asking axe takes longer than a short turn
PORTRAIT = {"width": 1080, "height": 1920}
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
