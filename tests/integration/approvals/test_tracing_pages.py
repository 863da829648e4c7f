"""The pages of one's own case: what is shown, what is said of it, and what leaks nowhere."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from structlog.testing import capture_logs

from evalapp.approvals.models import Case, CaseEventRow, CaseGrade
from evalapp.approvals.rules.rating import Topic
from evalapp.approvals.rules.tracing import GRANT_LIFE
from evalapp.approvals.services import tracing, voices
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.services.matters import TITLE_LIMIT
from tests.support.accounts import People, phone
from tests.support.cases import Cases
from tests.support.strict_client import StrictClient

HOURS = timedelta(hours=1)


@pytest.fixture
def browser(app) -> StrictClient:
    return StrictClient(app)


def kept(cases: Cases, *kinds: str, **applicant: str) -> Case:
    """A case with these events, an hour apart, the last an hour ago."""
    first = clock.now() - HOURS * len(kinds)
    more = {
        "papers_asked": {"reason": "身份证复印件一份"},
        "paused": {"ground": "hearing"},
        "submitted": {"applicant": applicant} if applicant else {},
    }
    cases.take(
        [cases.event(kind, "A-1", first + HOURS * n, **more.get(kind, {})) for n, kind in enumerate(kinds)]
    )
    with cases.platform.session() as session:
        return session.scalars(select(Case)).one()


def opened(browser: StrictClient, cases: Cases, case: Case):
    code = tracing.code_of(cases.platform.keys, case.reference)
    return browser.post("/cases", {"number": case.reference, "code": code})


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_number_and_code_open_the_case_and_stand_in_no_address_no_log_and_no_cache(cases, browser) -> None:
    case = kept(cases, "submitted", "accepted", "paused", name="测试人甲", phone=phone(3))
    code = tracing.code_of(cases.platform.keys, case.reference)
    with capture_logs() as logged:
        answer = opened(browser, cases, case)
        page = browser.get("/cases/mine")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/mine")
    for said in (case.reference, case.number, cases.item.name, "听证", "测**", "《行政许可法》第四十五条"):
        assert said in text(page)
    assert code not in text(page)
    assert phone(3)[-8:] not in text(page)
    assert answer.headers["Cache-Control"] == page.headers["Cache-Control"] == "no-store"
    assert not re.search(f"{case.reference}|{code}", json.dumps(logged, default=str))
    assert not re.search(rf'(href|action|src)="[^"]*({case.reference}|{case.number}|{code})', text(page))


def test_a_wrong_code_and_an_unknown_number_get_the_same_page(cases, browser) -> None:
    case = kept(cases, "submitted")
    pages = {}
    for number in (case.reference, "BJ-2026-999999"):
        answer = browser.post("/cases", {"number": number, "code": "00000000"})
        token = re.compile(r'value="[^"]{60,}"')
        pages[number] = answer.status_code, token.sub("", text(answer)).replace(number, "")
    assert len(set(pages.values())) == 1
    assert browser.get("/cases/mine").status_code == 302


def test_a_case_is_shut_by_its_button_and_by_itself_after_half_an_hour(cases, browser) -> None:
    case = kept(cases, "submitted")
    opened(browser, cases, case)
    browser.post("/cases/close", page="/cases")
    assert browser.get("/cases/mine").status_code == 302
    opened(browser, cases, case)
    assert browser.get("/cases/mine").status_code == 200
    with time_machine.travel(clock.now() + GRANT_LIFE):
        assert browser.get("/cases/mine").status_code == 302
        wrote = {"topic": "slow", "words": "写了半个多小时。"}
        late = browser.post("/cases/mine/complaint", wrote, page="/cases")
        assert late.status_code == 409
        assert "再回到这里提交" in text(late)
        assert "写了半个多小时。</textarea>" in text(late)


def test_who_is_signed_in_with_the_number_opens_their_own_cases_alone(cases, people: People) -> None:
    case = kept(cases, "submitted", "papers_asked", name="测试人甲", phone=phone(3))
    own, other = people.resident(3).browser, people.resident(4).browser
    assert case.reference in text(own.get("/cases"))
    assert case.reference not in text(other.get("/cases"))
    assert own.post("/cases/own", {"reference": case.reference}, page="/cases").status_code == 303
    assert "身份证复印件一份" in text(own.get("/cases/mine"))
    assert other.post("/cases/own", {"reference": case.reference}, page="/cases").status_code == 404


def test_a_low_grade_is_given_once_and_the_unit_answers_it(cases, browser, session) -> None:
    case = kept(cases, "submitted", "accepted", "decided", "delivered")
    opened(browser, cases, case)
    page = text(browser.get("/cases/mine"))
    assert "提交评价" in page
    assert "非常<wbr>不满意" in page  # five characters do not fit into a fifth of a narrow screen
    fields = {"grade-grade": "2", "grade-codes": ["attitude-bad", "speed-good"]}
    assert browser.post("/cases/mine/grade", fields, page="/cases/mine").status_code == 303
    refused = browser.post("/cases/mine/grade", fields, page="/cases/mine")
    assert refused.status_code == 409
    assert "这个办件已经评过" in text(refused)
    assert 'name="grade-grade" value="2" checked' in text(refused)
    given = session.scalars(select(CaseGrade)).one()
    assert (given.grade, given.indicators["codes"]) == (2, ["attitude-bad"])
    matter = session.get_one(Matter, given.matter_id)
    assert browser.get(f"/matters/{matter.reference}").status_code == 404, "it is nobody else's"
    with cases.platform.transaction() as own:
        words = "已经联系你，把没说清的材料当面说清，当天补办。"
        supervision.answer(own, matter_id=matter.id, text=words, actor=SYSTEM)
    assert words in text(browser.get("/cases/mine"))
    unsaid = browser.post("/cases/mine/answer", {"judge-matter": matter.reference}, page="/cases/mine")
    assert unsaid.status_code == 422
    for where in ('href="#judge-grade"', 'id="judge-grade"', 'id="judge-grade-error"'):
        assert where in text(unsaid)
    judged = {"judge-matter": matter.reference, "judge-grade": "not_answered", "judge-again": "y"}
    assert browser.post("/cases/mine/answer", judged, page="/cases/mine").status_code == 303
    session.rollback()
    assert session.get_one(Matter, given.matter_id).reopened == 1
    refused = browser.post("/cases/mine/answer", judged, page="/cases/mine")
    assert refused.status_code == 409
    assert 'value="not_answered" checked' in text(refused)
    assert 'name="judge-again" value="y" checked' in text(refused)
    foreign = judged | {"judge-matter": "MT-2026-9999"}
    assert browser.post("/cases/mine/answer", foreign, page="/cases/mine").status_code == 404


def test_the_longest_name_of_an_item_keeps_nobody_from_complaining(cases, session) -> None:
    item = cases.items.published(cases.unit, name="公共场所卫生许可" * 12)
    number = "2026-" + "0123456789" * 5
    cases.take([cases.event("submitted", number, clock.now() - HOURS, item=item.code)])
    case = session.scalars(select(Case)).one()
    with cases.platform.transaction() as own:
        matter = voices.complain(
            own, cases.platform.keys, reference=case.reference, topic=Topic.SLOW, words="等了很久。"
        )
    assert case.reference in matter.title
    assert len(matter.title) <= TITLE_LIMIT


def test_a_case_is_not_graded_before_it_is_over_nor_long_after(cases, browser) -> None:
    case = kept(cases, "submitted", "accepted")
    opened(browser, cases, case)
    assert "提交评价" not in text(browser.get("/cases/mine"))
    assert browser.post("/cases/mine/grade", {"grade-grade": "5"}, page="/cases/mine").status_code == 409
    now = clock.now()
    cases.take([cases.event(kind, "A-1", now) for kind in ("decided", "delivered")], at=now)
    with time_machine.travel(now + timedelta(days=40)):
        opened(browser, cases, case)
        assert "提交评价" not in text(browser.get("/cases/mine"))
        assert browser.post("/cases/mine/grade", {"grade-grade": "5"}, page="/cases/mine").status_code == 409


def test_a_complaint_becomes_a_matter_of_the_unit_and_an_event_of_the_case(
    cases, browser, session, desks
) -> None:
    case = kept(cases, "submitted", "accepted")
    opened(browser, cases, case)
    words = "问了三次没人答，打 13912345678 也不通。"
    fields = {"topic": "attitude", "words": words}
    long = browser.post("/cases/mine/complaint", fields | {"words": "长" * 501}, page="/cases/mine/complaint")
    assert long.status_code == 422
    assert text(long).count("字段长度不能超过 500 个字符。") == 2
    assert browser.post("/cases/mine/complaint", fields).status_code == 303
    page = text(browser.get("/cases/mine"))
    matter = session.scalars(select(Matter)).one()
    assert matter.reference in page
    assert "问了三次没人答" in page
    assert "13912345678" not in page
    assert words[:6] not in matter.title
    kinds = session.scalars(select(CaseEventRow.kind).order_by(CaseEventRow.received_at)).all()
    assert kinds[-1] == "complained"
    again = fields | {"words": "还是没有人答，又跑了一趟。"}
    waits = text(browser.get("/cases/mine/complaint"))
    assert "上一件投诉答复以后" in waits
    assert "<textarea" not in waits
    refused = browser.post("/cases/mine/complaint", again, page="/cases/mine")
    assert refused.status_code == 409
    assert "已经有一件投诉在等答复" in text(refused)
    assert "还是没有人答，又跑了一趟。</textarea>" in text(refused)
    desk, address = desks.unit(cases.unit).browser, f"/desk/unit/matters/{matter.reference}"
    assert "公开答复" not in text(desk.get(address)), "nobody but the applicant reads it"
    answer = {
        "answer-seen": str(matter.version),
        "answer-text": "已经当面道歉，三趟的车费由窗口退还，明天起专人接电话。",
    }
    assert desk.post(f"{address}/answer", answer, page=address).status_code == 303
    assert "已答复，期限已停。" in text(desk.get(address))
