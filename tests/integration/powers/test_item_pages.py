"""The public pages of guides: the list, one guide, which papers one needs, paper, downloads; nothing is kept of a reader."""

import re

import pytest

from evalapp.core.platform import Platform
from evalapp.powers.rules.items.text import Paper
from evalapp.powers.services import items as services
from evalapp.units.models import Unit
from tests.support.items import PAPERS, ItemFactory
from tests.support.pledges import WRITER
from tests.support.statements import statements
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区卫生健康局", short_name="卫健局", slug="weijian")


def text_of(browser: StrictClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_a_guide_says_everything_that_one_comes_for(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    said = text_of(browser, f"/services/{item.code}")
    for words in ("5 个工作日", "法定 20 个工作日", "申请表", "仅限 代办人", "现场核查", "不计入办理时限", "能网上办吗？", "政务中心 3 楼", "0123-4567892", "《公共场所卫生管理条例》", "您来办"):  # fmt: skip
        assert words in said, words


def test_answers_lead_to_the_papers_and_only_to_them(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    path = f"/services/{items.published(unit).code}/papers"
    open_yet = text_of(browser, path)
    assert "看回答再定" in open_yet
    said = text_of(browser, f"{path}?v=1&q1=1&q2=2")
    assert "租房合同" in said
    assert "委托书" not in said
    assert "产权证明" not in said
    assert "另外 2 份不用带" in said


def test_ticks_live_in_the_address_and_nothing_is_kept(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    path = f"/services/{items.published(unit).code}/papers?v=1&q1=1&q2=2&have=1&have=2"
    answer = browser.get(path)
    assert "Set-Cookie" not in answer.headers
    page = answer.get_data(as_text=True)
    assert "还差 1 份" in page
    assert len(re.findall(r'name="have" value="\d+" checked', page)) == 2
    printed = browser.get(path.replace("/papers?", "/papers/print?")).get_data(as_text=True)
    assert printed.count('aria-label="已备好"') == 2
    assert "v=1&amp;q1=1&amp;q2=2&amp;have=1&amp;have=2" in printed


@pytest.mark.parametrize("query", ["q1=9&q2=x", "q1=-1", "have=99&have=x", "q9=1", "v=x", "q1=" + "9" * 30])
def test_strange_answers_are_passed_over(
    browser: StrictClient, unit: Unit, items: ItemFactory, query: str
) -> None:
    said = text_of(browser, f"/services/{items.published(unit).code}/papers?{query}")
    assert "看回答再定" in said


def test_a_list_made_of_an_earlier_guide_is_asked_again(
    browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    items.changed(item, papers=PAPERS[1:])
    said = text_of(browser, f"/services/{item.code}/papers?v=1&q1=2&q2=1&have=1")
    assert "照以前的一版做的" in said
    assert "看回答再定" in said


def test_a_withdrawn_item_says_so_everywhere(
    browser: StrictClient, platform: Platform, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    with platform.transaction() as session:
        services.withdraw_item(session, item_id=item.id, reason="并入别的事项", actor=WRITER)
    for path in ("", "/print", "/papers", "/papers/print"):
        assert "不再办理" in text_of(browser, f"/services/{item.code}{path}")
    assert item.code not in text_of(browser, "/services")
    assert item.code in text_of(browser, "/services?state=withdrawn")


def test_forms_are_saved_and_never_shown(browser: StrictClient, unit: Unit, items: ItemFactory) -> None:
    item = items.published(unit)
    file = items.file(item)
    assert browser.get(f"/services/files/{file.token}").status_code == 404
    items.changed(item, papers=(Paper(name="申请表", form=file.token), *PAPERS[1:]))
    answer = browser.get(f"/services/files/{file.token}")
    assert answer.data == b"%PDF-1.4 form"
    answer.close()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert f"/services/files/{file.token}" in browser.get(f"/services/{item.code}").get_data(as_text=True)


def test_the_list_offers_what_there_is(browser: StrictClient, unit: Unit, items: ItemFactory) -> None:
    item = items.published(unit)
    said = text_of(browser, "/services")
    assert item.code in said
    assert "开店（1）" in said
    assert "开店办厂（1）" in said
    assert item.code in text_of(browser, "/services?unit=weijian&subject=health&event=shop&q=卫生")
    assert "没有找到这样的事项" in text_of(browser, "/services?subject=farming")
    assert "没有找到这样的事项" in text_of(browser, "/services?q=zzz")
    assert item.code in text_of(browser, "/services?subject=nothing&unit=nobody&event=x")


def test_a_public_page_takes_at_most_six_statements(
    browser: StrictClient, platform: Platform, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    for _change in range(3):
        items.changed(item, name=f"改名{_change}")
    for path in ("/services", "/services/{}", "/services/{}?old=1&new=3", "/services/{}/papers?v=4&q1=1", "/services/{}/print"):  # fmt: skip
        with statements(platform) as run:
            assert browser.get(path.format(item.code)).status_code == 200
        assert len(run) <= 6, (path, run)


def test_machines_read_the_same(browser: StrictClient, unit: Unit, items: ItemFactory) -> None:
    item = items.published(unit)
    listed = browser.get("/api/v1/services?subject=health").get_json()
    assert [one["code"] for one in listed["items"]] == [item.code]
    said = browser.get(f"/api/v1/services/{item.code}").get_json()
    assert said["papers"][2]["needed_if"] == [{"question": 1, "choices": [2]}]
    assert said["special_steps"][0]["counts"] is False
    assert browser.get("/api/v1/services?subject=weather").status_code == 422
