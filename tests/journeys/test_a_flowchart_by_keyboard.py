"""A unit writes a power and draws its flowchart from nothing with the keyboard alone; residents then read it.

In a real browser; the drawing follows what is typed; axe and the content policy are asked on the way, at 360 and 1280 pixels,
in both languages.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.life import District
from tests.support.lived import Life, tab_to
from tests.support.web_server import chromium

CODE = "99010100ZJ-XK-0001"
KINDS = ("start", "step", "decision", "split", "join", "end")


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    made = District(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()


def type_into(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def choose(page: Page, selector: str, place: int) -> None:
    """Choose of a list by the arrows: back to its first entry, and down."""
    tab_to(page, selector)
    page.keyboard.press("Home")
    for _ in range(place):
        page.keyboard.press("ArrowDown")


def press(page: Page, selector: str) -> None:
    """Reach a button or link with the Tab key, press it, and wait for the page that comes."""
    tab_to(page, selector)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def step(page: Page, title: str, kind: str, *, actor: str = "", term: str = "", do: str = "save") -> None:
    """Fill in the form of the step that is open and press one of its buttons."""
    type_into(page, "[name=title]", title)
    choose(page, "[name=kind]", KINDS.index(kind))
    if actor:
        type_into(page, "[name=actor]", actor)
    if term:
        type_into(page, "[name=term]", term)
    press(page, f"button[name=do][value={do}]")


def open_step(page: Page, title: str) -> None:
    """Go to a step by its entry in the list."""
    place = page.locator(".dk-edit-step").all_inner_texts()
    at = next(number for number, text in enumerate(place, start=1) if title in text)
    press(page, f"#step-{at}")


def way_out(page: Page, number: int, target: str, label: str) -> None:
    """Lead a way out of the open step to another one, and say in which case."""
    options = page.locator(f"[name=ways-{number}-target] option").all_inner_texts()
    choose(
        page,
        f"[name=ways-{number}-target]",
        next(at for at, text in enumerate(options) if text.endswith(target)),
    )
    type_into(page, f"[name=ways-{number}-label]", label)


def writes(life: Life, page: Page) -> None:
    """The power itself, from the unit's list."""
    life.visit(page, "/desk/unit/powers")
    press(page, "a[href='/desk/unit/powers/new']")
    life.look_both_ways(page)
    type_into(page, "[name=code]", CODE)
    type_into(page, "[name=name]", "施工许可证核发")
    type_into(page, "[name=post]", "审批科科长")
    type_into(page, "[name=bases]", "《建筑法》|第七条")
    type_into(page, "[name=promised]", "5 个工作日")
    press(page, "form[action='/desk/unit/powers/new'] button[type=submit]")
    expect(page.get_by_text("接着画流程图")).to_be_visible()


def draws(life: Life, page: Page) -> None:
    """Five steps: an application, its receipt, a decision with two ends."""
    press(page, "form[action$='/flowchart/begin'] button[type=submit]")
    step(page, "提出申请", "start", do="add")
    step(page, "受理", "step", actor="综合窗口", term="1 个工作日", do="add")
    step(page, "是否准予", "decision", actor="分管负责人", term="3 个工作日", do="add")
    step(page, "不予许可，说明理由", "end")
    life.look_both_ways(page)
    open_step(page, "是否准予")
    way_out(page, 0, "办结", "准予")
    way_out(page, 1, "不予许可，说明理由", "不准予")
    preview = page.locator("#preview .dk-chart-wide")
    expect(preview.get_by_text("不准予")).to_be_visible()  # drawn as it is typed, nothing kept yet
    press(page, "button[name=do][value=save]")
    expect(page.locator("#preview").get_by_text("没有问题")).to_be_visible()
    life.look_both_ways(page)


def publishes(life: Life, page: Page) -> None:
    press(page, f"a[href='/desk/unit/powers/{CODE}#publish']")
    life.look_both_ways(page)
    press(page, "form[action$='/publish'] button[type=submit]")
    expect(page.get_by_text("已公布，原来的一版留在历史里。")).to_be_visible()


def reads(life: Life) -> None:
    """A resident finds the drawing and the list that says the same."""
    resident = life.page(width=360)
    life.visit(resident, f"/powers/{CODE}")
    steps = [text.split("\n")[0] for text in resident.locator(".dk-flow li b").all_inner_texts()]
    assert steps[:3] == ["提出申请", "受理", "是否准予"]
    assert sorted(steps[3:]) == ["不予许可，说明理由", "办结"]
    expect(resident.locator("svg.narrow").get_by_text("综合窗口")).to_be_visible()
    life.look_both_ways(resident)


@pytest.mark.slow
def test_a_unit_draws_a_flowchart_from_nothing_by_keyboard(district: District) -> None:
    district.found()
    district.server.start()
    with chromium() as browser:
        life = Life(district, browser)
        page = life.at_desk("unit")
        writes(life, page)
        draws(life, page)
        publishes(life, page)
        reads(life)
        page.goto(f"{life.url}/desk/unit/powers/{CODE}/flowchart")
        page.evaluate("document.querySelectorAll('button[name=do]').forEach(one => { one.tabIndex = -1; })")
        with pytest.raises(AssertionError, match="the keyboard does not reach"):  # the planted defect
            step(page, "提出申请", "start")
        assert life.faults == []
        assert life.violations() == []
