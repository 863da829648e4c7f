"""The pages of matters: public and of a unit; who sees what, and what a refusal says."""

import io
import re

import pytest
import time_machine
from PIL import Image

from evalapp.supervision import services
from evalapp.supervision.models import AnswerGrade
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterState
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


def test_a_matter_that_no_post_handles_yet_names_none(matters: Matters, browser, monday) -> None:
    unit, english = matters.unit(), {"Accept-Language": "en"}
    pages = [
        text_of(browser.get(f"/matters/{matter.reference}", headers=english))
        for matter in (matters.question(unit), matters.question(unit, handler="物业科科长"))
    ]
    assert ["Handled by" in page for page in pages] == [False, True]
    assert '<dd><span lang="zh-Hans">物业科科长</span></dd>' in pages[1]


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
    for typed in ("两周内换完", 'value="换灯"', 'value="物业科科长"', 'value="2026-03-01"'):
        assert typed in past.get_data(as_text=True), "what was typed is not lost"
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
        ("x.docm", b"PK\x03\x04 not", 422),
        ("x.pdf", b"%PDF-1.7 /JavaScript (app.alert(1))", 422),
        ("x.html", b"<script>alert(1)</script>", 422),
        ("empty.pdf", b"", 422),
    ):
        handed = {
            "evidence-kind": "before" if name.endswith(("jpg", "svg")) else "document",
            "evidence-file": (io.BytesIO(content), name),
            "evidence-caption": "三楼东头",
        }
        handed_in = desk.browser.post(f"{address}/evidence", handed, page=address)
        assert handed_in.status_code == status, name
        if status == 422:
            assert 'value="三楼东头"' in handed_in.get_data(as_text=True), "what was typed is not lost"
            assert "还没有提交，请先改这几处" in text_of(handed_in), name
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


def test_a_matter_is_handed_to_no_section_that_is_none(matters: Matters, desks: Desks, monday) -> None:
    unit, other = matters.unit(), matters.unit()
    matter, desk = matters.question(unit), desks.unit(unit)
    address = f"/desk/unit/matters/{matter.reference}"
    fields = {"hand-over-seen": "1", "hand-over-handler": "物业科科长"}
    for section in ("x", "9" * 400, str(other.id)):
        refused = desk.browser.post(
            f"{address}/hand-over", fields | {"hand-over-section": section}, page=address
        )
        assert (refused.status_code, "科室" in text_of(refused)) == (422, True), section
    assert desk.browser.post(f"{address}/hand-over", fields, page=address).status_code == 303
    assert matters.again(matter).handler == "物业科科长"


def test_a_step_that_is_refused_keeps_what_was_typed_at_its_own_row(
    matters: Matters, desks: Desks, monday
) -> None:
    unit = matters.unit()
    matter = matters.planned(matters.question(unit), steps=2)
    desk, address = desks.unit(unit), f"/desk/unit/matters/{matter.reference}"
    step = {"step-seen": str(matter.version), "step-number": "2", "step-outcome": "换" * 301}
    refused = desk.browser.post(f"{address}/step", step, page=address)
    assert refused.status_code == 422
    rows = refused.get_data(as_text=True).split('name="step-outcome"')
    assert ["换" * 301 in row.partition(">")[0] for row in rows[1:]] == [False, True]


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
