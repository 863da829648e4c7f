"""The file of a case says at any moment what follows from its events: lamp, what is left, each day of a term, steps, cards."""

import pytest
from flask import get_template_attribute
from sqlalchemy import select

from evalapp.approvals.models import Case, CaseCard
from evalapp.approvals.queries.files import case_file
from evalapp.approvals.rules.kinds import CaseState, Colour, EventKind, Lamp, Trigger
from evalapp.core import clock
from evalapp.core.calendar import TermDay
from evalapp.core.errors import NotFound
from tests.support.cases import Cases, moment
from tests.support.statements import statements
from tests.support.units import UnitFactory

PHONE = "+8612000000077"


def on_its_way(cases: Cases, number: str = "A-1") -> str:
    """Promised 5 working days from Monday 2 March, held on 3 and 4, a step of 5 days begun on the 2nd."""
    cases.take(
        [
            cases.event(
                "submitted", number, "2026-03-02 09:00", applicant={"name": "示例人", "phone": PHONE}
            ),
            cases.event("accepted", number, "2026-03-02 10:00", came_by="窗口", window="3 号"),
            cases.event("step_begun", number, "2026-03-02 10:30", step="look", post="现场岗"),
            cases.event("paused", number, "2026-03-02 11:00", ground="hearing"),
        ]
    )
    cases.take(
        [
            cases.event("resumed", number, "2026-03-04 10:00"),
            cases.event("resumed", number, "2026-03-04 10:05"),
        ]
    )
    return "BJ-2026-000001"


def test_a_file_says_what_is_left_and_how_the_last_day_came_about(cases: Cases, session, platform) -> None:
    reference = on_its_way(cases)
    case_file(session, reference)  # what it runs under is read once a process
    session.rollback()
    with statements(platform) as sent:
        file = case_file(session, reference, now=moment("2026-03-10 12:00"))

    assert len(sent) == 5
    leading = file.leading
    assert (file.state, leading.clock.trigger) == (CaseState.ACCEPTED, Trigger.PROMISE)
    assert leading.due_on.isoformat() == "2026-03-11"
    assert (leading.left.amount, leading.is_late, file.lamp) == (1, False, Lamp.GREEN)
    days = {each.day.day: each.state for each in leading.days}
    assert (days[2], days[3], days[4], days[5]) == (
        TermDay.RECEIVED,
        TermDay.PAUSED,
        TermDay.PAUSED,
        TermDay.COUNTED,
    )
    assert leading.days[-1].number == 5
    assert [(step.title, step.post, step.ended_at) for step in file.steps] == [("现场核查", "现场岗", None)]
    assert file.steps[0].clock.due_on.isoformat() == "2026-03-11"
    assert [each.misfit for each in file.events] == ["", "", "", "", "", "not-paused"]
    assert file.events[3].ground_words == "听证"


def test_a_file_agrees_with_what_was_written_of_the_case(cases: Cases, session) -> None:
    reference = on_its_way(cases)
    row = session.scalars(select(Case)).one()
    file = case_file(session, reference)

    assert (row.state, row.due_at, row.yellow_at, row.red_at) == (
        file.state,
        file.reckoned.due_at,
        file.reckoned.yellow_at,
        file.reckoned.red_at,
    )
    assert (row.step, row.step_post) == (file.step.key, file.step.post)


def test_a_card_that_fell_due_shows_before_the_worker_wrote_it(cases: Cases, session) -> None:
    reference = on_its_way(cases)
    before = case_file(session, reference, now=moment("2026-03-11 23:59"))
    after = case_file(session, reference, now=moment("2026-03-12 00:00"))

    assert [card.colour for card in before.cards] == []
    assert (after.lamp, after.cause.trigger, after.cause.id) == (Lamp.RED, Trigger.PROMISE, None)
    assert after.leading.is_late
    assert after.points == -sum(card.points for card in after.cards)
    assert session.scalars(select(CaseCard)).all() == []


def test_a_lifted_card_stays_to_be_read_and_lights_nothing(cases: Cases, session, platform) -> None:
    cases.take(
        [
            cases.event("submitted", "A-1", "2026-03-02 09:00"),
            cases.event("charged", "A-1", "2026-03-02 10:00"),
        ]
    )
    with platform.transaction() as own:
        card = own.scalars(select(CaseCard)).one()
        card.lifted_at, card.lifted_reason, card.lifted_by = clock.now(), "收费目录里有", "甲岗、乙岗"
    file = case_file(session, "BJ-2026-000001", now=moment("2026-03-02 12:00"))

    assert [(each.trigger, each.stands) for each in file.cards] == [(Trigger.FEE, False)]
    assert (file.lamp, file.cause, file.points) == (Lamp.GREEN, None, 0)


def test_a_file_of_another_unit_does_not_exist(cases: Cases, session, platform) -> None:
    reference = on_its_way(cases)
    other = UnitFactory(platform).department("区档案局")

    assert case_file(session, reference.lower(), unit_id=cases.unit.id).facts.reference == reference
    with pytest.raises(NotFound):
        case_file(session, reference, unit_id=other.id)
    with pytest.raises(NotFound):
        case_file(session, "BJ-2026-999999")


def test_the_parts_of_its_page_name_no_applicant_and_never_speak_by_colour_alone(
    cases: Cases, session, app
) -> None:
    reference = on_its_way(cases)
    file = case_file(session, reference, now=moment("2026-03-12 09:00"))
    names = ("case_lamp", "clocks", "steps", "events", "cards")
    with app.test_request_context():
        parts = {name: str(get_template_attribute("components/cases.html", name)(file)) for name in names}

    assert "逾期 1 个工作日" in parts["case_lamp"]
    assert "第 5 个工作日" in parts["clocks"]
    assert "暂停，不算" in parts["clocks"]
    assert "现在在这里" in parts["steps"]
    assert "事由：听证" in parts["events"]
    assert "没有生效" not in parts["events"]  # what had no effect is for those who handle it
    assert "红牌" in parts["cards"]
    assert Colour.RED.value not in parts["cards"]
    assert not any("示" in text.replace("提示", "") or PHONE in text for text in parts.values())
    assert EventKind.PAUSED.value not in parts["events"]
