"""Low grades become a matter, a plan, a look back in a later episode, and a second grade: before and after side by side.

Against the real server in a real browser; residents at 360 pixels and with keys, the desk at 1280, the result in both
languages. Every page of the way is asked by axe.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from evalapp.ballots import polling as ballots
from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.services import announcing, casting
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.programme.models import Episode
from evalapp.programme.services import planning
from tests.journeys.test_the_whole_life import Life, press, sign_in_with_keys, tab_to
from tests.support.ballots import Polling, circumstances, submission
from tests.support.life import District, opened
from tests.support.watchable import add_prepared, make_watchable
from tests.support.web_server import chromium

DIFFER = "评的人不一样"
SLOW = {Dimension.SERVICE: ("slow",)}


class Looking(District):
    """A district whose unit comes twice: the second time it looks back at the first."""

    def found(self) -> None:
        super().found()
        with opened(self.server.data) as platform, platform.transaction() as session:
            first = session.query(Episode).one()
            planning.create_episode(
                session,
                season_id=first.season_id,
                unit_id=first.unit_id,
                title="老楼加装电梯，回头看",
                speaker_post="局长",
                actor=SYSTEM,
            )

    def open_box(self, number: int, *, content: int, slow: int, hours: int = 6) -> None:
        """While the server is down: announce, and let so many be content and so many call the service slow."""
        with opened(self.server.data, offset=self.offset) as platform:
            kept = ballots.open_polling(platform)
            with platform.transaction() as session:
                episode = session.query(Episode).filter_by(number=number).one()
                add_prepared(session, episode)
                session.flush()
                announcing.announce(
                    session,
                    episode,
                    keepers=kept.keepers,
                    receipts=kept.signer.verifier,
                    actor=SYSTEM,
                    opens_at=clock.now(),
                    closes_at=clock.now() + timedelta(hours=hours),
                )
            make_watchable(platform, episode)
            self._vote(platform, number, content=content, slow=slow)

    def _vote(self, platform, number: int, *, content: int, slow: int) -> None:
        polling = Polling(platform)
        polling.numbers = iter(range(number * 1_000, number * 1_000 + 999))
        with platform.session() as session:
            booth = polling.booths.of(session, number)
        for turn, voter in enumerate(polling.voters(content + slow)):
            where = circumstances(uuid.uuid4().hex, device=f"device-{turn}", address=f"198.51.{turn}.7")
            said = submission((5, 4, 2), reasons=SLOW) if turn < slow else submission((5, 4, 5 - turn % 2))
            with platform.transaction() as session:
                casting.cast(session, booth, said, voter=voter, circumstances=where)
        polling.booths.close()

    def pass_time(self, by: timedelta) -> None:
        """Stop, and let so much time pass."""
        self.server.stop()
        self.offset += int(by.total_seconds())
        self.server.environment["EVALAPP_CLOCK_OFFSET"] = str(self.offset)


class Desk(Life):
    """Who signed in stays at the desk while no time passes."""

    def __init__(self, district, browser) -> None:
        super().__init__(district, browser)
        self.signed_in: dict[str, Page] = {}

    def at_desk(self, login: str) -> Page:
        if login not in self.signed_in:
            self.signed_in[login] = super().at_desk(login)
        return self.signed_in[login]

    def in_english(self, path: str, *, width: int) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 780}, locale="en-GB")
        page = context.new_page()
        self.visit(page, path)
        return page


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Desk]:
    district = Looking(tmp_path)
    district.found()
    district.open_box(1, content=30, slow=11)
    district.server.start()
    try:
        with chromium() as browser:
            yield Desk(district, browser)
    finally:
        district.server.stop()


def grade(life: Desk, page: Page, number: int, *, service: str, reason: str = "") -> None:
    """Grade with keys alone: the first two well, the service as `service` says."""
    life.visit(page, f"/episodes/{number}")
    for name, value in (("openness", "5"), ("highlights", "5"), ("service", service)):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
        for _ in range(5 - int(value)):
            page.keyboard.press("ArrowRight")
    if reason:
        tab_to(page, f"[name=service-reasons][value={reason}]")
        page.keyboard.press("Space")
    tab_to(page, "[data-grading] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="你的评议回执")).to_be_visible()
    life.look(page)


def ask_again(life: Desk, page: Page) -> None:
    """请再问我, with keys, on the receipt; it is offered to everybody in the same words."""
    tab_to(page, "form[action$='/ask-again/on'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    life.visit(page, "/episodes/1")
    expect(page.get_by_role("button", name="不用再问我")).to_be_visible()


def publish(life: Desk, number: int, first: str, second: str) -> None:
    page = life.at_desk(first)
    for _ in range(60):
        page.goto(f"{life.url}/desk/office/boxes/{number}")
        if page.get_by_role("button", name="开箱计票").count():
            break
        page.wait_for_timeout(500)
    for name in ("开箱计票", "准备结果", "提出公布"):
        press(page, name)
    life.look(page)
    page = life.at_desk(second)
    life.visit(page, f"/desk/office/boxes/{number}")
    press(page, "我已核对，确认")
    life.look(page)


def plan(life: Desk) -> str:
    """The unit finds the matter and plans with keys and form; returns the matter's reference."""
    page = life.at_desk("unit")
    for path in (
        "/desk/unit/voices",
        "/desk/unit/results",
        "/desk/unit/results/1/objection",
        "/desk/unit/matters",
    ):
        life.visit(page, path)
    with page.expect_navigation():
        page.locator("#main a[href*='/desk/unit/matters/MT-']").first.click()
    life.look(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("低分")
    reference = page.url.rsplit("/", 1)[-1].partition("?")[0]
    page.locator("summary", has_text="定整改方案").click()
    page.fill("[name=plan-text]", "窗口和现场并成一次，二十日内答复。")
    page.fill("[name=plan-steps-0-what]", "并成一次联合审查")
    page.fill("[name=plan-steps-0-post]", "审批科科长")
    due_on = clock.local(clock.now() + timedelta(seconds=life.district.offset, days=5)).date()
    page.fill("[name=plan-steps-0-due_on]", due_on.isoformat())
    press(page, "公开方案")
    life.look(page)
    return reference


def look_back(life: Desk, reference: str) -> None:
    page = life.at_desk("first")
    life.visit(page, f"/desk/office/matters/{reference}")
    with page.expect_navigation():
        page.get_by_role("link", name="列入回头看").click()
    life.look(page)
    press(page, "列入并通知")
    life.look(page)
    expect(page.get_by_text("已列入回头看").first).to_be_visible()


def before_and_after(page: Page, *, differ: str = DIFFER) -> None:
    """Both results stand side by side, each with its interval, with the word that the voters differ."""
    section = page.locator("section[aria-labelledby=again]")
    assert differ in section.inner_text()
    assert section.locator(".dk-g2c > div").count() == 2
    for place in range(2):
        side = section.locator(".dk-g2c > div").nth(place)
        assert "95%" in side.inner_text()
        assert side.locator("svg").count() >= 1, "an interval is drawn"


def read_before_and_after(life: Desk, reference: str) -> None:
    for width in (360, 1280):
        page = life.page(width=width)
        for number in (1, 2):
            life.visit(page, f"/episodes/{number}/results")
            before_and_after(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                "nothing runs out of the page"
            )
        page.context.close()
        english = life.in_english("/episodes/2/results", width=width)
        before_and_after(english, differ="voters differ")
        english.context.close()
    page = life.page(width=360)
    life.visit(page, f"/matters/{reference}")
    page.context.close()


def a_page_without_the_word_is_noticed(life: Desk) -> None:
    """The planted defect: the same page, but nothing says that other people graded."""
    page = life.page()

    def without(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(DIFFER, "评的人一样"))

    page.route("**/results", without)
    page.goto(f"{life.url}/episodes/2/results")
    with pytest.raises(AssertionError):
        before_and_after(page)
    page.context.close()


@pytest.mark.slow
def test_low_grades_are_looked_back_at_and_graded_again(life: Desk) -> None:
    resident = life.page(width=360)
    sign_in_with_keys(life, resident)
    grade(life, resident, 1, service="2", reason="slow")
    ask_again(life, resident)
    life.district.pass_time(timedelta(hours=7))
    life.district.server.start()
    publish(life, 1, "first", "second")
    life.visit(resident, "/episodes/1/results")
    expect(resident.get_by_text("至少 12 人")).to_be_visible()
    reference = plan(life)
    look_back(life, reference)
    life.district.pass_time(timedelta(days=3))
    life.district.open_box(2, content=36, slow=3)
    life.district.server.start()
    life.visit(resident, "/me")
    resident.get_by_text("第 2 期有回头看").first.wait_for()
    life.visit(resident, "/episodes/2")
    expect(resident.locator("#looks-back")).to_contain_text(reference)
    grade(life, resident, 2, service="5")
    life.district.pass_time(timedelta(hours=7))
    life.district.server.start()
    publish(life, 2, "plan", "read")
    read_before_and_after(life, reference)
    a_page_without_the_word_is_noticed(life)
    assert life.faults == []
    assert life.violations() == []
