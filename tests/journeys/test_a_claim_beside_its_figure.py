"""The head's claim and what the monitor measured stand side by side, for the same year, down to the cases behind the figure."""

import contextlib
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update

from evalapp.approvals.models import HandledTotal
from evalapp.core import calendar, clock
from evalapp.core.platform import Platform
from tests.support.cases import Cases, cases
from tests.support.pledges import PledgeFactory, days
from tests.support.programme import Programme
from tests.support.units import UnitFactory
from tests.support.web_server import Watcher, chromium, serving

__all__ = ["cases"]
TOOK = (1, 2, 2, 3, 3, 3, 4, 4, 5, 9, 9, 9)  # working days; pledged are five
BESIDE = """reference => {
  const box = node => node.getBoundingClientRect();
  const link = document.querySelector(`#pledges a[href^="/pledges/${reference}"]`);
  const row = link.closest(".dk-pledge").querySelector(".dk-ev");
  const [pledged, actual] = row.querySelectorAll("span");
  return { row: row.innerText, onOneLine: Math.abs(box(pledged).top - box(actual).top) < 2,
           inside: box(row).right <= innerWidth };
}"""


def hand_in(cases: Cases) -> None:
    """Cases that took so many working days up to now, each event when it happens."""
    with cases.platform.session() as session:
        known = calendar.load(session)
    ended = clock.now() - timedelta(hours=2)
    while not known.is_working(clock.local(ended).date()):
        ended -= timedelta(days=1)
    for number, taken in enumerate(TOOK):
        accepted, left = ended, taken
        while left or not known.is_working(clock.local(accepted).date()):
            left -= known.is_working(clock.local(accepted).date())
            accepted -= timedelta(days=1)
        for kind, at in (("submitted", accepted), ("accepted", accepted), ("decided", ended)):
            cases.take([cases.event(kind, f"J-{number}", at)])


def claim_and_figure(page: Page, address: str, number: int, reference: str, code: str) -> None:
    """As a resident who hears the head's pledge, and looks whether it is so."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/episodes/{number}")
        beside = page.evaluate(BESIDE, reference)
        assert "5 个工作日" in beside["row"], beside
        assert "4.5 日" in beside["row"], beside  # 54 days over twelve cases
        assert "75%" in beside["row"], beside
        assert "未达承诺" in beside["row"], beside
        assert beside["onOneLine"], beside
        assert beside["inside"], beside
    page.click(f'#pledges a[href^="/pledges/{reference}"]')
    assert "未达承诺" in page.inner_text("main")
    page.click(f'a[href^="/services/{code}/record"]')
    assert page.inner_text("main").count("超过承诺时限") == 3
    assert page.inner_text("main").count("***") == len(TOOK)
    page.goto(f"{address}/services/{code}")
    assert "未达承诺" in page.inner_text("main")
    page.goto(f"{address}/kiosk/services/{code}")
    assert "未达承诺" in page.inner_text("main")


def test_the_claim_and_the_figure_stand_side_by_side(platform: Platform, app: Flask, cases: Cases) -> None:
    reference = PledgeFactory(platform).pledge(cases.unit, term=days(5), items=(cases.item.code,)).reference
    episode = Programme(platform, UnitFactory(platform)).planned(unit=cases.unit)
    hand_in(cases)
    with (
        serving(app) as address,
        chromium() as browser,
        contextlib.closing(browser.new_context(locale="zh-CN")) as context,
    ):
        watcher = Watcher(context)
        page = context.new_page()
        claim_and_figure(page, address, episode.number, reference, cases.item.code)
        assert watcher.faults == []
        with contextlib.closing(browser.new_context(locale="en-GB")) as english:
            page_in_english = english.new_page()
            page_in_english.goto(f"{address}/episodes/{episode.number}")
            assert "Not kept" in page_in_english.inner_text("#pledges")
        with platform.transaction() as session:  # the planted defect: a total that lost cases
            session.execute(update(HandledTotal).where(HandledTotal.used == 9).values(cases=1, total=9))
        with pytest.raises(AssertionError):
            claim_and_figure(page, address, episode.number, reference, cases.item.code)
