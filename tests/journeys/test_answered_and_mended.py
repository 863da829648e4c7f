"""From a question at a moment of the recording to a matter that the asker confirms as mended, in a real browser.

Asked, approved with its class, late, reminder, supervision notice, an answer that does not answer, reopened, rectified with
evidence, checked by somebody who is not of the unit, confirmed. Everybody works with the keyboard alone; time passes by the
one clock; axe and the content policy are asked on the way, at 360 and 1280 pixels, in both languages.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from evalapp.accounts.models import Role
from evalapp.accounts.services import staff
from evalapp.comments.models import Thread
from evalapp.comments.rules.asking import Asking
from evalapp.core import calendar, clock
from evalapp.core.permissions import SYSTEM
from evalapp.supervision.models import Deadline
from evalapp.units.services import members
from tests.support.comments import Comments
from tests.support.delivered import PreparedClip, Recordings
from tests.support.life import District, opened
from tests.support.lived import Life, sign_in_with_keys, tab_to
from tests.support.units import UnitFactory
from tests.support.web_server import chromium

QUESTION = "三号楼的楼道灯什么时候能修好？"
PASSED_ON = "您反映的问题已转办物业科。"
EVASIVE = "我局历来重视照明工作，今年一共更换楼道灯两千余盏，群众普遍满意。"
PLAN = "三号楼六盏灯全部换成声控灯，物业科每月巡查一次。"
TOLD = [
    "立项",
    "催办：到期前提醒",
    "催办：到期当天提醒",
    "催办：逾期提醒",
    "发出督办单",
    "答复督办单",
    "答复",
    "提问人评价答复",
    "重新打开",
    "公布整改方案",
    "上传佐证",
    "完成一步",
    "报告整改完成",
    "核查通过",
    "居民确认",
]


class Town(District):
    """A district with one episode that can be watched, and people of its unit and of the office."""

    def found(self, clip: PreparedClip | None = None) -> None:
        with opened(self.server.data) as platform:
            recordings = Recordings(platform, lambda: clip, Path(), UnitFactory(platform))  # type: ignore[arg-type]
            episode = recordings.episode(opens_at=clock.now() - timedelta(days=1))
            if clip is not None:
                recordings.clip = clip.source
                recordings.prepared(episode)
            with platform.transaction() as session:
                for login, role in (("read", Role.OFFICE), ("check", Role.OFFICE), ("unit", Role.UNIT)):
                    made = staff.add(
                        session, login=login, post=f"{login} 岗", role=role, wait=timedelta(0), actor=SYSTEM
                    )
                    self.passwords[login] = made.password
                    if role is Role.UNIT:
                        members.assign_staff(
                            session, unit_id=episode.unit_id, staff_id=made.staff_id, actor=SYSTEM
                        )

    def ask(self) -> None:
        """Have a simple question asked and approved without a browser."""
        with opened(self.server.data) as platform:
            comments = Comments(platform)
            with platform.session() as session:
                thread = session.scalars(select(Thread)).one()
            comments.asked(thread, asking=Asking.SIMPLE_QUESTION)

    def until_noticed(self) -> timedelta:
        """How long it is until the blue notice: a working day after the term, and an hour for the worker."""
        with opened(self.server.data, offset=self.offset) as platform, platform.session() as session:
            due_at = session.scalars(select(Deadline.due_at)).one()
            noticed_at = calendar.term_ends_at(
                session, received_at=due_at - timedelta(seconds=1), working_days=1
            )
            return noticed_at - clock.now() + timedelta(hours=12)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()


def enter(page: Page, selector: str) -> None:
    """Reach a button with the Tab key and press it."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, selector: str, words: str) -> None:
    """Reach a field with the Tab key and write into it, instead of what stands there."""
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def unfold(page: Page, heading: str) -> None:
    """Reach a fold with the Tab key and open it."""
    for _ in range(200):
        focused = page.evaluate("document.activeElement.tagName + document.activeElement.textContent.trim()")
        if focused == f"SUMMARY{heading}":
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {heading} on {page.url}")


def told(page: Page) -> list[str]:
    """The headings of the public timeline of the matter, which is append-only."""
    return [
        one.strip()
        for one in page.locator("#history")
        .locator("xpath=ancestor::section")
        .locator("ol.dk-steps h3")
        .all_inner_texts()
    ]


def check_escalated(page: Page, *, seconds: int) -> None:
    """What everybody reads at the matter when a working day has passed after its term, once the worker is awake."""
    end = time.monotonic() + seconds
    while told(page) != TOLD[:5] and time.monotonic() < end:
        page.wait_for_timeout(500)
        page.reload()
    assert told(page) == TOLD[:5]
    expect(page.get_by_text("蓝色督办单").first).to_be_visible()


def asks(life: Life, page: Page) -> None:
    sign_in_with_keys(life, page)
    write(page, "#comment [name$=text]", QUESTION)
    write(page, "#comment [name$=at]", "0:05")
    enter(page, "#comment button[type=submit]")
    life.look(page)


def approves(life: Life) -> str:
    """The class is suggested; the moderator chooses the simple one. Returns the public page of the matter."""
    page = life.at_desk("read")
    life.visit(page, "/desk/office/comments")
    tab_to(page, "select[name$=asking]")
    page.keyboard.press("ArrowUp")
    assert page.locator("select[name$=asking]").first.input_value() == Asking.SIMPLE_QUESTION
    tab_to(page, "button[data-key=a]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-queue] > li")).to_have_count(0)
    life.look_both_ways(page, "/desk/office/comments?show=shown")
    life.visit(page, "/episodes/1")
    matter = page.locator("a[href^='/matters/MT-']").first.get_attribute("href")
    assert matter is not None
    page.context.close()
    return matter


def answers_without_answering(life: Life, unit: Page, matter: str) -> None:
    unit.goto(f"{life.url}/desk/unit/inbox")
    expect(unit.locator(".dk-inbox").get_by_text("逾期").first).to_be_visible()
    enter(unit, "a.dk-mail")
    life.look_both_ways(unit)
    write(unit, "#reply textarea", PASSED_ON)
    enter(unit, "#reply button[value=publish]")
    expect(unit.locator("#text-error")).to_contain_text("这只是说转给了别人")
    expect(unit.locator("#reply textarea")).to_have_value(PASSED_ON)
    life.look(unit)
    life.visit(unit, f"/desk/unit{matter}")
    write(unit, "textarea[name^=DBD]", "人手不足，今天已安排物业科去修，明天办完。")
    enter(unit, "form[action*='/notices/'] button[type=submit]")
    unit.goto(f"{life.url}/desk/unit/inbox")
    enter(unit, "a.dk-mail")
    write(unit, "#reply textarea", EVASIVE)
    enter(unit, "#reply button[value=publish]")
    life.look(unit)


def reopens(life: Life, asker: Page) -> None:
    life.visit(asker, "/episodes/1")
    life.look_both_ways(asker)
    enter(asker, "form[action$='/answer-grade/evasive'] button")
    enter(asker, "form[action$='/reopen'] button")
    expect(asker.get_by_text("重新打开").first).to_be_visible()
    life.look(asker)


def mends(life: Life, unit: Page, matter: str, evidence: Path) -> None:
    unit.goto(f"{life.url}/desk/unit{matter}")
    life.look_both_ways(unit)
    unfold(unit, "定整改方案")
    write(unit, "[name=plan-text]", PLAN)
    write(unit, "[name=plan-steps-0-what]", "换三号楼的六盏灯")
    write(unit, "[name=plan-steps-0-post]", "物业科科长")
    tab_to(unit, "[name=plan-steps-0-due_on]")
    due_on = clock.local(clock.now() + timedelta(seconds=life.district.offset, days=1))
    unit.fill("[name=plan-steps-0-due_on]", due_on.strftime("%Y-%m-%d"))
    enter(unit, "form[action$='/plan'] button[type=submit]")
    life.look_both_ways(unit)
    unfold(unit, "传佐证")
    tab_to(unit, "[name=evidence-kind]")
    unit.keyboard.press("ArrowDown")
    unit.set_input_files("[name=evidence-file]", evidence)
    write(unit, "[name=evidence-caption]", "换好以后的三号楼")
    enter(unit, "form[action$='/evidence'] button[type=submit]")
    write(unit, "form[action$='/step'] input[name$=outcome]", "六盏全部换好，试灯通过")
    enter(unit, "form[action$='/step'] button[type=submit]")
    unfold(unit, "报告整改完成")
    write(unit, "[name=claim-text]", "六盏声控灯全部换好。")
    enter(unit, "form[action$='/claim'] button[type=submit]")
    life.look(unit)


def checks(life: Life, matter: str) -> None:
    page = life.at_desk("check")
    page.goto(f"{life.url}/desk/office{matter}")
    life.look_both_ways(page)
    unfold(page, "核查整改")
    tab_to(page, "[name=check-verdict]")
    page.keyboard.press("ArrowDown")  # nothing is chosen beforehand
    write(page, "[name=check-note]", "晚上到三号楼看过，六盏都亮。")
    enter(page, "form[action$='/check'] button[type=submit]")
    life.look(page)
    page.context.close()


def confirms(life: Life, asker: Page) -> None:
    life.visit(asker, "/episodes/1")
    enter(asker, "form[action$='/mended/yes'] button")
    expect(asker.get_by_text("居民确认已改").first).to_be_visible()
    life.look(asker)


@pytest.mark.slow
def test_a_question_is_answered_mended_checked_and_confirmed(
    town: Town, prepared_clip: PreparedClip, tmp_path: Path
) -> None:
    evidence = tmp_path / "after.jpg"
    Image.new("RGB", (640, 480), (240, 220, 160)).save(evidence)
    town.found(prepared_clip)
    town.server.start()
    with chromium() as browser:
        life = Life(town, browser)
        asker, public = life.page(width=360), life.page()
        asks(life, asker)
        matter = approves(life)
        town.forward(town.until_noticed())
        public.goto(life.url + matter)
        check_escalated(public, seconds=40)
        unit = life.at_desk("unit")
        answers_without_answering(life, unit, matter)
        reopens(life, asker)
        mends(life, unit, matter, evidence)
        public.goto(life.url + matter)
        expect(public.get_by_text("还没有人核查过，不能算改好了。")).to_be_visible()
        checks(life, matter)
        confirms(life, asker)
        public.goto(life.url + matter)
        assert told(public) == TOLD
        life.look_both_ways(public)
        assert life.faults == []
        assert life.violations() == []


@pytest.mark.slow
def test_that_nobody_reminds_is_noticed_though_the_matter_is_late_all_the_same(town: Town) -> None:
    """The planted defect: a server whose worker never runs."""
    town.found()
    town.ask()
    town.offset = int(town.until_noticed().total_seconds())
    town.server.environment["EVALAPP_CLOCK_OFFSET"] = str(town.offset)
    town.server.start("--no-worker")
    with chromium() as browser:
        page = Life(town, browser).page()
        page.goto(f"{town.server.url}/matters")
        page.locator("a[href^='/matters/MT-']").first.click()
        page.wait_for_load_state("load")
        expect(page.get_by_text("逾期").first).to_be_visible()
        assert told(page) == TOLD[:1]
        with pytest.raises(AssertionError):
            check_escalated(page, seconds=3)
