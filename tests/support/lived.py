"""Browsers of the people of a journey: of a district that a server of its own serves, or of an application of this process."""

from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Browser, Page

from tests.support import axe
from tests.support.accounts import PASSWORD, phone
from tests.support.life import District
from tests.support.strict_client import StrictClient
from tests.support.web_server import Watcher


class Windows:
    """Windows of a browser on what is served at `url`, all watched."""

    def __init__(self, url: str, browser: Browser) -> None:
        self.url, self.browser = url, browser
        self.faults: list[str] = []
        self.watchers: list[Watcher] = []

    def page(self, *, width: int = 1280, locale: str = "zh-CN", like: Page | None = None) -> Page:
        """A page of a window of its own; signed in as whoever is on the page `like`."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 780},
            locale=locale,
            reduced_motion="reduce",
            storage_state=like.context.storage_state() if like else None,
        )
        context.set_default_timeout(30_000)
        self.watchers.append(Watcher(context))
        return context.new_page()

    def visit(self, page: Page, path: str) -> None:
        page.goto(self.url + path)
        self.look(page)

    def look(self, page: Page) -> None:
        """Ask axe about the page as it stands."""
        page.wait_for_load_state("load")
        self.faults += axe.faults(page)

    def look_both_ways(self, page: Page, path: str = "") -> None:
        """Look at the page, or at `path`, narrow in Chinese and wide in English, with every fold open."""
        address = self.url + path if path else page.url
        for width, locale in ((360, "zh-CN"), (1280, "en")):
            other = self.page(width=width, locale=locale, like=page)
            other.goto(address)
            other.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
            self.look(other)
            if other.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self.faults.append(f"{other.url}: wider than {width}")
            other.context.close()

    def of(self, signed_in: StrictClient) -> Page:
        """A page of whoever is signed in there."""
        page, cookie = self.page(), signed_in.client.get_cookie("evalapp")
        assert cookie is not None
        page.context.add_cookies([{"name": "evalapp", "value": cookie.value, "url": self.url}])
        return page

    def violations(self) -> list[str]:
        return [line for watcher in self.watchers for line in watcher.violations]


class Life(Windows):
    """Windows on a district that a server of its own serves."""

    def __init__(self, district: District, browser: Browser) -> None:
        super().__init__(district.server.url, browser)
        self.district = district

    def at_desk(self, login: str) -> Page:
        """Sign in for the first time: the one-time password, a password of one's own, the second factor."""
        page = self.page()
        self.visit(page, "/desk/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", self.district.passwords[login])
        page.locator("#main button[type=submit]").click()
        page.locator("#secret").wait_for()
        self.look(page)
        secret = page.inner_text("#secret").replace(" ", "")
        page.fill("[name=new_password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.fill("[name=code]", pyotp.TOTP(secret).now())
        page.get_by_role("button", name="设好并登录").click()
        page.locator("#secret").wait_for(state="detached")
        self.look(page)
        return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state("load")


def tab_to(page: Page, selector: str) -> None:
    """Reach what `selector` names with the Tab key alone."""
    for _ in range(200):
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")


def sign_in_with_keys(life: Life, page: Page) -> None:
    life.visit(page, "/sign-in?next=/episodes/1")
    tab_to(page, "[name=phone]")
    page.keyboard.type(phone(1))
    page.keyboard.press("Enter")
    page.locator("[name=code]").wait_for()
    life.look(page)
    code = life.district.server.code_for(phone(1))
    tab_to(page, "[name=code]")
    page.keyboard.type(code)
    tab_to(page, "[name=consent]")
    page.keyboard.press("Space")
    tab_to(page, "#main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/episodes/1")
    life.look(page)
