"""The unit's desk: what a unit keeps of itself, and that nothing of another unit exists there."""

import pytest
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role
from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.core.transaction import transaction
from evalapp.pledges import queries as pledge_queries
from evalapp.units import queries, services
from evalapp.units.services import FunctionText
from tests.support.accounts import People
from tests.support.desk import Desks
from tests.support.pledges import PledgeFactory
from tests.support.programme import Programme
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

PLEDGE = {
    "title": "施工许可证核发",
    "text": "材料齐全的，5 个工作日办结。",
    "amount": "5",
    "time_unit": "day",
    "basis": "working",
    "measured": "从受理到发证",
    "statutory_amount": "",
    "statutory_unit": "day",
    "statutory_basis": "working",
    "statutory_source": "",
    "reason": "",
}


def test_a_unit_writes_how_to_reach_it(session: Session, units: UnitFactory, desks: Desks) -> None:
    unit = units.department()
    browser = desks.unit(unit).browser
    answer = browser.post(
        "/desk/unit/profile/contact",
        {
            "seen": "1",
            "summary": "管住房、管工地。",
            "telephone": "0000-8600 1818",
            "address": "晴川大道 18 号",
            "office_hours": "工作日 9:00–17:00",
        },
        page="/desk/unit/profile",
    )
    assert answer.status_code == 303
    assert queries.unit_by_id(session, unit.id).summary == "管住房、管工地。"
    assert "管住房、管工地。" in browser.get("/desk/unit/preview").get_data(as_text=True)


def test_a_refused_contact_keeps_what_was_typed(units: UnitFactory, desks: Desks) -> None:
    browser = desks.unit(units.department()).browser
    answer = browser.post(
        "/desk/unit/profile/contact",
        {"seen": "1", "summary": "管事。", "telephone": "打电话", "address": "某路", "office_hours": ""},
        page="/desk/unit/profile",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "电话只能有数字" in page
    assert "管事。" in page
    assert 'value="打电话"' in page


def test_a_colleagues_change_is_not_written_over(units: UnitFactory, desks: Desks) -> None:
    browser = desks.unit(units.department()).browser
    contact = {"seen": "1", "summary": "甲", "telephone": "", "address": "", "office_hours": ""}
    assert browser.post("/desk/unit/profile/contact", contact, page="/desk/unit/profile").status_code == 303
    answer = browser.post(
        "/desk/unit/profile/contact", contact | {"summary": "乙"}, page="/desk/unit/profile"
    )
    assert answer.status_code == 409
    assert "同事刚刚改过" in answer.get_data(as_text=True)


def test_functions_are_written_as_a_list(session: Session, units: UnitFactory, desks: Desks) -> None:
    unit = units.department()
    browser = desks.unit(unit).browser
    rows = {
        "functions-seen": "1",
        "functions-entries-0-title": "房子",
        "functions-entries-0-text": "保障房分配",
        "functions-entries-0-handled_by": "住房保障科",
        "functions-entries-1-title": "",
        "functions-entries-1-text": "",
        "functions-entries-2-title": "工地",
        "functions-entries-2-text": "施工许可",
    }
    answer = browser.post("/desk/unit/profile/functions", rows, page="/desk/unit/profile")
    assert answer.status_code == 303
    assert [row.title for row in queries.functions(session, unit.id)] == ["房子", "工地"]
    assert "住房保障科" in browser.get("/desk/unit/profile").get_data(as_text=True)


@pytest.mark.parametrize(
    ("part", "rows", "sentence"),
    [
        ("functions", {"entries-0-title": "", "entries-0-text": "没有名称"}, "请写名称"),
        ("functions", {"entries-0-title": "长" * 31}, "最多 30 个字"),
        ("functions", {"entries-0-title": "零\u200b宽"}, "U+200B"),
        ("posts", {"entries-0-title": "局长", "entries-0-telephone": "打我"}, "电话只能有"),
    ],
)
def test_a_refused_row_is_named(
    units: UnitFactory, desks: Desks, part: str, rows: dict[str, str], sentence: str
) -> None:
    browser = desks.unit(units.department()).browser
    fields = {f"{part}-{name}": value for name, value in rows.items()} | {f"{part}-seen": "1"}
    answer = browser.post(f"/desk/unit/profile/{part}", fields, page="/desk/unit/profile")
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_a_unit_makes_rewords_and_withdraws_a_pledge(
    session: Session, units: UnitFactory, desks: Desks
) -> None:
    unit = units.department()
    browser = desks.unit(unit, post="许可科科长").browser
    assert browser.post("/desk/unit/pledges/new", PLEDGE).status_code == 303
    (pledge,) = pledge_queries.shown_pledges(session, unit.id)
    address = f"/desk/unit/pledges/{pledge.reference}"
    assert 'value="施工许可证核发"' in browser.get(address).get_data(as_text=True)

    silent = browser.post(address, PLEDGE | {"amount": "3", "seen": "1"})
    assert silent.status_code == 422
    assert "请写一句为什么要改" in silent.get_data(as_text=True)
    assert 'value="3"' in silent.get_data(as_text=True)
    said = browser.post(address, PLEDGE | {"amount": "3", "seen": "1", "reason": "流程并联"})
    assert said.status_code == 303
    late = browser.post(address, PLEDGE | {"amount": "2", "seen": "1", "reason": "又改"})
    assert late.status_code == 409

    unsaid = browser.post(f"{address}/withdraw", {"withdraw-reason": ""}, page=address)
    assert unsaid.status_code == 422
    gone = browser.post(f"{address}/withdraw", {"withdraw-reason": "事项划转"}, page=address)
    assert gone.status_code == 303
    session.rollback()
    versions = pledge_queries.pledge_versions(session, pledge.id)
    assert [(v.number, v.amount, v.written_by) for v in versions] == [
        (2, 3, "许可科科长"),
        (1, 5, "许可科科长"),
    ]
    assert "事项划转" in browser.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "五"}, ""),
        ({"amount": "0"}, "1 到 9999"),
        ({"time_unit": "week"}, ""),
        ({"measured": ""}, "请填写这一项"),
        ({"text": ""}, "请写下承诺"),
        ({"title": "长" * 41}, "最多 40 个字"),
        ({"time_unit": "month"}, "自然日"),
        ({"amount": "99999999999999999999"}, "1 到 9999"),
    ],
)
def test_a_refused_pledge_says_so_and_makes_nothing(
    session: Session, units: UnitFactory, desks: Desks, change: dict[str, str], sentence: str
) -> None:
    unit = units.department()
    answer = desks.unit(unit).browser.post("/desk/unit/pledges/new", PLEDGE | change)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert pledge_queries.shown_pledges(session, unit.id) == []


def test_a_unit_sets_a_highlight_and_reports_its_progress(
    session: Session, units: UnitFactory, desks: Desks
) -> None:
    unit = units.department()
    browser = desks.unit(unit).browser
    said = {"title": "加装电梯", "goal": "全年 80 部", "measures": "专班推进\n每周公开"}
    assert browser.post("/desk/unit/highlights/new", said).status_code == 303
    (made,) = pledge_queries.shown_highlights(session, unit.id)
    address = f"/desk/unit/highlights/{made.reference}"
    progress = {"progress-percent": "40", "progress-reached_on": clock.today().isoformat()}
    assert browser.post(f"{address}/progress", progress, page=address).status_code == 303
    refused = browser.post(f"{address}/progress", progress | {"progress-percent": "140"}, page=address)
    assert refused.status_code == 422
    reworded = browser.post(address, said | {"goal": "全年 100 部", "seen": "1", "reason": "加码"})
    assert reworded.status_code == 303
    withdrawn = browser.post(f"{address}/withdraw", {"withdraw-reason": "并入明年"}, page=address)
    assert withdrawn.status_code == 303
    session.rollback()
    last = pledge_queries.shown_highlight(session, made.reference)
    assert (last.goal, last.version, last.progress and last.progress.percent) == ("全年 100 部", 2, 40)
    assert last.withdrawn_at is not None


def test_nothing_of_another_unit_exists_at_a_units_desk(
    session: Session, units: UnitFactory, desks: Desks, pledges: PledgeFactory, programme: Programme
) -> None:
    theirs = units.department("区甲局")
    pledge, highlight = pledges.pledge(theirs), pledges.highlight(theirs)
    episode = programme.planned(unit=theirs)
    mine = units.department("区乙局")
    my_pledge, my_highlight = pledges.pledge(mine), pledges.highlight(mine)
    browser = desks.unit(mine).browser
    swaps = [
        (f"/desk/unit/pledges/{my_pledge.reference}", f"/desk/unit/pledges/{pledge.reference}"),
        (f"/desk/unit/highlights/{my_highlight.reference}", f"/desk/unit/highlights/{highlight.reference}"),
    ]
    for own, foreign in swaps:
        assert browser.get(own).status_code == 200
        assert browser.get(foreign).status_code == 404
        for act in ("", "/withdraw"):
            fields = PLEDGE | {"goal": "我的", "seen": "1", "reason": "偷改", "withdraw-reason": "偷撤"}
            assert browser.post(f"{foreign}{act}", fields, page=own).status_code == 404
    foreign = f"/desk/unit/highlights/{highlight.reference}/progress"
    assert browser.post(foreign, {"progress-percent": "1"}, page="/desk/unit/pledges/new").status_code == 404
    dossier = f"/desk/unit/dossiers/{episode.number}"
    assert browser.get(dossier).status_code == 404
    fields = {"seen": "0", "report": "偷写"}
    assert browser.post(dossier, fields, page="/desk/unit/pledges/new").status_code == 404
    assert pledge_queries.shown_pledge(session, pledge.reference).version == 1
    for page in ("/desk/unit/pledges", "/desk/unit/highlights", "/desk/unit/dossiers", "/desk/unit/preview"):
        text = browser.get(page).get_data(as_text=True)
        assert "区甲局" not in text
        assert pledge.reference not in text


def test_a_closed_unit_is_read_and_not_changed(
    session: Session, units: UnitFactory, desks: Desks, pledges: PledgeFactory, officer: Actor
) -> None:
    unit = units.department()
    pledge = pledges.pledge(unit)
    browser = desks.unit(unit).browser
    with transaction(session):
        services.close_unit(session, unit_id=unit.id, reason="机构改革", actor=officer)
    for page in ("/desk/unit/profile", "/desk/unit/pledges", f"/desk/unit/pledges/{pledge.reference}"):
        assert "机构改革" in browser.get(page).get_data(as_text=True)
    assert browser.post("/desk/unit/pledges/new", PLEDGE).status_code == 409


def test_who_has_no_unit_is_told_whom_to_ask(people: People) -> None:
    browser = people.at_desk(Role.UNIT).browser
    answer = browser.get("/desk/unit/profile")
    assert answer.status_code == 404
    assert "请联系评议办" in answer.get_data(as_text=True)


def test_the_desk_opens_with_what_waits_for_an_answer(units: UnitFactory, desks: Desks) -> None:
    answer = desks.unit(units.department()).browser.get("/desk/unit")
    assert answer.headers["Location"] == "/desk/unit/inbox"


def test_a_page_without_an_entry_of_its_own_marks_its_neighbours(units: UnitFactory, desks: Desks) -> None:
    browser = desks.unit(units.department()).browser
    for address in ("/desk/unit/pledges", "/desk/unit/pledges/new"):
        page = browser.get(address).get_data(as_text=True)
        assert 'href="/desk/unit/pledges" aria-current="page"' in page
        assert page.count('aria-current="page"><svg') == 1


@pytest.mark.parametrize(
    "address",
    [
        "/desk/unit/profile",
        "/desk/unit/preview",
        "/desk/unit/pledges",
        "/desk/unit/highlights",
        "/desk/unit/dossiers",
        "/desk/office/units",
    ],
)
def test_a_desk_asks_who_is_there(browser: StrictClient, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 302
    assert "/desk/sign-in" in answer.headers["Location"]


def test_an_officer_has_no_units_desk_and_a_unit_no_offices(units: UnitFactory, desks: Desks) -> None:
    unit = units.department()
    assert desks.office().browser.get("/desk/unit/profile").status_code == 403
    at_unit = desks.unit(unit).browser
    assert at_unit.get("/desk/office/units").status_code == 403
    refused = at_unit.post(
        f"/desk/office/units/{unit.slug}/close", {"close-reason": "我关"}, page="/desk/unit/profile"
    )
    assert refused.status_code == 403


def test_a_report_is_written_counted_and_handed_in(
    session: Session, units: UnitFactory, desks: Desks, programme: Programme, officer: Actor
) -> None:
    unit = units.department()
    with transaction(session):
        services.write_functions(
            session, unit_id=unit.id, functions=[FunctionText(title="学校", text="管学校")], actor=officer
        )
    episode = programme.planned(unit=unit)
    browser = desks.unit(unit).browser
    address = f"/desk/unit/dossiers/{episode.number}"
    assert "管学校" in browser.get(address).get_data(as_text=True)
    long = browser.post(address, {"seen": "0", "report": "字" * 501, "act": "hand-in"})
    text = long.get_data(as_text=True)
    assert long.status_code == 422
    assert "多了 1 个字" in text
    assert "字" * 501 in text
    kept = browser.post(address, {"seen": "0", "report": "𠮷" * 500, "act": "hand-in"})
    assert kept.status_code == 303
    page = browser.get(address).get_data(as_text=True)
    assert "已报送" in page
    assert '<span data-count-of="report" class="num">500</span>' in page
    stale = browser.post(address, {"seen": "0", "report": "另写", "act": "save"})
    assert stale.status_code == 409
