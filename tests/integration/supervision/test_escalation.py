"""Reminders and notices: none lost, none doubled, dated by their moments, whether the worker woke or slept."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from evalapp.core import clock
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.notifications.models import StaffNotice, TopicNews
from evalapp.supervision import jobs, services
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.profile import Colour, Weight
from evalapp.supervision.rules.states import Act
from evalapp.supervision.services import escalating
from tests.support.databases import clear
from tests.support.matters import ANSWER, Matters, at

MONDAY = at("2026-03-09")


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def a_week(matters: Matters, traveller, *, wakes: bool, days: int = 21) -> dict:
    """Live through days of a small district; a worker wakes every three hours, or only at the end."""
    unit = matters.unit()
    opened = []
    for number in range(6):
        traveller.move_to(MONDAY + timedelta(hours=5 * number))
        weight = [Weight.SIMPLE, Weight.GENERAL][number % 2]
        opened.append(matters.question(unit, weight=weight))
    held, answered = opened[4], opened[5]
    for step in range(days * 8):
        now = MONDAY + timedelta(hours=3 * step + 30)
        traveller.move_to(now)
        if wakes:
            matters.escalate()
        if step == 10:
            matters.do(services.pause, held, reason="等检测报告", actor=SYSTEM)
        if step == 40:
            matters.do(services.resume, held, actor=SYSTEM)
        if step == 70:
            matters.do(services.answer, answered, text=ANSWER, actor=SYSTEM)
    matters.escalate()
    return picture(matters, opened)


def picture(matters: Matters, opened: list[Matter]) -> dict:
    """All that anybody could see of it, without the moments at which rows were written."""
    found = {}
    for number, matter in enumerate(opened):
        found[number] = {
            "state": matters.state(matter),
            "reminders": [(one.code, one.due_at) for one in matters.reminders(matter)],
            "notices": [
                (one.number, one.colour, one.issued_at, one.due_at) for one in matters.notices(matter)
            ],
            "entries": sorted((one.at, one.kind.value) for one in matters.entries(matter)),
        }
    with matters.platform.session() as session:
        found["desk"] = sorted((one.kind, one.due_at) for one in session.scalars(select(StaffNotice)))
        found["news"] = sorted((one.kind, one.at) for one in session.scalars(select(TopicNews)))
    return found


def emptied(matters: Matters, platform: Platform) -> Matters:
    """The same district, with nothing in it."""
    clear(platform.engine)
    return Matters(platform, matters.units)


def test_a_worker_that_slept_for_weeks_leaves_the_same_picture(
    matters: Matters, platform: Platform, monday
) -> None:
    awake = a_week(matters, monday, wakes=True)
    slept = a_week(emptied(matters, platform), monday, wakes=False)
    assert len(awake[0]["notices"]) == 3
    assert awake[5]["notices"][-1][1] is Colour.BLUE
    assert slept == awake


def test_a_worker_that_dates_by_its_waking_is_noticed(
    matters: Matters, platform: Platform, monday, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: what is written carries the moment of the waking."""
    awake = a_week(matters, monday, wakes=True, days=9)
    real = escalating.issue

    def careless(session, matter, deadline, due, **more):
        return real(session, matter, deadline, replace(due, at=clock.now()), **more)

    monkeypatch.setattr(escalating, "issue", careless)
    assert a_week(emptied(matters, platform), monday, wakes=False, days=9) != awake


def test_two_workers_at_once_double_nothing(matters: Matters, monday) -> None:
    opened = [matters.question(weight=Weight.SIMPLE) for _ in range(4)]
    monday.move_to(at("2026-03-20"))
    threads = [threading.Thread(target=jobs.escalate, args=(matters.platform,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    matters.escalate()
    for matter in opened:
        assert [one.code for one in matters.reminders(matter)] == ["before", "last_day", "after"]
        assert [one.colour for one in matters.notices(matter)] == [Colour.BLUE, Colour.ORANGE]
    numbers = [one.number for matter in opened for one in matters.notices(matter)]
    assert sorted(numbers) == [f"DBD-2026-{number:03}" for number in range(1, 9)]


def test_a_unit_that_acts_before_the_worker_woke_loses_no_notice(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.answered(matter)
    assert [one.code for one in matters.reminders(matter)] == ["before", "last_day", "after"]
    assert [one.colour for one in matters.notices(matter)] == [Colour.BLUE]
    assert not matters.due()


def test_a_notice_answered_in_time_is_followed_by_none(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.escalate()
    notice = matters.notices(matter)[0]
    other = matters.unit()
    with matters.platform.transaction() as session, pytest.raises(NotFound):
        services.answer_notice(session, notice_id=notice.id, text="x", actor=SYSTEM, unit_id=other.id)
    with matters.platform.transaction() as session:
        services.answer_notice(
            session, notice_id=notice.id, text="材料周一到，周三办结。", actor=SYSTEM, unit_id=matter.unit_id
        )
    monday.move_to(at("2026-05-13"))
    matters.escalate()
    assert [one.colour for one in matters.notices(matter)] == [Colour.BLUE]
    with matters.platform.transaction() as session, pytest.raises(Conflict):
        services.withdraw_notice(session, notice_id=notice.id, reason="发错", actor=SYSTEM)


def test_a_withdrawn_notice_keeps_its_number_and_is_followed_by_none(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    matters.escalate()
    notice = matters.notices(matter)[0]
    with matters.platform.transaction() as session:
        services.withdraw_notice(session, notice_id=notice.id, reason="发错了单位", actor=SYSTEM)
    monday.move_to(at("2026-05-13"))
    matters.escalate()
    assert [(one.number, one.withdrawn_reason) for one in matters.notices(matter)] == [
        ("DBD-2026-001", "发错了单位")
    ]


def test_by_hand_the_colours_keep_their_order(matters: Matters, monday) -> None:
    matter, officer = matters.question(weight=Weight.GENERAL), matters.officer()

    def issue(colour: Colour) -> None:
        matters.do(services.issue_notice, matter, colour=colour, reason="多人反映", actor=officer)

    with pytest.raises(Conflict):
        issue(Colour.ORANGE)
    issue(Colour.BLUE)
    with pytest.raises(Conflict):
        issue(Colour.BLUE)
    with pytest.raises(Conflict, match="期限还没有过"):
        issue(Colour.ORANGE)
    assert [one.colour for one in matters.notices(matter)] == [Colour.BLUE]


def test_the_offices_own_late_check_reminds_the_office_and_sends_no_notice(matters: Matters, monday) -> None:
    matter = matters.claimed()
    monday.move_to(at("2026-04-20"))
    matters.escalate()
    assert matters.notices(matter) == []
    with matters.platform.session() as session:
        rows = session.scalars(select(StaffNotice).where(StaffNotice.role.is_not(None))).all()
    assert {row.kind for row in rows} == {"reminder.before", "reminder.last_day", "reminder.after"}


def test_a_notice_tells_desk_and_followers_once(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-13"))
    for _ in range(3):
        matters.escalate()
    with matters.platform.session() as session:
        desk = [row.kind for row in session.scalars(select(StaffNotice).order_by(StaffNotice.due_at))]
        news = [row.kind for row in session.scalars(select(TopicNews))]
    assert desk == ["reminder.before", "reminder.last_day", "reminder.after", "notice.blue"]
    assert news == ["matter.notice_issued"]
    assert [one.at for one in matters.entries(matter) if one.kind is Act.NOTICE_ISSUED] == [
        at("2026-03-13", 0)
    ]
