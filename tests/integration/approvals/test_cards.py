"""A red card leads to a notice; its unit contests it, two people decide, and what they lift is public and costs nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from evalapp.approvals import jobs, services
from evalapp.approvals.models import CardContest, Case, CaseCard, MonitorEntry
from evalapp.approvals.queries import cards as queries
from evalapp.approvals.queries import quarters
from evalapp.approvals.queries.cards import Stands, Which
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.approvals.rules.kinds import Colour, Trigger
from evalapp.approvals.rules.quarters import YearQuarter
from evalapp.approvals.services import contesting
from evalapp.audit.models import AuditEntry
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter, Ruling, SupervisionNotice
from evalapp.supervision.rules.profile import Colour as NoticeColour
from evalapp.supervision.rules.states import MatterKind, MatterState, Phase
from tests.support.cases import Cases, moment
from tests.support.desk import Desks
from tests.support.matters import Matters

WHY = "材料三月九日已经送达窗口，签收单编号在案，窗口补录晚了一天。"
SAID = "两人到窗口核对了签收单，送达的时间和单位说的一致。"
ANSWER = "三月十日已经办结，窗口改为当天录入，股长每天下班前核对一遍。"


@pytest.fixture
def march() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(moment("2026-03-02 12:00"), tick=True) as traveller:
        yield traveller


@pytest.fixture
def red(cases: Cases, march, session) -> CaseCard:
    """A case accepted on Monday, promised in 5 working days, and not decided: its red card of Tuesday the 10th, 0:00."""
    name = {"name": "示例人", "phone": "+8612000000077"}
    cases.take(
        [
            cases.event("submitted", "A-1", "2026-03-02 09:00", applicant=name),
            cases.event("accepted", "A-1", "2026-03-02 10:00"),
        ]
    )
    march.move_to(moment("2026-03-10 09:00"))
    rounds(cases)
    return session.scalars(select(CaseCard).where(CaseCard.colour == Colour.RED)).one()


def rounds(cases: Cases) -> None:
    """What the worker does when it comes by."""
    jobs.act_due(cases.platform)
    jobs.write_notices(cases.platform)


def one(session, model, *conditions):
    session.rollback()
    return session.scalars(select(model).where(*conditions)).one()


def contested(matters: Matters, card: CaseCard, text: str = WHY) -> CardContest:
    staff = matters.unit_staff(card)  # type: ignore[arg-type]  # of the unit that it names
    with matters.platform.transaction() as session:
        return contesting.contest(
            session, matters.platform.keys, card_id=card.id, unit_id=card.unit_id, text=text, actor=staff
        )


def decided(matters: Matters, session, contest: CardContest, *, lifts: bool) -> Matter:
    matter = one(session, Matter, Matter.id == contest.matter_id)
    matters.ruled(matter, is_upheld=lifts)
    return matter


def test_a_red_card_leads_to_a_notice_dated_by_the_card(red: CaseCard, cases: Cases, session) -> None:
    rounds(cases)

    notice = one(session, SupervisionNotice)
    matter = one(session, Matter)
    assert red.at == moment("2026-03-10 00:00")
    assert (notice.colour, notice.issued_at, notice.unit_id) == (NoticeColour.BLUE, red.at, cases.unit.id)
    # three working days from Tuesday: Wednesday, Thursday, Friday
    assert notice.due_on.isoformat() == "2026-03-13"
    case = one(session, Case)
    assert (matter.kind, matter.about) == (MatterKind.MONITORING, case.reference)
    assert (red.matter_id, red.noticed_at is not None) == (matter.id, True)


def test_answering_the_notice_answers_the_matter(
    red: CaseCard, cases: Cases, matters: Matters, session
) -> None:
    matter, notice = one(session, Matter), one(session, SupervisionNotice)
    staff = matters.unit_staff(matter)
    for text, refusal in (("已转办窗口。", Invalid), (ANSWER, None), (ANSWER, Conflict)):
        with cases.platform.transaction() as opened:
            if refusal is None:
                supervision.answer_notice(opened, notice_id=notice.id, text=text, actor=staff)
                continue
            with pytest.raises(refusal):
                supervision.answer_notice(opened, notice_id=notice.id, text=text, actor=staff)

    assert one(session, Matter).phase is Phase.ANSWERED
    assert matters.running(matter) is None


def test_an_unanswered_notice_is_followed_by_the_next_colour(
    red: CaseCard, matters: Matters, march, session
) -> None:
    march.move_to(moment("2026-03-16 09:00"))
    matters.escalate()

    found = [notice.colour for notice in matters.notices(one(session, Matter))]
    assert found == [NoticeColour.BLUE, NoticeColour.ORANGE]


def test_a_contested_card_that_two_people_uphold_stands(
    red: CaseCard, cases: Cases, matters: Matters, session
) -> None:
    contest = contested(matters, red, f"{WHY}示例人当天在场。")
    session.rollback()
    assert queries.card_page(session, red.id).shown.stands is Stands.CONTESTED
    assert contest.text == f"{WHY}［已隐去］当天在场。"
    matter = decided(matters, session, contest, lifts=False)

    session.rollback()
    page = queries.card_page(session, red.id)
    assert (page.shown.stands, page.may_contest) == (Stands.STANDS, False)
    assert matters.state(matter) is MatterState.EXPLAINED or matters.state(matter) is MatterState.CLOSED
    told = one(session, MonitorEntry)
    assert (told.kind, told.posts) == (MonitorAct.UPHELD, "评议办主任、评议办副主任")
    assert one(session, Case).red_at == red.at


def test_a_lifted_card_lights_nothing_costs_nothing_and_is_told_in_public(
    red: CaseCard, cases: Cases, matters: Matters, browser, session
) -> None:
    began = YearQuarter.of(red.at)
    assert quarters.figures(session, began)[cases.unit.id].red_points == 3
    notice = one(session, Matter)
    decided(matters, session, contested(matters, red), lifts=True)
    rounds(cases)

    case, card = one(session, Case), one(session, CaseCard)
    # what lights it next is the term of the law: twenty working days from the 2nd
    assert (case.red_at, card.lifted_by) == (moment("2026-03-31 00:00"), "评议办主任、评议办副主任")
    assert cases.unit.id not in quarters.figures(session, began)
    assert matters.state(notice) is MatterState.CLOSED
    assert "card.lifted" in session.scalars(select(AuditEntry.action)).all()
    page = re.sub(r"\s+", " ", browser.get("/monitor/journal").get_data(as_text=True))
    for said in (
        "撤销牌",
        cases.unit.short_name,
        cases.item.name,
        case.reference,
        card.lifted_reason,
        card.lifted_by,
    ):
        assert said in page, said
    assert "示例人" not in page
    assert case.applicant_shown not in page


def test_a_card_is_contested_once_in_its_term_and_by_its_unit(
    red: CaseCard, cases: Cases, matters: Matters, march, session
) -> None:
    other, somebody = matters.unit("区别的局"), matters.officer()
    with cases.platform.transaction() as opened:
        for unit, text, refusal in ((other, WHY, NotFound), (cases.unit, " ", Invalid)):
            with pytest.raises(refusal):
                contesting.contest(
                    opened, cases.platform.keys, card_id=red.id, unit_id=unit.id, text=text, actor=somebody
                )
    decided(matters, session, contested(matters, red), lifts=False)
    with pytest.raises(Conflict, match="只能申诉一次"):
        contested(matters, red, "再说一遍，窗口是对的。")


def test_what_a_complaint_led_to_names_its_case_to_nobody_and_is_lifted_in_the_open(
    cases: Cases, matters: Matters, march, browser, session
) -> None:
    with cases.platform.transaction() as opened:
        services.adopt_lights(
            opened, key="chengdu_2010", actor=SYSTEM
        )  # red for whatever is not as it ought to be
    events = [cases.event(kind, "A-1", "2026-03-02 11:59") for kind in ("submitted", "complained")]
    cases.take(events, at="2026-03-02 12:00")
    march.move_to(moment("2026-03-05 09:00"))  # the worker slept
    rounds(cases)
    card = one(session, CaseCard)
    contest = contested(matters, card, f"{WHY}请致电 13912345678 核对。")
    decided(matters, session, contest, lifts=True)

    assert "13912345678" not in contest.text
    assert not any(matter.is_public for matter in session.scalars(select(Matter)))
    page = browser.get("/monitor/journal").get_data(as_text=True)
    assert page.count("事项不公开") == 2
    assert "撤销牌" in page
    assert "督办单迟发" in page
    number = one(session, SupervisionNotice).number
    for kept in (cases.unit.short_name, cases.item.name, one(session, Case).reference, number):
        assert kept not in page, kept


def test_a_term_to_contest_ends_with_its_last_working_day(
    red: CaseCard, cases: Cases, matters: Matters, march, session
) -> None:
    # written on Tuesday the 10th, five working days: to the end of Tuesday the 17th
    until = queries.card_page(session, red.id).contested_until
    assert until == moment("2026-03-18 00:00")
    march.move_to(until + timedelta(seconds=1))
    with pytest.raises(Conflict, match="申诉期已满"):
        contested(matters, red)


def test_the_office_lifts_nothing_alone(red: CaseCard, cases: Cases, matters: Matters, session) -> None:
    first, second = matters.officer(), matters.officer("评议办副主任")
    with cases.platform.transaction() as opened:
        made = contesting.review(opened, cases.platform.keys, card_id=red.id, reason=SAID, actor=first)
    matter = one(session, Matter, Matter.id == made.matter_id)
    assert one(session, CaseCard).lifted_at is None
    with pytest.raises(Conflict, match="正在复核"), cases.platform.transaction() as opened:
        contesting.review(opened, cases.platform.keys, card_id=red.id, reason=SAID, actor=second)
    with pytest.raises(NotAllowed), cases.platform.transaction() as opened:
        supervision.confirm_ruling(opened, ruling_id=ruling_of(opened, matter), actor=first)
    with pytest.raises(Conflict), cases.platform.transaction() as opened:
        supervision.close_matter(opened, matter_id=matter.id, reason="不用了", actor=second)
    with cases.platform.transaction() as opened:
        supervision.confirm_ruling(opened, ruling_id=ruling_of(opened, matter), actor=second)

    assert one(session, CaseCard).lifted_reason == SAID
    assert one(session, MonitorEntry).kind is MonitorAct.LIFTED


def test_what_the_office_says_of_a_card_in_public_holds_nobodys_number(
    red: CaseCard, cases: Cases, matters: Matters, session
) -> None:
    matter_id, officer = contested(matters, red).matter_id, matters.officer()
    for said, refusal in ((f"{SAID}请致电 13912345678。", Invalid), (f"{SAID}请致电 0991-2345678。", None)):
        with cases.platform.transaction() as opened:
            ruling = {"matter_id": matter_id, "is_upheld": False, "reason": said, "actor": officer}
            if refusal is None:
                supervision.propose_ruling(opened, **ruling)
                continue
            with pytest.raises(refusal, match="手机号"):
                supervision.propose_ruling(opened, **ruling)

    assert "0991-2345678" in one(session, Ruling).reason


def test_one_person_of_the_office_calls_off_nothing_that_a_card_led_to(
    red: CaseCard, cases: Cases, matters: Matters, desks: Desks, session
) -> None:
    matter, notice, office = one(session, Matter), one(session, SupervisionNotice), desks.office()
    address = f"/desk/office/matters/{matter.reference}"
    page = office.browser.get(address).get_data(as_text=True)
    alone = ((notice.number, "withdraw"), *((doing, doing) for doing in ("close", "withdraw", "pause")))
    for number, doing in alone:
        path = f"/desk/office/supervision-notices/{number}" if doing != number else address
        fields = {f"{number}-seen": str(matter.version), f"{number}-reason": "不用了"}
        assert f'action="{path}/{doing}"' not in page, doing
        assert office.browser.post(f"{path}/{doing}", fields, page=address).status_code == 409, doing

    assert matters.state(matter) is MatterState.OPEN
    assert one(session, SupervisionNotice).withdrawn_at is None


def ruling_of(session, matter: Matter):
    return session.scalar(select(Ruling.id).where(Ruling.matter_id == matter.id))


def test_a_review_that_comes_late_is_told_while_it_waits_and_afterwards(
    red: CaseCard, matters: Matters, march, browser, session
) -> None:
    contest = contested(matters, red)
    march.move_to(moment("2026-03-20 09:00"))  # five working days from the 10th are over with the 17th
    assert "现在逾期的复核" in browser.get("/monitor/journal").get_data(as_text=True)
    decided(matters, session, contest, lifts=False)

    session.rollback()
    kinds = session.scalars(select(MonitorEntry.kind).order_by(MonitorEntry.kind)).all()
    assert MonitorAct.REVIEWED_LATE in kinds
    assert "现在逾期的复核" not in browser.get("/monitor/journal").get_data(as_text=True)


def test_a_notice_that_was_written_on_a_later_day_is_told(cases: Cases, march, session) -> None:
    cases.take([cases.event("submitted", "A-1", "2026-03-02 09:00")])
    march.move_to(moment("2026-03-12 09:00"))  # the red card fell due on the 10th, the worker slept
    rounds(cases)

    told = one(session, MonitorEntry)
    assert (told.kind, told.about) == (MonitorAct.NOTICE_LATE, "2026-03-10 → 2026-03-12")


def test_the_office_is_not_late_with_what_came_late_itself(cases: Cases, march, session) -> None:
    with cases.platform.transaction() as opened:
        services.adopt_lights(opened, key="chengdu_2010", actor=SYSTEM)
    events = [cases.event(kind, "A-1", "2026-03-02 23:50") for kind in ("submitted", "complained")]
    march.move_to(moment("2026-03-03 09:00"))
    cases.take(events, at="2026-03-03 08:30")
    rounds(cases)

    assert one(session, SupervisionNotice).issued_at == moment("2026-03-02 23:50")
    assert session.scalars(select(MonitorEntry.kind)).all() == [MonitorAct.PROFILE]


def test_a_card_that_is_gone_calls_its_notice_off(
    red: CaseCard, cases: Cases, matters: Matters, session
) -> None:
    notice = one(session, Matter)
    # decided on Monday, told within a working day: there was nothing
    cases.take([cases.event("decided", "A-1", "2026-03-09 16:00")], at="2026-03-10 10:00")
    rounds(cases)

    assert one(session, CaseCard, CaseCard.trigger == Trigger.PROMISE).gone_at is not None
    assert matters.state(notice) is MatterState.CLOSED
    assert session.scalar(select(func.count()).select_from(SupervisionNotice)) == 1


def test_cards_on_the_desks(red: CaseCard, cases: Cases, matters: Matters, desks: Desks, session) -> None:
    desk, office = desks.unit(cases.unit), desks.office()
    other = desks.unit(matters.unit("区别的局"))
    address = f"/desk/unit/cards/{red.id}"
    page = desk.browser.get(address).get_data(as_text=True)
    for said in ("超过承诺时限", "本系统自定", "期限怎么算", "督办单"):
        assert said in page, said
    assert other.browser.get(address).status_code == 404
    assert desk.browser.post(address, {"text": ""}, page=address).status_code == 422
    assert desk.browser.post(address, {"text": WHY}, page=address).status_code == 303
    office_address = f"/desk/office/cards/{red.id}"
    for browser, path, field in ((desk.browser, address, "text"), (office.browser, office_address, "reason")):
        refused = browser.post(path, {field: "写好了才看到同事已经提过。"}, page=path)
        page = refused.get_data(as_text=True)
        assert refused.status_code == 409
        assert "这张牌正在复核，请等结论。" in page
        assert "写好了才看到同事已经提过。</textarea>" in page
    for which in Which:
        for browser, role in ((desk.browser, "unit"), (office.browser, "office")):
            page = browser.get(f"/desk/{role}/cards?which={which.value}").get_data(as_text=True)
            assert (f"/desk/{role}/cards/{red.id}" in page) is (which is not Which.LIFTED), which
    reference = one(session, Case).reference
    for browser, role in ((desk.browser, "unit"), (office.browser, "office")):
        page = browser.get(f"/desk/{role}/cases/{reference}").get_data(as_text=True)
        assert f'href="/desk/{role}/cards/{red.id}"' in page
    matter = one(session, Matter, Matter.kind == MatterKind.CARD)
    assert WHY in desk.browser.get(f"/matters/{matter.reference}").get_data(as_text=True)
    page = office.browser.get(f"/desk/office/matters/{matter.reference}").get_data(as_text=True)
    assert "撤销这张牌" in page
    assert office_address in page
    assert office.browser.get(office_address).status_code == 200
    assert WHY in desk.browser.get(address).get_data(as_text=True)
