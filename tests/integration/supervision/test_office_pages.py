"""The office's pages: notices and their sheets, checks, rulings, points, talks, and the calendar."""

import io
import re
from datetime import date

import pytest
import time_machine

from evalapp.accounts.models import Role
from evalapp.core import clock
from evalapp.supervision.rules.profile import Colour, Weight
from evalapp.supervision.rules.states import MatterKind, MatterState
from tests.support.accounts import People
from tests.support.desk import Desks
from tests.support.matters import ANSWER, Matters, at

MONDAY = at("2026-03-09")


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_a_notice_is_answered_at_the_desk_and_printed(matters: Matters, desks: Desks, monday) -> None:
    unit = matters.unit()
    matter = matters.question(unit, weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.escalate()
    desk, office = desks.unit(unit), desks.office()
    number = matters.notices(matter)[0].number
    address = f"/desk/unit/matters/{matter.reference}"
    assert "蓝色督办单" in text_of(desk.browser.get(f"{address}/notices/{number}"))
    assert number in text_of(office.browser.get("/desk/office/supervision-notices"))
    fields = {f"{number}-seen": "1", f"{number}-text": "周一材料到齐，周三办结。"}
    assert desk.browser.post(f"{address}/notices/{number}", fields, page=address).status_code == 303
    assert desk.browser.post(f"{address}/notices/{number}", fields, page=address).status_code == 409
    withdrawn = office.browser.post(
        f"/desk/office/supervision-notices/{number}/withdraw",
        {f"{number}-seen": "1", f"{number}-reason": "发错"},
        page="/desk/office/matters/" + matter.reference,
    )
    assert withdrawn.status_code == 409
    printed = text_of(office.browser.get(f"/desk/office/supervision-notices/{number}"))
    notice = matters.notices(matter)[0]
    for said in (
        number,
        unit.name,
        notice.addressee,
        f"{notice.due_on.day} 日",
        "周一材料到齐",
        "办公室主任",
    ):
        assert said in printed, said


def test_a_withdrawn_notice_says_so_on_the_list_and_on_its_sheet(
    matters: Matters, desks: Desks, monday
) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.escalate()
    office, number = desks.office(), matters.notices(matter)[0].number
    fields = {f"{number}-seen": str(matters.again(matter).version), f"{number}-reason": "发错了单位"}
    address = f"/desk/office/supervision-notices/{number}"
    page = f"/desk/office/matters/{matter.reference}"
    assert (
        office.browser.post(f"{address}/withdraw", fields | {f"{number}-reason": ""}, page=page).status_code
        == 422
    )
    assert office.browser.post(f"{address}/withdraw", fields, page=page).status_code == 303
    assert "已撤回" in text_of(office.browser.get("/desk/office/supervision-notices"))
    sheet = text_of(office.browser.get(address))
    assert "本单已于" in sheet
    assert "发错了单位" in sheet


def test_the_office_checks_rules_pauses_and_closes(matters: Matters, desks: Desks, monday) -> None:
    first, second = desks.office(), desks.office()
    claimed, objection, question = matters.claimed(), matters.opened(MatterKind.OBJECTION), matters.question()

    def post(desk, matter, doing: str, **fields: str):
        address = f"/desk/office/matters/{matter.reference}"
        version = str(matters.again(matter).version)
        named = {f"{doing}-seen": version} | {f"{doing}-{name}": value for name, value in fields.items()}
        return desk.browser.post(f"{address}/{doing}", named, page=address)

    assert post(first, claimed, "check", verdict="passed", note="都亮了").status_code == 303
    assert matters.state(claimed) is MatterState.CHECKED
    assert post(first, objection, "rule", verdict="upheld", reason=ANSWER).status_code == 303
    page = first.browser.get(f"/desk/office/matters/{objection.reference}")
    assert "须由另一人登录确认" in text_of(page)
    ruling = re.search(r"/rulings/([0-9a-f-]+)/drop", page.get_data(as_text=True)).group(1)
    address = f"/desk/office/matters/{objection.reference}"
    confirm = f"{address}/rulings/{ruling}/confirm"
    assert first.browser.post(confirm, {}, page=address).status_code == 403
    assert second.browser.post(confirm, {}, page=address).status_code == 303
    late = second.browser.post(confirm, {}, page=address, headers={"Accept-Language": "en"})
    assert late.status_code == 409
    assert re.search(
        r'role="alert" tabindex="-1" data-focus>.*This matter is “[A-Za-z ]+” now', text_of(late)
    )
    assert matters.state(objection) is MatterState.UPHELD
    assert post(first, question, "pause", reason="等检测报告").status_code == 303
    assert post(first, question, "notice", colour=Colour.BLUE.value, reason="多人反映").status_code == 409
    assert post(first, question, "resume").status_code == 303
    assert post(first, question, "notice", colour=Colour.ORANGE.value, reason="多人反映").status_code == 409
    assert post(first, question, "notice", colour=Colour.BLUE.value, reason="多人反映").status_code == 303
    assert post(first, question, "close", reason="").status_code == 422
    assert post(first, question, "close", reason="已由热线办结").status_code == 303
    assert matters.state(question) is MatterState.CLOSED


def test_points_are_public_with_who_and_why(matters: Matters, desks: Desks, browser, monday) -> None:
    unit, office, second = matters.unit(), desks.office(), desks.office()
    fields = {"unit": str(unit.id), "points": "0", "reason": "敷衍"}
    assert office.browser.post("/desk/office/points", fields).status_code == 422
    assert office.browser.post("/desk/office/points", fields | {"points": "-5"}).status_code == 303
    waiting = office.browser.get("/desk/office/points").get_data(as_text=True)
    confirm = re.findall(r"/desk/office/points/[0-9a-f-]+/", waiting)[0] + "confirm"
    page = "/desk/office/points"
    assert "敷衍" not in text_of(browser.get("/matters"))
    assert office.browser.post(confirm, {}, page=page).status_code == 403
    assert second.browser.post(confirm, {}, page=page).status_code == 303
    assert second.browser.post(confirm, {}, page=page).status_code == 409
    page = text_of(browser.get("/matters"))
    for said in ("-5", "敷衍", office.actor.name):
        assert said in page, said
    assert office.actor.name in text_of(office.browser.get("/desk/office/points"))
    hostile = office.browser.post("/desk/office/points", fields | {"points": "-5", "unit": "x"})
    assert (hostile.status_code, "请选单位" in text_of(hostile)) == (422, True)


def test_a_talk_is_suggested_after_two_bad_months(matters: Matters, desks: Desks, monday) -> None:
    unit, office = matters.unit("区迟到局"), desks.office()
    for day in ("2026-01-12", "2026-02-03"):
        for _ in range(5):
            matters.question(unit, weight=Weight.SIMPLE, opened_at=at(day))
    for address in (
        "/desk/office/matters",
        "/desk/office/matters?which=late",
        "/desk/office/matters?which=done",
    ):
        suggested = text_of(office.browser.get(address)).partition("建议约谈")[2].partition("</section>")[0]
        assert "区迟到局" in suggested, address
        assert "2026 年 1 月到期 5 件，按时 0 件；2026 年 2 月到期 5 件，按时 0 件" in suggested
    assert "建议约谈" not in text_of(office.browser.get("/desk/office/matters?page=2"))


def test_a_notice_is_offered_only_when_its_turn_has_come(matters: Matters, desks: Desks, monday) -> None:
    matter, office = matters.question(weight=Weight.SIMPLE), desks.office()
    address = f"/desk/office/matters/{matter.reference}"

    def offered() -> list[str]:
        page = text_of(desks.office().browser.get(address))
        return re.findall(r'<option value="(blue|orange|red)"', page)

    assert offered() == ["blue"]
    fields = {
        "notice-seen": str(matters.again(matter).version),
        "notice-colour": "blue",
        "notice-reason": "多人反映",
    }
    assert office.browser.post(f"{address}/notice", fields, page=address).status_code == 303
    assert offered() == [], "the blue one runs"
    due_at = matters.notices(matter)[0].due_at
    monday.move_to(due_at)
    assert offered() == ["orange"]
    matters.escalate()
    assert offered() == [], "the orange one went by itself"


def test_the_calendar_desk_changes_a_day_and_imports_a_file(
    matters: Matters, desks: Desks, people: People, monday
) -> None:
    office = desks.office()
    matter = matters.question(weight=Weight.GENERAL)
    address = "/desk/office/working-days"
    assert '<option value="">请选择</option>' in text_of(office.browser.get(address))
    year = {"year-year": "1", "year-source": "文件"}
    assert "请填四位数的年份。" in text_of(office.browser.post(f"{address}/year", year, page=address))
    day = {"day-day": "2026-03-11", "day-kind": "holiday", "day-note": "停水"}
    assert office.browser.post(f"{address}/day", day, page=address).status_code == 303
    assert matters.running(matter).due_on == date(2026, 3, 17)
    assert office.browser.post(f"{address}/day", day, page=address).status_code == 409
    around = text_of(office.browser.get(f"{address}?day=2026-03-11"))
    for neighbour in ("3 月 10 日", "3 月 11 日", "3 月 12 日"):
        assert neighbour in around
    record = text_of(people.at_desk(Role.AUDITOR).browser.get("/desk/audit"))
    for said in ("改工作日历", "照星期几", "放假"):
        assert said in record, said
    bad = {
        "file-file": (io.BytesIO(b"day,kind,note\n2029-01-01,holiday,\nx,y,\n"), "a.csv"),
        "file-source": "文件",
    }
    refused = office.browser.post(f"{address}/import", bad, page=address)
    assert refused.status_code == 422
    assert "第 2 行" in text_of(refused)
    assert "第 3 行" in text_of(refused)
    good = b"day,kind,note\n2027-01-01,holiday,\n"
    for dry, published in (("y", False), ("", True)):
        fields = {"file-file": (io.BytesIO(good), "a.csv"), "file-source": "国办发明电"}
        if dry:
            fields["file-dry_run"] = dry
        assert office.browser.post(f"{address}/import", fields, page=address).status_code == 303
        assert ("还没有公布放假安排" not in text_of(office.browser.get(f"{address}?year=2027"))) is published


def test_the_desks_of_matters_are_for_those_who_may(matters: Matters, people: People, monday) -> None:
    auditor = people.at_desk(Role.AUDITOR)
    for path in (
        "/desk/office/matters",
        "/desk/unit/matters",
        "/desk/office/working-days",
        "/desk/office/points",
    ):
        assert auditor.browser.get(path).status_code == 403
    assert clock.today().year == 2026
