"""A village's quarter: imported with three faults, mended, published; a resident questions a line; the answer comes late.

In a real browser; time passes by the one clock; axe and the content policy are asked on the way, at 360 and 1280 pixels, in
both languages.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from evalapp.accounts.models import Role
from evalapp.accounts.services import staff
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.units.models import UnitKind
from evalapp.units.services import members, tree
from tests.support.accounts import phone
from tests.support.life import District, opened
from tests.support.lived import Life
from tests.support.web_server import chromium

ANSWER = "修的是村口到二组的一段，长二百六十米，合同和验收单在村部可以翻看。"


class Village(District):
    """A district with a village, its clerk, and its head who answers."""

    def found(self) -> None:
        with opened(self.server.data) as platform, platform.transaction() as session:
            town = tree.add_unit(
                session, kind=UnitKind.SUBDISTRICT, name="青山街道", slug="qingshan", actor=SYSTEM
            )
            village = tree.add_unit(
                session,
                kind=UnitKind.VILLAGE,
                name="白石村",
                slug="baishi",
                parent_id=town.id,
                actor=SYSTEM,
            )
            for login, post in (("clerk", "村委会报账员"), ("reply", "村委会主任")):
                made = staff.add(
                    session, login=login, post=post, role=Role.UNIT, wait=timedelta(0), actor=SYSTEM
                )
                self.passwords[login] = made.password
                members.assign_staff(session, unit_id=village.id, staff_id=made.staff_id, actor=SYSTEM)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = Village(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()


def table(day: date, *, mended: bool) -> str:
    """A clerk's table; with text in a number, a day outside the quarter and a line without its voucher."""
    amount, when, voucher = ("5000", day, "记-0003") if mended else ("五千元", day + timedelta(days=120), "")
    return (
        "类别,科目,事由,收付对象,金额,日期,凭证号,经手,民主理财小组,审批,会计\n"
        "期初结余,,,,10000,,,,,,\n"
        f"收入,上级补助,公益事业补助,街道财政所,{amount},{day},记-0001,报账员,组长,村委会主任,会计岗\n"
        f"支出,道路维修,村道补坑,工程单位,3200.50,{when},记-0002,报账员,组长,村委会主任,会计岗\n"
        f"支出,办公费,复印纸,商户,99.50,{day},{voucher},报账员,组长,村委会主任,会计岗\n"
        "收入合计,,,,5000,,,,,,\n支出合计,,,,3300,,,,,,\n期末结余,,,,11700,,,,,,\n"
    )


def hand_in(page: Page, period: str, path: Path, *, dry_run: bool) -> None:
    page.fill("[name=period]", period)
    page.set_input_files("[name=file]", path)
    page.set_checked("[name=dry_run]", dry_run)
    page.get_by_role("button", name="交上去").click()
    page.wait_for_load_state("load")


def imports(life: Life, clerk: Page, period: str, folder: Path, day: date) -> None:
    """Three faults are named by their cells and nothing is kept; the mended table is looked at, taken and published."""
    path = folder / "quarter.csv"
    path.write_text(table(day, mended=False), encoding="utf-8")
    life.visit(clerk, f"/desk/unit/finances/import?period={period}")
    hand_in(clerk, period, path, dry_run=False)
    for cell in ("E3", "F4", "G5"):
        expect(clerk.get_by_role("rowheader", name=cell)).to_be_visible()
    life.look(clerk)
    assert life.page().goto(f"{life.url}/boards/baishi/finances/{period}").status == 404  # type: ignore[union-attr]
    path.write_text(table(day, mended=True), encoding="utf-8")
    hand_in(clerk, period, path, dry_run=True)
    expect(clerk.get_by_text("检查过了，没有错误，还没有保存")).to_be_visible()
    hand_in(clerk, period, path, dry_run=False)
    expect(clerk.get_by_text("草稿，没有公开")).to_be_visible()
    life.look_both_ways(clerk)
    clerk.get_by_role("button", name="公开", exact=True).click()
    expect(clerk.get_by_text("公开中")).to_be_visible()


def posts(life: Life, clerk: Page) -> None:
    """A list of people is masked in the preview, and what is posted stands on the board."""
    life.look_both_ways(clerk, "/desk/unit/boards")
    life.look_both_ways(clerk, "/desk/unit/finances/budget")
    clerk.goto(f"{life.url}/desk/unit/boards/new")
    life.look_both_ways(clerk)
    clerk.select_option("[name=code]", "key-projects")
    clerk.fill("[name=formed_on]", clock.today().isoformat())
    clerk.fill("[name=title]", "二组道路改造开工")
    clerk.fill("[name=table]", "姓名 | 用工天数\n示例甲乙 | 12")
    clerk.get_by_role("button", name="保存草稿").click()
    expect(clerk.locator("#preview").locator("xpath=ancestor::section").get_by_text("示***")).to_be_visible()
    life.look_both_ways(clerk)
    clerk.get_by_role("button", name="公开", exact=True).click()
    expect(clerk.get_by_text("公开过的每一版")).to_be_visible()


def sign_in(life: Life, page: Page, onward: str) -> None:
    page.goto(f"{life.url}/sign-in?next={onward}")
    page.fill("[name=phone]", phone(1))
    page.keyboard.press("Enter")
    page.locator("[name=code]").wait_for()
    page.fill("[name=code]", life.district.server.code_for(phone(1)))
    page.check("[name=consent]")
    page.locator("#main").get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path == onward)


def asks(life: Life, resident: Page, period: str) -> str:
    """A resident finds the line on the board and questions it. Returns its address."""
    life.visit(resident, "/boards/baishi")
    life.look_both_ways(resident)
    resident.goto(f"{life.url}/boards/baishi/finances/{period}")
    life.look_both_ways(resident)
    line = resident.get_by_role("link", name="有疑问").nth(1).get_attribute("href")
    assert line is not None
    sign_in(life, resident, line)
    resident.check("[name=doubt][value=purpose]")
    resident.fill("[name=words]", "修的是哪一段？")
    resident.get_by_role("button", name="提交疑问").click()
    expect(resident.get_by_text("待答复")).to_be_visible()
    life.look_both_ways(resident)
    return line


def answers(life: Life, clerk: Page) -> None:
    clerk.goto(f"{life.url}/desk/unit/matters")
    clerk.locator("a[href*='/desk/unit/matters/MT-']").first.click()
    expect(clerk.get_by_text("修的是哪一段？")).to_be_visible()
    clerk.get_by_text("答复", exact=True).first.click()
    clerk.fill("[name=answer-text]", ANSWER)
    clerk.get_by_role("button", name="公开答复").click()
    clerk.wait_for_load_state("load")
    life.look(clerk)


@pytest.mark.slow
def test_a_quarter_is_mended_published_questioned_and_answered_late(village: Village, tmp_path: Path) -> None:
    village.found()
    village.server.start()
    quarter = Period.holding(clock.today(), Length.QUARTER).before
    period, day = str(quarter), quarter.first + timedelta(days=9)
    with chromium() as browser:
        life = Life(village, browser)
        clerk, resident = life.at_desk("clerk"), life.page(width=360)
        imports(life, clerk, period, tmp_path, day)
        posts(life, clerk)
        line = asks(life, resident, period)
        village.forward(timedelta(days=25))
        public = life.page()
        public.goto(life.url + line)
        expect(public.get_by_text("逾期未答复")).to_be_visible()
        answers(life, life.at_desk("reply"))
        public.goto(f"{life.url}/boards/baishi/finances/{period}")
        expect(public.get_by_text("逾期答复")).to_be_visible()
        public.goto(life.url + line)
        expect(public.get_by_text(ANSWER)).to_be_visible()
        life.look_both_ways(public)
        assert life.faults == []
        assert life.violations() == []
