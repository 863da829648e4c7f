"""The public pages of a pledge and a highlight: words, evidence, history, comparison."""

import pytest
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.core.transaction import transaction
from evalapp.pledges import services
from evalapp.pledges.services import HighlightWording
from tests.support.pledges import PledgeFactory, days
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def test_a_pledge_shows_its_words_terms_and_that_there_is_no_data(
    browser: StrictClient, units: UnitFactory, pledges: PledgeFactory
) -> None:
    pledge = pledges.pledge(units.department("区住建局"), title="施工许可证核发")
    page = browser.get(f"/pledges/{pledge.reference}").get_data(as_text=True)
    for words in ("施工许可证核发", "5 个工作日", "20 个工作日", "暂无数据", "区住建局", "现在的写法"):
        assert words in page
    assert 'name="old"' not in page  # one wording has nothing to be compared with
    english = browser.get(f"/pledges/{pledge.reference}", headers={"Accept-Language": "en"})
    assert "5 working days" in english.get_data(as_text=True)


def test_two_wordings_are_compared_by_their_address(
    browser: StrictClient, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    pledge = pledges.pledge(units.department(), title="发证", text="15 个工作日办结。", term=days(15))
    for number in (10, 8):
        wording = pledges.wording(title="发证", text=f"{number} 个工作日办结。", term=days(number))
        with transaction(session):
            services.reword_pledge(
                session, pledge_id=pledge.id, wording=wording, reason=f"提速到 {number}", actor=writer
            )
    page = browser.get(f"/pledges/{pledge.reference}?old=1&new=3").get_data(as_text=True)
    assert '<del><span class="visually-hidden">〔删去〕</span>15</del>' in page
    assert '<ins><span class="visually-hidden">〔新增〕</span>8</ins>' in page
    assert "提速到 10" in page
    assert "第 2 版与第 3 版" in browser.get(f"/pledges/{pledge.reference}").get_data(as_text=True)
    assert browser.get(f"/pledges/{pledge.reference}?old=1&new=9").status_code == 404
    assert browser.get(f"/pledges/{pledge.reference}?old=x&new=-1").status_code == 200


def test_a_withdrawn_pledge_stays_with_its_reason(
    browser: StrictClient, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    pledge = pledges.pledge(units.department())
    with transaction(session):
        services.withdraw_pledge(session, pledge_id=pledge.id, reason="<b>划转</b>", actor=writer)
    page = browser.get(f"/pledges/{pledge.reference}").get_data(as_text=True)
    assert "撤回" in page
    assert "&lt;b&gt;划转&lt;/b&gt;" in page


def test_a_highlight_shows_goal_measures_progress_and_history(
    browser: StrictClient, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    highlight = pledges.highlight(units.department(), title="加装电梯", goal="全年 60 部")
    with transaction(session):
        services.report_progress(
            session,
            highlight_id=highlight.id,
            percent=67,
            reached_on=clock.today(),
            done="40 部",
            proof="竣工备案 40 份",
            actor=writer,
        )
        services.reword_highlight(
            session,
            highlight_id=highlight.id,
            wording=HighlightWording(title="加装电梯", goal="全年 80 部"),
            reason="目标提高",
            actor=writer,
        )
    page = browser.get(f"/highlights/{highlight.reference}").get_data(as_text=True)
    for words in ("67%", "40 部", "竣工备案 40 份", "目标提高", "60</del>", "80</ins>"):
        assert words in page


@pytest.mark.parametrize(
    "address", ["/pledges/PL-2026-9999", "/highlights/x", "/pledges/%00", "/pledges/'--"]
)
def test_what_is_not_there_is_not_found(browser: StrictClient, address: str) -> None:
    assert browser.get(address).status_code in {404, 400}
