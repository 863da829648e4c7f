"""A step of a case runs late: yellow, reminded, red, a notice, its answer, contested, upheld by two people; in a real browser.

Everybody works with the keyboard alone; time passes by the one clock; axe and the content policy are asked on the way, at 360 and
1280 pixels, in both languages. The planted defect is a worker that never comes round: the lamp is red all the same,
and that nobody was told is noticed.
"""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from evalapp.accounts.models import Role
from evalapp.approvals import jobs
from evalapp.approvals.models import Case, CaseCard
from evalapp.approvals.rules.kinds import Lamp
from evalapp.approvals.rules.reckoning import lamp
from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.accounts import People
from tests.support.cases import Cases
from tests.support.desk import Desks
from tests.support.lived import Windows, tab_to
from tests.support.web_server import chromium, serving

TRIGGER = "环节超时"
ANSWER = "受理岗缺人，今天已由副股长顶岗，积压的三件明天办完。"
CONTEST = "受理岗当天下午停电，系统恢复以后才能录入，有停电通知为证。"
UPHELD = "两人核对了停电通知和录入记录：停电只有一个小时，环节超了三天。"


def hand_in(cases: Cases) -> datetime:
    """A case whose step has just begun; return the moment of the step's red card, at which the case as a whole is in time."""
    now = clock.now()
    cases.take(
        [
            cases.event("submitted", "A-1", now, applicant={"name": "示例人", "phone": "+8612000000077"}),
            cases.event("accepted", "A-1", now),
            cases.event("step_begun", "A-1", now, step="receive", post="受理岗"),
        ]
    )
    with cases.platform.session() as session:
        case = session.scalars(select(Case)).one()
    assert case.red_at is not None
    assert case.due_at is not None
    assert case.red_at < case.due_at
    return case.red_at


def lamp_and_cards(platform: Platform) -> tuple[Lamp, list[datetime]]:
    """What the lamp shows, and the moments of the cards that were written."""
    with platform.session() as session:
        case = session.scalars(select(Case)).one()
        cards = session.scalars(select(CaseCard.at).order_by(CaseCard.at)).all()
        return lamp(case.yellow_at, case.red_at, clock.now()), list(cards)


def come_round(platform: Platform) -> None:
    """What the worker does when it comes by."""
    jobs.act_due(platform)
    jobs.write_notices(platform)


def press(page: Page, selector: str) -> None:
    """Reach a button or a link with the Tab key and press it."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, selector: str, words: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(words)


def unfold(page: Page, heading: str) -> None:
    page.locator("summary", has_text=heading).first.focus()
    page.keyboard.press("Enter")


def check_noticed(page: Page, url: str) -> None:
    """What everybody reads once the worker was there: a matter of the monitor about the step."""
    page.goto(f"{url}/matters")
    assert page.get_by_text(TRIGGER).count()


def is_told(unit: Page, life: Windows) -> None:
    """Near, yellow and red are on the unit's desk, each for its moment; both cards say what they are based on."""
    life.visit(unit, "/desk/notices")
    for words in ("办件快到期了", "办件亮了黄牌", "办件亮了红牌", "收到蓝色督办单"):
        expect(unit.get_by_text(words).first).to_be_visible()
    life.visit(unit, "/desk/unit/cards")
    life.look_both_ways(unit)
    expect(unit.locator("#main tbody tr", has_text=TRIGGER)).to_have_count(2)
    press(unit, "#main tbody tr:first-child th a")
    expect(unit.get_by_role("heading", level=1)).to_have_text(f"红牌：{TRIGGER}")
    expect(unit.get_by_text("受理", exact=False).first).to_be_visible()


def answers(unit: Page, life: Windows) -> None:
    """The notice that the red card led to; then the card is contested."""
    card = unit.url
    press(unit, "#main a[href^='/desk/unit/matters/']")
    life.look_both_ways(unit)
    write(unit, "textarea[name^=DBD]", ANSWER)
    press(unit, "form[action*='/notices/'] button[type=submit]")
    expect(unit.get_by_text("按时答复").first).to_be_visible()
    unit.goto(card)
    unfold(unit, "这张牌不对，申诉")
    write(unit, "#main textarea[name=text]", CONTEST)
    press(unit, "#main form[action*='/cards/'] button[type=submit]")
    expect(unit.get_by_text("复核中").first).to_be_visible()
    life.look_both_ways(unit)


def upholds(first: Page, second: Page, life: Windows) -> None:
    """One person proposes that the card stands, who cannot confirm it; another confirms."""
    for page in (first, second):
        page.goto(f"{life.url}/desk/office/cards?which=contested")
        press(page, "#main tbody tr:first-child th a")
        press(page, "#main a[href^='/desk/office/matters/']")
        if page is first:
            unfold(page, "复核")
            tab_to(page, "[name=rule-verdict]")
            for _ in range(2):  # nothing is chosen beforehand
                page.keyboard.press("ArrowDown")
            write(page, "[name=rule-reason]", UPHELD)
            press(page, "form[action$='/rule'] button[type=submit]")
            expect(page.get_by_text("须由另一人登录确认").first).to_be_visible()
            life.look_both_ways(page)
        else:
            press(page, "form[action$='/confirm'] button")
    life.look(second)


@pytest.mark.slow
def test_a_step_runs_late_and_its_card_is_upheld_by_two_people(
    platform: Platform, app: Flask, people: People, cases: Cases, desks: Desks
) -> None:
    later = hand_in(cases) + timedelta(hours=1)
    with clock.at(later), serving(app) as address, chromium() as browser:
        life = Windows(address, browser)
        public = life.page(width=360)
        with pytest.raises(AssertionError):  # the planted defect
            check_noticed(public, address)
        assert lamp_and_cards(platform) == (Lamp.RED, [])
        come_round(platform)
        check_noticed(public, address)
        unit = life.of(desks.unit(cases.unit).browser)
        is_told(unit, life)
        answers(unit, life)
        first, second = (
            life.of(people.at_desk(Role.OFFICE, post=f"{one} 岗").browser) for one in ("first", "second")
        )
        upholds(first, second, life)

        public.goto(f"{address}/monitor/journal")
        for words in ("复核后维持牌", TRIGGER, UPHELD, "first 岗、second 岗"):
            expect(public.get_by_text(words).first).to_be_visible()
        expect(public.get_by_text("示例人")).to_have_count(0)
        life.look_both_ways(public)
        unit.reload()
        expect(unit.get_by_text("有效").first).to_be_visible()
        assert life.faults == []
        assert life.violations() == []
