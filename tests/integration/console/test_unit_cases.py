"""The window without a system: a case is entered once, goes on by the acts that fit, and shows nobody who applied."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from evalapp.approvals.models import Case, CaseEventRow
from evalapp.approvals.services import tracing
from evalapp.audit.models import AuditEntry
from evalapp.core import clock
from tests.support.cases import Cases, moment
from tests.support.desk import Desk, Desks
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

NAME, PHONE = "赵示例", "12000000077"
DESK = "/desk/unit/cases"
TOKEN = re.compile(r'name="(?:[a-z-]+-)?token"[^>]*value="([0-9a-f]{16})"|value="([0-9a-f]{16})"[^>]*token')


@pytest.fixture
def desk(cases: Cases, desks: Desks) -> Desk:
    return desks.unit(cases.unit)


def token_of(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found[1] or found[2]


def filled(cases: Cases, browser: StrictClient, **more: str) -> dict[str, str]:
    said = {
        "token": token_of(browser.get(f"{DESK}/new").get_data(as_text=True)),
        "item": cases.item.code,
        "name": NAME,
        "phone": PHONE,
        "came_by": "窗口",
        "window": "3 号",
    }
    return said | more


def entered(cases: Cases, browser: StrictClient, **more: str) -> str:
    answer = browser.post(f"{DESK}/new", filled(cases, browser, **more), page=f"{DESK}/new")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = re.search(r'id="reference">(BJ-\d{4}-\d{6})<', answer.get_data(as_text=True))
    assert found is not None
    return f"{DESK}/{found[1]}"


def handed_in(browser: StrictClient, path: str, act: str, **said: str):
    """Hand in what the page offers for an act: press its button as often as the returned call is made."""
    page = browser.get(path).get_data(as_text=True)
    found = re.search(rf'<input[^>]*name="{act}-token"[^>]*>', page)
    assert found is not None, f"{act} is not offered"
    token = re.search(r"[0-9a-f]{16}", found[0])[0]
    fields = {f"{act}-{name}": value for name, value in (said | {"token": token}).items()}
    return lambda: browser.post(f"{path}/{act}", fields, page=path)


def did(browser: StrictClient, path: str, act: str, **said: str) -> int:
    return handed_in(browser, path, act, **said)().status_code


def acts_of(session, action: str) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == action)))


def test_a_case_goes_from_the_window_to_delivery_with_a_pause(cases: Cases, desk: Desk, session) -> None:
    browser = desk.browser
    with clock.at(moment("2026-03-02 09:00")):
        path = entered(cases, browser)
    with clock.at(moment("2026-03-02 10:00")):
        assert did(browser, path, "accepted") == 303
        page = browser.get(path).get_data(as_text=True)
        assert re.search(r'name="paused-ground"[^>]*><option (?:selected )?value="">请选择<', page)
        assert "data-said" in page  # where the keyboard goes on
        assert did(browser, path, "step-begun", step="look", post="现场岗") == 303
    with clock.at(moment("2026-03-03 10:00")):
        assert did(browser, path, "paused", ground="hearing") == 303
        page = browser.get(path).get_data(as_text=True)
        assert "暂停计时，剩 4 个工作日" in page
        assert "paused-token" not in page  # what does not fit is not offered
    with clock.at(moment("2026-03-05 10:00")):
        assert did(browser, path, "resumed") == 303
        assert did(browser, path, "step-ended", step="look") == 303
    with clock.at(moment("2026-03-09 10:00")):
        assert did(browser, path, "decided", granted="yes") == 303
        assert did(browser, path, "delivered") == 303
        page = browser.get(path).get_data(as_text=True)

    session.rollback()
    case = session.scalars(select(Case)).one()
    assert (case.state, case.misfits, case.late_events) == ("delivered", 0, 0)
    assert case.kept_at is not None
    assert "暂停，不算" in page
    assert "没有要记的了" in page
    assert len(acts_of(session, "case.event_entered")) == 7


def test_a_form_handed_in_twice_is_one_case_and_one_event(cases: Cases, desk: Desk, session) -> None:
    browser = desk.browser
    said = filled(cases, browser)
    answers = [browser.post(f"{DESK}/new", said, page=f"{DESK}/new") for _ in range(2)]
    path = f"{DESK}/{session.scalars(select(Case.reference)).one()}"

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_data(as_text=True) == answers[1].get_data(as_text=True)
    token = token_of(browser.get(path).get_data(as_text=True))
    twice = [browser.post(f"{path}/accepted", {"accepted-token": token}, page=path) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [303, 303]
    session.rollback()
    assert len(session.scalars(select(CaseEventRow)).all()) == 2


def test_a_step_handed_in_twice_is_one_event_and_a_colleagues_is_refused_with_what_was_typed(
    cases: Cases, desk: Desk, desks, session
) -> None:
    path, browser = entered(cases, desk.browser), desk.browser
    colleague = desks.unit(cases.unit, post="窗口二岗").browser
    assert did(browser, path, "accepted") == 303
    begin = handed_in(browser, path, "step-begun", step="look", post="现场一岗")
    begin_too = handed_in(colleague, path, "step-begun", step="look", post="现场二岗")

    assert [begin().status_code for _ in range(2)] == [303, 303]
    refused = begin_too()
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "现在不能这样办" in page
    assert "现场二岗" in page
    assert '<option selected value="look">' in page
    end, end_too = (handed_in(one, path, "step-ended", step="look") for one in (browser, colleague))
    assert [end().status_code for _ in range(2)] == [303, 303]
    assert end_too().status_code == 409
    session.rollback()
    kinds = session.scalars(select(CaseEventRow.kind).where(CaseEventRow.kind.startswith("step_"))).all()
    assert sorted(kinds) == ["step_begun", "step_ended"]


def test_the_form_of_the_last_applicant_is_not_taken_for_the_next(cases: Cases, desk: Desk, session) -> None:
    browser = desk.browser
    said = filled(cases, browser)
    browser.post(f"{DESK}/new", said, page=f"{DESK}/new")
    other = browser.post(f"{DESK}/new", said | {"name": "钱示例"}, page=f"{DESK}/new")
    page = other.get_data(as_text=True)

    assert other.status_code == 409
    assert "已经交过" in page
    assert "钱示例" in page  # nothing that was typed is lost
    again = browser.post(
        f"{DESK}/new", said | {"name": "钱示例", "token": token_of(page)}, page=f"{DESK}/new"
    )
    assert again.status_code == 200
    assert len(session.scalars(select(Case)).all()) == 2


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    cases: Cases, desk: Desk, session
) -> None:
    browser = desk.browser
    entered(cases, browser, number="A-1")
    ahead = clock.local(clock.now() + timedelta(hours=2))
    for more, sentence in (
        ({"phone": "123"}, "手机号码不对"),
        ({"number": "A-1"}, "已经用过"),
        ({"occurred_at": f"{ahead:%Y-%m-%dT%H:%M}"}, "填的时间还没有到"),
        ({"name": ""}, "请填申请人"),
    ):
        said = filled(cases, browser, **more)
        answer = browser.post(f"{DESK}/new", said, page=f"{DESK}/new")
        page = answer.get_data(as_text=True)
        assert answer.status_code in {409, 422}
        assert sentence in page
        assert f'value="{said["window"]}"' in page
    assert len(session.scalars(select(Case)).all()) == 1


def test_what_is_not_granted_needs_its_reason(cases: Cases, desk: Desk) -> None:
    path = entered(cases, desk.browser)
    assert did(desk.browser, path, "accepted") == 303
    refused = handed_in(desk.browser, path, "decided", granted="no")()
    page = refused.get_data(as_text=True)

    assert refused.status_code == 422
    assert page.count("请写明不予的理由。") == 2  # above the form and at the field
    assert re.search(r'<input checked[^>]* value="no"', page)


def test_a_time_before_the_grace_counts_from_now_and_is_marked(cases: Cases, desk: Desk, session) -> None:
    browser = desk.browser
    with clock.at(moment("2026-03-02 10:00")):
        path = entered(cases, browser, occurred_at="2026-03-02T09:31")
        assert did(browser, path, "accepted", occurred_at="2026-03-02T09:29") == 303
        page = browser.get(path).get_data(as_text=True)

    assert "填的时间太早" in page
    case = session.scalars(select(Case)).one()
    assert case.submitted_at == moment("2026-03-02 09:31")
    assert case.accepted_at >= moment("2026-03-02 10:00")
    assert case.late_events == 1
    late = browser.post(
        f"{DESK}/new", filled(cases, browser, occurred_at="2026-03-02T09:31"), page=f"{DESK}/new"
    )
    assert "填的时间太早" in late.get_data(as_text=True)  # beside the receipt, not on its paper


def test_what_a_colleague_did_first_is_refused_and_not_kept(cases: Cases, desk: Desk, desks, session) -> None:
    path = entered(cases, desk.browser)
    page = desk.browser.get(path).get_data(as_text=True)
    colleague = desks.unit(cases.unit, post="窗口二岗").browser
    assert did(colleague, path, "accepted") == 303
    late = desk.browser.post(
        f"{path}/refused",
        {"refused-token": token_of(page), "refused-reason": "材料\r\n不全"},
        page=path,
    )

    assert late.status_code == 409
    assert "材料 不全" in late.get_data(as_text=True)
    session.rollback()
    case = session.scalars(select(Case)).one()
    assert (case.state, case.events, case.misfits) == ("accepted", 2, 0)


def test_nobody_reads_who_applied_but_whoever_opens_it_and_that_is_on_record(
    cases: Cases, desk: Desk, desks, session, platform
) -> None:
    path = entered(cases, desk.browser)
    office = desks.office().browser
    reference = path.rpartition("/")[2]
    seen = [desk.browser.get(DESK), desk.browser.get(path), office.get(path.replace("unit", "office"))]
    seen.append(office.get("/desk/office/cases"))
    code = tracing.code_of(platform.keys, reference)

    for page in seen:
        text = page.get_data(as_text=True)
        assert page.status_code == 200
        assert NAME not in text
        assert PHONE not in text
        assert f"{code[:4]} {code[4:]}" not in text.replace(code, f"{code[:4]} {code[4:]}")
    assert acts_of(session, "case.applicant_opened") == []
    opened = desk.browser.post(f"{path}/applicant", {}, page=path).get_data(as_text=True)
    assert NAME in opened
    assert PHONE in opened
    receipt = desk.browser.post(f"{path}/receipt", {}, page=path).get_data(as_text=True)
    assert f"{code[:4]} {code[4:]}" in receipt
    assert NAME not in receipt
    assert acts_of(session, "case.applicant_opened") == [reference]
    assert acts_of(session, "case.receipt_printed") == [reference]
    assert acts_of(session, "case.entered") == [reference]


def test_another_units_case_does_not_exist(cases: Cases, desk: Desk, desks, platform) -> None:
    path = entered(cases, desk.browser)
    other = desks.unit(UnitFactory(platform).department("区档案局")).browser

    assert other.get(path).status_code == 404
    for way in ("applicant", "receipt", "accepted"):
        assert other.post(f"{path}/{way}", {}, page=f"{DESK}/new").status_code == 404
    assert "BJ-" not in other.get(DESK).get_data(as_text=True).replace("BJ-2026-000001", "", 1)


def test_a_table_is_answered_row_by_row(cases: Cases, desk: Desk, session) -> None:
    code = cases.item.code
    rows = (
        "事件号,办件号,事项编码,事件,发生时间\n"
        f"e1,A-1,{code},收件,2026-03-02 09:00\n"
        "e2,A-2,NO-SUCH,收件,2026-03-02 09:00\n"
        f"e3,A-1,{code},受理,2026-03-02 10:00\n"
    )
    with clock.at(moment("2026-03-02 12:00")):
        answers = []
        for fields in ({"dry_run": "y"}, {}, {}):
            given = fields | {"file": (io.BytesIO(rows.encode()), "events.csv")}
            answers.append(desk.browser.post(f"{DESK}/import", given, page=f"{DESK}/import"))
    pages = [answer.get_data(as_text=True) for answer in answers]

    assert "没有导入" in pages[0]
    assert "第 3 行" in pages[1]
    assert "新的 2 行" in pages[1]
    assert "原来就有的 2 行" in pages[2]
    assert session.scalars(select(Case)).one().events == 2
    assert len(acts_of(session, "case.imported")) == 2


def test_lists_go_by_lamp_and_by_number_in_few_statements(cases: Cases, desk: Desk, desks, platform) -> None:
    cases.take([cases.event("submitted", f"A-{n}", "2026-03-02 09:00") for n in range(30)])
    cases.take([cases.event("submitted", "B-1", clock.now() - timedelta(minutes=5))])
    browser, office = desk.browser, desks.office().browser

    red = browser.get(f"{DESK}?which=red").get_data(as_text=True)
    cursor = re.search(r'href="([^"]*cursor=[^"]*)"', red)[1].replace("&amp;", "&")
    rest = browser.get(cursor).get_data(as_text=True)
    assert (red.count("BJ-2026-0000"), red.count(">B-1<")) == (1 + 20 * 2, 0)
    assert rest.count(">A-") == 10
    assert browser.get(f"{DESK}?which=green").get_data(as_text=True).count(">B-1<") == 1
    assert browser.get(f"{DESK}?number=A-7").get_data(as_text=True).count(">A-7<") == 1
    assert office.get("/desk/office/cases?which=red").get_data(as_text=True).count(">A-") == 20
    assert statements_of(platform, browser, DESK) <= 6
    assert statements_of(platform, office, f"/desk/office/cases?unit={cases.unit.slug}") <= 6
