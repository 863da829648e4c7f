"""Low grades for one reason become a matter of the unit when the result is published, from ten people on."""

import json

import pytest
from sqlalchemy import select

from evalapp.ballots.rules.grades import Dimension
from evalapp.core.errors import Invalid
from evalapp.core.permissions import SYSTEM
from evalapp.results.events import ResultPublished
from evalapp.results.models import LowGrade
from evalapp.results.services import low_grades
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules.profile import shipped
from evalapp.supervision.rules.states import MatterKind, MatterState
from evalapp.units.models import Unit
from tests.support.desk import Desks
from tests.support.matters import Matters
from tests.support.statements import statements_of

SLOW = {Dimension.SERVICE: ("slow",)}


def graded(polling, *, slow: int, content: int = 30):
    """An episode that so many people called slow, and so many were content with."""
    episode = polling.announce()
    for voter in polling.voters(slow):
        polling.cast(episode, voter, (5, 5, 2), reasons=SLOW)
    for voter in polling.voters(content):
        polling.cast(episode, voter, (5, 5, 5))
    return episode


def matters_of(polling, episode) -> list[Matter]:
    with polling.platform.session() as session:
        wanted = select(Matter).where(Matter.about == episode.reference).order_by(Matter.reference)
        return list(session.scalars(wanted))


def unit_of(polling, episode) -> Unit:
    with polling.platform.session() as session:
        return session.get_one(Unit, episode.unit_id)


def test_ten_people_with_one_reason_are_a_matter_of_the_graded_unit(polling, office, matters: Matters):
    episode = graded(polling, slow=10)
    assert matters_of(polling, episode) == []
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    assert (matter.kind, matter.unit_id, matter.is_public) == (MatterKind.LOW_GRADE, episode.unit_id, True)
    assert matter.title == f"第 {episode.number} 期低分：比服务，办得慢"
    with polling.platform.session() as session:
        kept = session.query(LowGrade).one()
        deadline = session.query(Deadline).filter_by(matter_id=matter.id).one()
    assert (kept.dimension, kept.reason, kept.people) == (Dimension.SERVICE, "slow", 10)
    assert (deadline.working_days, deadline.source) == (5, "德州市公开通知：差评整改 5 个工作日内办结")


def test_nine_people_are_none(polling, office, matters: Matters):
    episode = graded(polling, slow=9)
    office.publish(episode)
    assert matters_of(polling, episode) == []


def test_a_profile_may_ask_for_more_people_and_never_for_fewer(polling, office, matters: Matters):
    document = json.loads(shipped())
    document["low_grade"]["minimum"] = 9
    with pytest.raises(Invalid), polling.platform.transaction() as session:
        supervision.adopt_profile(session, document=json.dumps(document).encode(), actor=SYSTEM)
    document["low_grade"]["minimum"] = 12
    with polling.platform.transaction() as session:
        supervision.adopt_profile(session, document=json.dumps(document).encode(), actor=SYSTEM)
    few, enough = graded(polling, slow=11), graded(polling, slow=12)
    office.publish(few)
    office.publish(enough)
    assert matters_of(polling, few) == []
    assert len(matters_of(polling, enough)) == 1


def test_told_twice_it_is_one_matter(polling, office, matters: Matters):
    episode = graded(polling, slow=10)
    office.publish(episode)
    with polling.platform.transaction() as session:
        low_grades.on_result_published(session, ResultPublished(episode_id=episode.id))
    assert len(matters_of(polling, episode)) == 1


@pytest.mark.parametrize(
    ("act", "state"), [("plan", MatterState.PLANNED), ("explain", MatterState.EXPLAINED)]
)
def test_the_unit_plans_or_explains(polling, office, matters: Matters, act, state):
    episode = graded(polling, slow=10)
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    if act == "plan":
        matters.planned(matter)
    else:
        words = "这一项由省里的系统统一排号，区里改不了，排号规则附在办事指南第三页。"
        matters.do(supervision.explain, matter, text=words, actor=matters.unit_staff(matter))
    assert matters.state(matter) is state


def test_what_is_fixed_at_once_waits_for_a_check_and_is_not_called_mended(polling, office, matters: Matters):
    episode = graded(polling, slow=10)
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    matters.do(
        supervision.fix_at_once,
        matter,
        text="窗口由两个加到四个，今天起执行。",
        post="窗口科科长",
        actor=matters.unit_staff(matter),
    )
    assert matters.state(matter) is MatterState.CLAIMED
    matters.do(
        supervision.check, matter, has_passed=True, note="现场看过，四个窗口都开。", actor=matters.officer()
    )
    assert matters.state(matter) is MatterState.CHECKED


def test_what_is_untrue_is_decided_by_two_people(polling, office, matters: Matters):
    episode = graded(polling, slow=10)
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    words = "系统记录显示这一周平均等候四分钟，没有超过承诺的十分钟。"
    matters.do(supervision.contest, matter, text=words, actor=matters.unit_staff(matter))
    assert matters.state(matter) is MatterState.CONTESTED
    ruling = matters.do(
        supervision.propose_ruling,
        matter,
        is_upheld=True,
        reason="调了这一周的叫号记录，单位说的属实，这一件不用整改。",
        actor=matters.officer(),
    )
    second = matters.officer("评议办副主任")
    with polling.platform.transaction() as session:
        supervision.confirm_ruling(session, ruling_id=ruling.id, actor=second)
    assert matters.state(matter) is MatterState.UPHELD


def test_the_pages_of_result_and_unit_show_it_with_its_lamp(polling, office, matters: Matters, browser):
    episode = graded(polling, slow=10)
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    for path in (f"/episodes/{episode.number}/results", f"/units/{unit_of(polling, episode).slug}"):
        page = browser.get(path).get_data(as_text=True)
        assert f"/matters/{matter.reference}" in page, path
        assert "至少 10 人" in page
        assert "待答复" in page
    results = f"/episodes/{episode.number}/results"
    english = browser.get(results, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Slow" in english


def test_a_unit_fixes_at_once_on_its_desk(polling, office, matters: Matters, desks: Desks, browser):
    episode = graded(polling, slow=10)
    office.publish(episode)
    (matter,) = matters_of(polling, episode)
    desk = desks.unit(unit_of(polling, episode))
    path = f"/desk/unit/matters/{matter.reference}"
    assert "没有人可以回访" in desk.browser.get(path).get_data(as_text=True)
    fields = {"fix-text": "窗口加到四个", "fix-post": "窗口科科长", "fix-seen": matter.version}
    answer = desk.browser.post(f"{path}/fix", fields, page=path)
    assert answer.status_code == 303
    assert matters.state(matter) is MatterState.CLAIMED


def test_the_page_of_a_result_asks_no_more_for_three_matters_than_for_one(
    polling, office, matters: Matters, browser
):
    one, three = graded(polling, slow=10), polling.announce()
    for voter in polling.voters(30):
        reasons = {Dimension.SERVICE: ("papers", "slow"), Dimension.OPENNESS: ("vague",)}
        polling.cast(three, voter, (2, 5, 2), reasons=reasons)
    office.publish(one)
    office.publish(three)
    assert len(matters_of(polling, three)) == 3
    paths = [f"/episodes/{episode.number}/results" for episode in (one, three)]
    for path in paths:
        statements_of(polling.platform, browser, path)
    few, many = (statements_of(polling.platform, browser, path) for path in paths)
    assert many == few
