"""Quarters are graded by what is kept, published once, corrected in the open, and a unit that fails gets its notice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from evalapp.approvals import jobs
from evalapp.approvals.models import CaseCard, MonitorEntry, UnitQuarter
from evalapp.approvals.queries import quarters
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.approvals.rules.kinds import Colour
from evalapp.approvals.rules.quarters import YearQuarter
from evalapp.approvals.services import contesting
from evalapp.approvals.services import quarters as grading
from evalapp.approvals.services.profiles import adopt_lights
from evalapp.core.permissions import SYSTEM
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter, Ruling, SupervisionNotice
from evalapp.supervision.rules.states import MatterKind, MatterState
from tests.support.cases import Cases, moment
from tests.support.desk import Desks
from tests.support.matters import Matters

FIRST = YearQuarter(year=2026, quarter=1)
GRADED = moment("2026-04-17 00:00")
SAID = "两人核对了签收单，送达的时间和单位说的一致。"


@pytest.fixture
def march() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(moment("2026-03-02 12:00"), tick=True) as traveller:
        yield traveller


def a_quarter(cases: Cases, march, *, late: int = 1) -> None:
    """Twelve cases of one unit, promised until March 9, of which some were decided on the 11th: red cards of the 10th."""
    numbers = [f"A-{number:02}" for number in range(12)]
    begun = [cases.event("submitted", number, "2026-03-02 09:00") for number in numbers]
    cases.take([*begun, *(cases.event("accepted", number, "2026-03-02 10:00") for number in numbers)])
    for day, which in (("2026-03-04 10:00", numbers[late:]), ("2026-03-11 10:00", numbers[:late])):
        cases.take([cases.event(kind, one, day) for one in which for kind in ("decided", "delivered")])
    march.move_to(moment("2026-03-12 09:00"))
    jobs.act_due(cases.platform)
    jobs.write_notices(cases.platform)


def rows(session) -> list[UnitQuarter]:
    session.rollback()
    return list(session.scalars(select(UnitQuarter).order_by(UnitQuarter.number)))


def test_a_quarter_is_graded_when_its_cards_can_be_contested_no_more(
    cases: Cases, matters: Matters, march, session
) -> None:
    a_quarter(cases, march)
    first, second = matters.officer(), matters.officer("评议办副主任")
    with cases.platform.transaction() as opened:
        change = supervision.propose_points(
            opened, unit_id=cases.unit.id, points=2, reason="全年没有一件投诉", actor=first
        )
    assert quarters.figures(session, FIRST)[cases.unit.id].manual == 0
    with cases.platform.transaction() as opened:
        supervision.confirm_points(opened, change_id=change.id, actor=second)
    march.move_to(GRADED - timedelta(minutes=1))
    jobs.close_quarters(cases.platform)
    assert rows(session) == []
    march.move_to(GRADED)
    jobs.close_quarters(cases.platform)
    jobs.close_quarters(cases.platform)

    [row] = rows(session)
    assert (row.completed, row.kept, row.red, row.red_points, row.manual) == (12, 11, 1, 3, 2)
    # 100 + 10 × 11/12 − 3/12 × 100 + 2 = 86.1666…
    assert (row.score, row.grade, row.matter_id) == (8617, "良好", None)


def test_a_unit_that_fails_gets_a_notice_and_a_correction_calls_it_off(
    cases: Cases, matters: Matters, march, browser, session
) -> None:
    a_quarter(cases, march, late=2)
    march.move_to(GRADED)
    jobs.close_quarters(cases.platform)
    [row] = rows(session)
    # 100 + 10 × 10/12 − 6/12 × 100 = 58.333…
    assert (row.score, row.grade) == (5833, "不合格")
    matter = session.get_one(Matter, row.matter_id)
    assert (matter.kind, matter.about) == (MatterKind.MONITORING, "2026-Q1")
    assert session.scalars(select(SupervisionNotice).where(SupervisionNotice.matter_id == matter.id)).one()

    card = session.scalars(select(CaseCard).where(CaseCard.colour == Colour.RED).limit(1)).one()
    first, second = matters.officer(), matters.officer("评议办副主任")
    with cases.platform.transaction() as opened:
        contesting.review(opened, cases.platform.keys, card_id=card.id, reason=SAID, actor=first)
    with cases.platform.transaction() as opened:
        ruling_id = opened.scalars(select(Ruling.id)).one()
        supervision.confirm_ruling(opened, ruling_id=ruling_id, actor=second)

    before, after = rows(session)
    # 100 + 10 × 10/12 − 3/12 × 100 = 83.333…: what stood is still there, the notice is not
    assert (before.score, after.score, after.grade, after.reason) == (5833, 8333, "合格", SAID)
    assert matters.state(matter) is MatterState.CLOSED
    told = session.scalars(select(MonitorEntry).where(MonitorEntry.kind == MonitorAct.CORRECTED)).one()
    assert told.about == "不合格 58.33 → 合格 83.33"
    page = browser.get(f"/monitor/units/{cases.unit.slug}").get_data(as_text=True)
    for said in ("58.33", "83.33", "第 2 次公布", SAID):
        assert said in page, said
    assert "83.33" in browser.get("/monitor?quarter=2026-Q1").get_data(as_text=True)


def test_what_was_published_is_not_changed(cases: Cases, march, session) -> None:
    a_quarter(cases, march)
    march.move_to(GRADED)
    jobs.close_quarters(cases.platform)
    for statement in (update(UnitQuarter).values(score=1), delete(UnitQuarter)):
        with pytest.raises(DBAPIError):
            session.execute(statement)
        session.rollback()


def test_reckoning_again_changes_nothing_where_nothing_changed(
    cases: Cases, matters: Matters, march, desks: Desks, session
) -> None:
    a_quarter(cases, march)
    march.move_to(GRADED)
    jobs.close_quarters(cases.platform)
    office, address = desks.office(), f"/desk/office/quarters/{cases.unit.slug}"
    post = f"{address}/2026-Q1"
    page = office.browser.get(address).get_data(as_text=True)
    assert f'action="{post}"' in page
    assert 'name="2026-Q1-reason"' in page
    assert office.browser.post(post, {"2026-Q1-reason": ""}, page=address).status_code == 422
    assert office.browser.post(post, {"2026-Q1-reason": "核对"}, page=address).status_code == 303
    assert len(rows(session)) == 1
    assert "一季过完" in office.browser.get("/desk/office/quarters").get_data(as_text=True)
    page = desks.unit(cases.unit).browser.get("/desk/unit/cards").get_data(as_text=True)
    assert page.count("84.17") == 1
    assert "次公布" not in page


def test_a_quarter_is_graded_by_the_profile_of_its_end(cases: Cases, march, session) -> None:
    a_quarter(cases, march)
    march.move_to(moment("2026-04-02 09:00"))
    with cases.platform.transaction() as opened:
        later = adopt_lights(opened, key="yulin", actor=SYSTEM)
    march.move_to(GRADED)
    jobs.close_quarters(cases.platform)

    [row] = rows(session)
    assert row.profile_id != later.id
    told = session.scalars(select(MonitorEntry).where(MonitorEntry.kind == MonitorAct.PROFILE)).one()
    assert "榆林" in told.about or "Yulin" in told.about


def test_a_quarter_that_was_not_published_is_not_corrected(cases: Cases, march, session) -> None:
    a_quarter(cases, march)
    with cases.platform.transaction() as opened:
        made = grading.correct(opened, unit_id=cases.unit.id, one=FIRST, reason=SAID, posts=["a"])
    assert (made, rows(session)) == (None, [])


def test_cases_taken_over_are_graded_when_asked_for_and_lead_to_no_notice(
    cases: Cases, march, session
) -> None:
    march.move_to(moment("2026-06-01 09:00"))
    cases.take([cases.event("submitted", "B-1", "2025-12-01 09:00")])
    numbers = [f"A-{number:02}" for number in range(12)]
    cases.take(
        [cases.event(kind, one, "2026-03-02 10:00") for one in numbers for kind in ("submitted", "accepted")]
    )
    cases.take([cases.event("decided", one, "2026-03-11 10:00") for one in numbers])
    jobs.write_notices(cases.platform)
    assert session.scalars(select(SupervisionNotice)).all() == []
    jobs.close_quarters(cases.platform)
    assert rows(session) == []
    jobs.close_quarters(cases.platform, with_history=True)

    [row] = rows(session)
    assert (row.quarter, row.completed, row.kept, row.red) == (1, 12, 0, 12)
