"""What is made, changed or taken back can be found, or no longer, in the same transaction."""

import time
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.disclosures import services as disclosures
from evalapp.pledges import services as pledge_services
from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.queries.search import hits
from evalapp.portal.services import finding
from evalapp.portal.services.indexing import remove
from evalapp.powers import services as power_services
from evalapp.powers.rules.items.text import Answered
from evalapp.powers.services import items as item_services
from evalapp.programme.events import CaptionsChanged
from evalapp.supervision import services as supervision
from evalapp.supervision.rules.profile import Colour
from evalapp.units import services
from evalapp.units.models import UnitKind
from evalapp.units.services import FunctionText
from tests.support.boards import CLERK, Boards
from tests.support.comments import Comments
from tests.support.items import WRITER, ItemFactory
from tests.support.matters import Matters
from tests.support.pledges import PledgeFactory
from tests.support.powers import PowerFactory
from tests.support.programme import Programme
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import LINES, make_watchable


def found(platform: Platform, question: str) -> list[str]:
    with platform.session() as session:
        return [hit.path for hit in hits(session, question).hits]


def test_a_unit_is_found_by_name_function_and_initials(
    platform: Platform, session: Session, units: UnitFactory, officer: Actor
) -> None:
    unit = units.department("区教育局", short_name="教育局", slug="jyj")
    units.department("区财政局", slug="czj")
    assert found(platform, "教育") == ["/units/jyj", "/boards/jyj"]
    for typed in ("jyj", "JYJ", "qjyj", "ｊｙｊ"):
        assert found(platform, typed) == ["/units/jyj", "/boards/jyj"]
    assert found(platform, "幼儿园") == []
    with transaction(session):
        services.write_functions(
            session,
            unit_id=unit.id,
            functions=[FunctionText(title="学前教育", text="管幼儿园")],
            actor=officer,
        )
    assert found(platform, "幼儿园") == ["/units/jyj"]


def test_a_renamed_unit_takes_along_its_pledges_and_episodes(
    platform: Platform, units: UnitFactory, pledges: PledgeFactory, programme: Programme, officer: Actor
) -> None:
    unit = units.department("区旧名局", slug="jm")
    pledge = pledges.pledge(unit, title="一次告知", text="一次说清。")
    episode = programme.scheduled(programme.planned(unit=unit, title="一条河的四季"))
    assert set(found(platform, "旧名")) == {
        "/units/jm",
        "/boards/jm",
        f"/pledges/{pledge.reference}",
        f"/episodes/{episode.number}",
    }
    with platform.transaction() as session:
        services.edit_unit(session, unit_id=unit.id, name="区新称局", actor=officer)
    assert found(platform, "旧名") == []
    assert len(found(platform, "新称")) == 4


def test_a_pledge_is_found_under_its_newest_words_until_it_is_withdrawn(
    platform: Platform, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    pledge = pledges.pledge(units.department(), title="加装电梯联合审查", text="十五天出结果。")
    path = f"/pledges/{pledge.reference}"
    assert found(platform, "电梯") == found(platform, pledge.reference) == [path]
    with transaction(session):
        wording = pledges.wording(title="加装电梯联合审查", text="十天见分晓。")
        pledge_services.reword_pledge(
            session, pledge_id=pledge.id, wording=wording, reason="提速", actor=writer
        )
    assert (found(platform, "出结果"), found(platform, "见分晓")) == ([], [path])
    with transaction(session):
        pledge_services.withdraw_pledge(session, pledge_id=pledge.id, reason="取消", actor=writer)
    assert found(platform, "电梯") == []


def test_a_withdrawn_episode_is_no_longer_found(platform: Platform, programme: Programme) -> None:
    episode = programme.scheduled(programme.planned(title="一条河的四季"))
    assert found(platform, "四季") == [f"/episodes/{episode.number}"]
    programme.withdrawn(episode)
    assert found(platform, "四季") == []


def test_what_is_rolled_back_is_not_found(platform: Platform, units: UnitFactory, officer: Actor) -> None:
    def change_its_mind() -> None:
        with platform.transaction() as session:
            services.add_unit(session, kind=UnitKind.DEPARTMENT, name="区反悔局", actor=officer)
            raise LookupError

    with pytest.raises(LookupError):
        change_its_mind()
    assert found(platform, "反悔") == []


def test_units_of_that_name_come_first(
    platform: Platform, units: UnitFactory, pledges: PledgeFactory
) -> None:
    other = units.department("区甲局")
    for _ in range(3):
        pledges.pledge(other, title="水务", text="水务水务。")
    units.department("区水务局", slug="swj")
    assert found(platform, "水务")[0] == "/units/swj"


@pytest.mark.parametrize("signs", ["%", "_", "\\", "%%%%", "_" * 100, "\\%\\_"])
def test_wildcards_are_no_wildcards(platform: Platform, units: UnitFactory, signs: str) -> None:
    units.department("区教育局")
    assert found(platform, signs) == []
    assert found(platform, f"教育{signs}") != []
    assert found(platform, f"财政{signs}") == []


def test_a_search_of_two_hundred_wildcards_costs_no_more(
    platform: Platform, browser: StrictClient, units: UnitFactory
) -> None:
    for _ in range(20):
        units.department()

    def seconds(question: str) -> float:
        began = time.perf_counter()
        for _ in range(5):
            found(platform, question)
        return time.perf_counter() - began

    seconds("第局")
    assert seconds("%_" * 100) <= 2 * seconds("第十局") + 0.05
    assert browser.get("/search", query_string={"q": "字" * 5000}).status_code == 200


def test_a_comment_is_found_with_its_reply_while_it_is_shown(platform: Platform, comments: Comments) -> None:
    thread = comments.thread()
    shown = comments.shown(thread, text="三号楼的路灯不亮")
    path = f"{thread.path}?from={shown.reference}#{shown.reference}"
    comments.replied(shown, text="今晚已经修好，请再看看。")
    assert found(platform, "路灯") == found(platform, "修好") == [path]
    comments.refused(shown)
    assert found(platform, "路灯") == found(platform, "修好") == []


def test_a_comment_that_waits_is_not_found(platform: Platform, comments: Comments) -> None:
    comments.written(comments.thread(), text="还没有审核的话")
    assert found(platform, "审核的话") == []


def test_nothing_is_found_of_what_was_moved_to_the_misconduct_channel(
    platform: Platform, comments: Comments
) -> None:
    shown = comments.shown(comments.thread(), text="科长收了红包")
    assert len(found(platform, "红包")) == 1
    comments.moved(shown)
    assert found(platform, "红包") == found(platform, shown.reference) == []


def test_what_is_said_is_found_with_its_moment_once_it_may_be_watched(
    platform: Platform, programme: Programme, units: UnitFactory
) -> None:
    planned = programme.prepared(programme.planned(unit=units.department()))
    make_watchable(platform, planned, lines=30)
    with platform.transaction() as session:
        finding.on_captions(session, CaptionsChanged(episode_id=planned.id, recording_id=uuid.uuid4()))
    assert found(platform, LINES[1]) == []
    programme.grading(planned)
    assert f"/episodes/{planned.number}?t=0#watch" in found(platform, LINES[1])


def test_an_index_made_anew_holds_what_was_written_bit_by_bit(
    platform: Platform, units: UnitFactory, pledges: PledgeFactory, programme: Programme, comments: Comments
) -> None:
    unit = units.department()
    pledges.pledge(unit)
    programme.planned(unit=unit)
    comments.replied(comments.shown(comments.thread(unit)), unit=unit)
    before = index_of(platform)
    with platform.transaction() as session:
        for path in [path for path, *_ in before]:
            remove(session, path)
        finding.renew_where_empty(session)
    assert index_of(platform) == before


def index_of(platform: Platform) -> list[tuple[str, str, str, str]]:
    with platform.session() as session:
        rows = select(SearchEntry.path, SearchEntry.title, SearchEntry.title_words, SearchEntry.words)
        return [tuple(row) for row in session.execute(rows.order_by(SearchEntry.path))]


def test_powers_and_guides_are_found_until_they_are_withdrawn(platform: Platform, units: UnitFactory) -> None:
    powers, unit = PowerFactory(platform), units.department()
    power = powers.published(unit, name="夜间施工许可")
    item = ItemFactory(platform).published(unit, name="夜间施工证办理")
    assert found(platform, "夜间施工") == [f"/services/{item.code}", f"/powers/{power.code}"]
    assert f"/powers/{power.code}" in found(platform, power.code)
    with platform.transaction() as session:
        services.edit_unit(session, unit_id=unit.id, name="区新称局", actor=OFFICER)
        of_kinds = SearchEntry.kind.in_([FoundKind.POWER, FoundKind.SERVICE])
        places = session.scalars(select(SearchEntry.place).where(of_kinds)).all()
    assert set(places) == {"区新称局"}, "they go with their unit's name"
    with platform.transaction() as session:
        power_services.withdraw_power(session, power_id=power.id, reason="条例已经废止", actor=WRITER)
    assert found(platform, "夜间施工") == [f"/services/{item.code}"]
    with platform.transaction() as session:
        item_services.withdraw_item(session, item_id=item.id, reason="不再办理", actor=WRITER)
    assert found(platform, "夜间施工") == []


def test_highlights_are_found_by_their_goal_and_by_how_far_they_are(
    platform: Platform, units: UnitFactory, pledges: PledgeFactory
) -> None:
    highlight = pledges.highlight(units.department(), title="坡道到门口", goal="全年做成无障碍坡道 120 处")
    path = f"/highlights/{highlight.reference}"
    for typed in ("无障碍坡道", "120处", "podaodaomenkou", highlight.reference.replace("-", "")):
        assert found(platform, typed) == [path], typed
    with platform.transaction() as session:
        pledge_services.report_progress(
            session,
            highlight_id=highlight.id,
            percent=72,
            reached_on=clock.today(),
            done="八十七处",
            actor=WRITER,
        )
    assert found(platform, "八十七处") == [path]
    with platform.transaction() as session:
        pledge_services.withdraw_highlight(
            session, highlight_id=highlight.id, reason="并入别的工作", actor=WRITER
        )
    assert found(platform, "无障碍坡道") == []


def test_matters_are_found_by_what_was_done_and_by_their_numbers_until_they_are_withdrawn(
    platform: Platform, units: UnitFactory, matters: Matters
) -> None:
    unit = units.department("区旧名局")
    matter = matters.claimed(matters.question(unit))
    path = f"/matters/{matter.reference}"
    for typed in (matter.reference, matter.reference.replace("-", "").lower(), "换了六盏", "已试灯"):
        assert found(platform, typed) == [path], typed
    matters.do(supervision.add_note, matter, note="内部的话不公开", actor=matters.officer())
    assert found(platform, "内部的话") == []
    with platform.transaction() as session:
        services.edit_unit(session, unit_id=unit.id, name="区新称局", actor=OFFICER)
    assert path in found(platform, "新称局 试灯")
    kept = index_of(platform)
    with platform.transaction() as session:
        for gone in [row[0] for row in kept]:
            remove(session, gone)
        finding.renew_where_empty(session)
    assert index_of(platform) == kept
    matters.do(supervision.withdraw_matter, matter, reason="重复立项", actor=matters.officer())
    assert found(platform, matter.reference) == []


def test_a_supervision_notice_is_found_by_its_number(platform: Platform, matters: Matters) -> None:
    matter = matters.question()
    matters.do(
        supervision.issue_notice, matter, colour=Colour.BLUE, reason="多人反映", actor=matters.officer()
    )
    (notice,) = matters.notices(matter)
    assert found(platform, notice.number) == [f"/matters/{matter.reference}"]


def test_a_unit_is_found_by_what_everybody_calls_it(platform: Platform, units: UnitFactory) -> None:
    units.department("区生态环境局", short_name="生态局", slug="huanjing")
    for typed in ("环保局", "生态局", "huanbaoju"):
        assert found(platform, typed)[0] == "/units/huanjing"


def test_a_guide_is_found_by_what_people_ask(platform: Platform, units: UnitFactory) -> None:
    asked = Answered(question="健身卡算吗？", answer="算，发卡前备案。")
    item = ItemFactory(platform).published(units.department(), name="预付卡备案", faq=(asked,))
    assert found(platform, "健身卡 备案") == [f"/services/{item.code}"]


def test_boards_are_found_by_what_is_posted_on_them_until_it_is_withdrawn(
    platform: Platform, units: UnitFactory
) -> None:
    boards, village = Boards(platform), units.village(units.subdistrict(), "青山村")
    made = boards.posted(village, title="村道硬化工程", body="从村口到二组，三月完工。")
    statement = boards.statement(village)
    posted, money = f"/boards/{village.slug}/{made.reference}", f"/boards/{village.slug}/finances/2026-Q3"
    assert found(platform, "青山村公开栏")[0] == f"/boards/{village.slug}"
    assert found(platform, "村道硬化") == [posted]
    assert posted in found(platform, "村口到二组")
    assert found(platform, "道路维修") == [money]  # an account of the finances
    with platform.transaction() as session:
        services.edit_unit(session, unit_id=village.id, name="绿水村", actor=OFFICER)
    assert {posted, money} <= set(found(platform, "绿水村"))
    kept = index_of(platform)
    with platform.transaction() as session:
        for path in [row[0] for row in kept]:
            remove(session, path)
        finding.renew_where_empty(session)
    assert index_of(platform) == kept
    with platform.transaction() as session:
        disclosures.withdraw(session, disclosure_id=made.id, reason="写错了", actor=CLERK)
        disclosures.withdraw_statement(session, statement_id=statement.id, reason="重新核对", actor=CLERK)
    assert found(platform, "村道硬化") == []
    assert found(platform, "道路维修") == []


def test_nobody_is_found_by_the_list_of_those_who_receive_help(
    platform: Platform, units: UnitFactory
) -> None:
    boards, village = Boards(platform), units.village(units.subdistrict(), "青山村")
    boards.posted(
        village, code="poverty-relief", title="低保名单", table="姓名 | 组\n赵示例 | 望江组", period="2026-Q3"
    )
    assert len(found(platform, "低保名单")) == 1
    assert found(platform, "望江组") == []
