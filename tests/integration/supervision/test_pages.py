"""The pages of matters: public, unit, office, calendar; who sees what, and what a refusal says."""

import io
import re
from datetime import date

import pytest
import time_machine
from PIL import Image

from evalapp.accounts.models import Role
from evalapp.core import clock
from evalapp.supervision import services
from evalapp.supervision.models import AnswerGrade
from evalapp.supervision.rules.profile import Colour, Weight
from evalapp.supervision.rules.states import MatterKind, MatterState
from tests.support.accounts import People
from tests.support.desk import Desks
from tests.support.matters import ANSWER, Matters, at
from tests.support.statements import statements_of

MONDAY = at("2026-03-09")


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_the_public_page_explains_the_clock_day_by_day(matters: Matters, browser, monday) -> None:
    matter = matters.question(weight=Weight.COMPLEX, opened_at=at("2026-02-12"))
    page = text_of(browser.get(f"/matters/{matter.reference}"))
    for said in (
        "2 月 12 日 周四",
        "收到当天，第 0 日",
        "第 2 个工作日，调休上班",
        '放假，不算 <span class="dk-muted">春节</span>',
        "10 个工作日",
        "咸阳",
    ):
        assert said in page, said


def test_a_late_matter_is_late_in_public_without_a_worker(matters: Matters, browser, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-12"))
    assert "逾期 1 日" in text_of(browser.get(f"/matters/{matter.reference}"))
    assert matter.reference in text_of(browser.get("/matters?which=late"))
    assert matter.reference not in text_of(browser.get("/matters?which=done"))


def test_internal_notes_and_withdrawn_matters_are_not_public(matters: Matters, browser, monday) -> None:
    matter, secret = matters.question(), matters.question(is_public=False)
    matters.do(services.add_note, matter, note="先查一下来访记录", actor=matters.unit_staff(matter))
    assert "来访记录" not in text_of(browser.get(f"/matters/{matter.reference}"))
    assert browser.get(f"/matters/{secret.reference}").status_code == 404
    matters.do(services.withdraw_matter, matter, reason="转检举控告", actor=matters.officer())
    assert browser.get(f"/matters/{matter.reference}").status_code == 404
    assert matter.reference not in text_of(browser.get("/matters"))


def test_a_claim_is_not_called_mended_before_somebody_checked(matters: Matters, browser, monday) -> None:
    matter = matters.claimed()
    page = text_of(browser.get(f"/matters/{matter.reference}"))
    assert "还没有人核查过，不能算改好了" in page
    assert "核查通过" not in page
    matters.do(services.check, matter, has_passed=True, note="都亮了", actor=matters.officer())
    page = text_of(browser.get(f"/matters/{matter.reference}"))
    assert "核查通过" in page
    assert "还没有人核查过" not in page


def test_a_unit_answers_and_a_second_answer_is_refused(matters: Matters, desks: Desks, monday) -> None:
    unit = matters.unit()
    matter, desk = matters.question(unit), desks.unit(unit)
    address = f"/desk/unit/matters/{matter.reference}"
    seen = {"answer-seen": "1", "answer-text": "已转办，请耐心等待。"}
    refused = desk.browser.post(f"{address}/answer", seen, page=address)
    assert refused.status_code == 422
    assert "不算答复" in text_of(refused)
    done = desk.browser.post(f"{address}/answer", seen | {"answer-text": ANSWER}, page=address)
    assert done.status_code == 303
    again = desk.browser.post(f"{address}/answer", seen | {"answer-text": ANSWER + "。"}, page=address)
    assert again.status_code == 409
    assert ANSWER in text_of(again)
    assert matters.state(matter) is MatterState.ANSWERED


def test_no_unit_sees_or_touches_anothers_matter(matters: Matters, desks: Desks, monday) -> None:
    mine, other = matters.unit(), matters.unit()
    matter = matters.question(mine, weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.escalate()
    desk = desks.unit(other)
    number = matters.notices(matter)[0].number
    address = f"/desk/unit/matters/{matter.reference}"
    assert matter.reference not in text_of(desk.browser.get("/desk/unit/matters"))
    assert desk.browser.get(address).status_code == 404
    assert desk.browser.get(f"{address}/notices/{number}").status_code == 404
    for path, fields in (
        ("answer", {"answer-seen": "1", "answer-text": ANSWER}),
        ("note", {"note-seen": "1", "note-text": "看看"}),
        ("evidence", {"evidence-kind": "before"}),
        (f"notices/{number}", {f"{number}-seen": "1", f"{number}-text": ANSWER}),
    ):
        answer = desk.browser.post(f"{address}/{path}", fields, page="/desk/password")
        assert answer.status_code == 404, path
    assert [one.kind.value for one in matters.entries(matter)][-1] == "notice_issued"


def test_a_plan_is_made_with_steps_and_evidence_and_finished(
    matters: Matters, desks: Desks, browser, monday
) -> None:
    unit = matters.unit()
    matter, desk = matters.question(unit), desks.unit(unit)
    address = f"/desk/unit/matters/{matter.reference}"
    fields = {
        "plan-seen": "1",
        "plan-text": "两周内换完",
        "plan-steps-0-what": "换灯",
        "plan-steps-0-post": "物业科科长",
        "plan-steps-0-due_on": "2026-03-01",
    }
    past = desk.browser.post(f"{address}/plan", fields, page=address)
    assert (past.status_code, "已经过去" in text_of(past)) == (422, True)
    half = desk.browser.post(
        f"{address}/plan",
        fields | {"plan-steps-1-what": "验收", "plan-steps-0-due_on": "2026-03-12"},
        page=address,
    )
    assert half.status_code == 422
    made = desk.browser.post(f"{address}/plan", fields | {"plan-steps-0-due_on": "2026-03-12"}, page=address)
    assert made.status_code == 303
    for name, content, status in (
        ("前.jpg", picture(), 303),
        ("x.jpg", b"GIF89a not", 422),
        ("x.svg", b"<svg onload='alert(1)'/>", 422),
    ):
        handed = {
            "evidence-kind": "before",
            "evidence-file": (io.BytesIO(content), name),
            "evidence-caption": "三楼",
        }
        assert desk.browser.post(f"{address}/evidence", handed, page=address).status_code == status, name
    public = text_of(browser.get(f"/matters/{matter.reference}"))
    source = re.search(r'src="(/matters/pictures/[^"]+)"', public).group(1)
    shown = browser.get(source)
    with Image.open(io.BytesIO(shown.data)) as drawn:
        assert not drawn.getexif()
        assert drawn.size == (80, 60)
    shown.close()
    page = desk.browser.get(address).get_data(as_text=True)
    version = re.search(r'name="step-seen"[^>]*value="(\d+)"', page).group(1)
    step = {"step-seen": version, "step-number": "1", "step-outcome": "换了六盏"}
    assert desk.browser.post(f"{address}/step", step, page=address).status_code == 303
    assert matters.state(matter) is MatterState.MENDING


def picture() -> bytes:
    """A photograph that says where it was taken."""
    made, exif = Image.new("RGB", (80, 60), "white"), Image.Exif()
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[1] = "N"
    kept = io.BytesIO()
    made.save(kept, "JPEG", exif=exif)
    return kept.getvalue()


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
    assert "周一材料到齐" in printed


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
    assert second.browser.post(confirm, {}, page=address).status_code == 409
    assert matters.state(objection) is MatterState.UPHELD
    assert post(first, question, "pause", reason="等检测报告").status_code == 303
    assert post(first, question, "notice", colour=Colour.BLUE.value, reason="多人反映").status_code == 409
    assert post(first, question, "resume").status_code == 303
    assert post(first, question, "notice", colour=Colour.ORANGE.value, reason="多人反映").status_code == 409
    assert post(first, question, "notice", colour=Colour.BLUE.value, reason="多人反映").status_code == 303
    assert post(first, question, "close", reason="").status_code == 422
    assert post(first, question, "close", reason="已由热线办结").status_code == 303
    assert matters.state(question) is MatterState.CLOSED


def test_a_page_seen_before_a_reminder_is_still_good(matters: Matters, desks: Desks, monday) -> None:
    """A reminder is no act of anybody: who saw the page before it is not sent away."""
    unit = matters.unit()
    matter = matters.question(unit)
    seen = matter.version
    monday.move_to(at("2026-03-16"))
    matters.escalate()
    desk = desks.unit(unit)
    assert matters.again(matter).version > seen
    address = f"/desk/unit/matters/{matter.reference}"
    done = desk.browser.post(
        f"{address}/answer", {"answer-seen": str(seen), "answer-text": ANSWER}, page=address
    )
    assert done.status_code == 303


def test_points_are_public_with_who_and_why(matters: Matters, desks: Desks, browser, monday) -> None:
    unit, office = matters.unit(), desks.office()
    fields = {"unit": str(unit.id), "points": "0", "reason": "敷衍"}
    assert office.browser.post("/desk/office/points", fields).status_code == 422
    assert office.browser.post("/desk/office/points", fields | {"points": "-5"}).status_code == 303
    page = text_of(browser.get("/matters"))
    assert "-5" in page
    assert "敷衍" in page


def test_rates_of_a_few_are_not_told_and_of_many_with_their_interval(
    matters: Matters, browser, monday
) -> None:
    unit = matters.unit()
    for _ in range(9):
        matters.answered(matters.question(unit, weight=Weight.SIMPLE))
    monday.move_to(at("2026-03-20"))
    assert "件数太少，不算比率" in text_of(browser.get("/matters"))
    late = matters.question(unit, weight=Weight.SIMPLE, opened_at=at("2026-03-10"))
    matters.answered(late)
    monday.move_to(at("2026-03-20", 11))
    assert "90% <small" in text_of(browser.get("/matters"))


def test_a_talk_is_suggested_after_two_bad_months(matters: Matters, desks: Desks, monday) -> None:
    unit, office = matters.unit("区迟到局"), desks.office()
    for day in ("2026-01-12", "2026-02-03"):
        for _ in range(5):
            matters.question(unit, weight=Weight.SIMPLE, opened_at=at(day))
    assert (
        "区迟到局" in text_of(office.browser.get("/desk/office/matters?which=late")).partition("建议约谈")[2]
    )


def test_the_calendar_desk_changes_a_day_and_imports_a_file(matters: Matters, desks: Desks, monday) -> None:
    office = desks.office()
    matter = matters.question(weight=Weight.GENERAL)
    address = "/desk/office/working-days"
    day = {"day-day": "2026-03-11", "day-kind": "holiday", "day-note": "停水"}
    assert office.browser.post(f"{address}/day", day, page=address).status_code == 303
    assert matters.running(matter).due_on == date(2026, 3, 17)
    assert office.browser.post(f"{address}/day", day, page=address).status_code == 409
    around = text_of(office.browser.get(f"{address}?day=2026-03-11"))
    for neighbour in ("3 月 10 日", "3 月 11 日", "3 月 12 日"):
        assert neighbour in around
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


def test_a_matters_page_costs_no_more_for_a_long_story(
    matters: Matters, platform, people: People, monday
) -> None:
    browser = people.client()
    short, long = matters.question(), matters.question()
    for _ in range(3):
        matters.answered(long)
        matters.do(services.reopen, long, grade=AnswerGrade.EVASIVE)
    for matter in (short, long):
        statements_of(platform, browser, f"/matters/{matter.reference}")
    few = statements_of(platform, browser, f"/matters/{short.reference}")
    assert few <= 6
    assert statements_of(platform, browser, f"/matters/{long.reference}") == few


@pytest.mark.parametrize(
    "path", ["/matters", "/matters?which=late", "/matters?which=done&page=2", "/matters?which=x&page=x"]
)
def test_a_list_takes_at_most_six_statements(
    matters: Matters, platform, people: People, monday, path: str
) -> None:
    for _ in range(3):
        matters.answered()
        matters.question()
    browser = people.client()
    statements_of(platform, browser, path)
    assert statements_of(platform, browser, path) <= 6


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
