"""After a change of the calendar open cases are counted again as if they were folded anew; closed ones are not touched."""

import random
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from evalapp.approvals import jobs as approvals_jobs
from evalapp.approvals.models import Case, CaseCard
from evalapp.approvals.rules.kinds import Channel, Colour, Trigger
from evalapp.approvals.services import due, recounting
from evalapp.core import calendar, clock
from evalapp.core.calendar import DayKind
from evalapp.core.jobs import Job
from evalapp.notifications.models import StaffNotice
from tests.support.cases import Cases, moment
from tests.support.histories import history
from tests.support.units import OFFICER

NOW = "2026-03-06 12:00"
CHANGED = date(2026, 3, 10)  # a Tuesday that is made a day off
MOMENTS = ("due_at", "notice_at", "yellow_at", "red_at", "next_act_at")


def change(cases: Cases) -> None:
    with cases.platform.transaction() as session:
        calendar.change_day(session, day=CHANGED, kind=DayKind.HOLIDAY, note="示例假", actor=OFFICER)


def jobs_asked(session) -> list[str]:
    return session.scalars(select(Job.kind).where(Job.kind.startswith("approvals."))).all()


def moments(cases: Cases) -> dict[str, tuple]:
    with cases.platform.session() as session:
        return {
            case.number: (case.state, *(getattr(case, name) for name in MOMENTS))
            for case in session.scalars(select(Case))
        }


def many(cases: Cases) -> None:
    """Plain cases, closed ones, and some to which all sorts of things happened."""
    with time_machine.travel(moment(NOW), tick=False):
        for number in range(30):
            at = moment("2026-03-02 09:00") + timedelta(hours=number)
            kinds = ("submitted", "accepted", "decided", "delivered")[: (1, 2, 4)[number % 3]]
            cases.take([cases.event(kind, f"P-{number}", at) for kind in kinds], at=at)
        for seed in range(14):
            rng = random.Random(seed)
            said = history(rng)
            shift = moment("2026-03-06 11:00") - moment(said[-1]["received"].isoformat())
            for each in said:
                event = cases.event(
                    each["kind"],
                    f"H-{seed}",
                    moment(each["occurred"].isoformat()) + shift,
                    reason=each["reason"],
                    ground=each["ground"],
                    days=each["days"],
                    approved_by=each["approved_by"],
                )
                at = moment(each["received"].isoformat()) + shift
                cases.take([event], at=at, channel=Channel(each["channel"]))


def folded_anew(cases: Cases) -> dict[str, tuple]:
    """Every open case folded whole with the calendar as it is."""
    with cases.platform.transaction() as session:
        rows = session.execute(select(Case.id, Case.basis_id).where(Case.closed_at.is_(None))).all()
        due.refold(session, cases.unit.id, {row.id: row.basis_id for row in rows}, now=clock.now())
    return moments(cases)


def test_what_is_counted_again_is_what_folding_anew_would_say(cases: Cases, session) -> None:
    many(cases)
    with time_machine.travel(moment(NOW), tick=False):
        before = folded_anew(cases)
        change(cases)
        assert jobs_asked(session) == [recounting.RECOUNT]
        moved = recounting.recount(cases.platform, last=CHANGED)
        after = moments(cases)

        assert moved > 10
        assert after == folded_anew(cases)
        assert recounting.recount(cases.platform, last=CHANGED) == 0
    closed = {number for number, values in before.items() if values[0].value in {"delivered", "refused"}}
    assert closed
    assert all(before[number] == after[number] for number in closed)
    assert any(before[number] != after[number] for number in before if number.startswith("P-"))


def test_a_day_that_is_forgotten_is_noticed(cases: Cases, monkeypatch) -> None:
    """The planted defect: the days on which cases began are not told apart."""
    many(cases)
    monkeypatch.setattr(recounting, "_day", lambda moment: moment and date(2026, 3, 2))
    with time_machine.travel(moment(NOW), tick=False):
        change(cases)
        recounting.recount(cases.platform, last=CHANGED)
        assert moments(cases) != folded_anew(cases)


def test_without_open_cases_a_change_of_the_calendar_asks_for_nothing(cases: Cases, session) -> None:
    change(cases)
    assert jobs_asked(session) == []


@pytest.fixture
def waiting(cases: Cases) -> Cases:
    with time_machine.travel(moment("2026-03-02 09:05"), tick=False):
        cases.take([cases.event("submitted", "A-1", "2026-03-02 09:00")])
    return cases


def test_cards_and_reminders_are_written_when_they_fall_due_and_once(waiting: Cases, session) -> None:
    """Acceptance within 5 working days from Monday 2: over on the 9th; announced two days before."""
    seen = []
    for at in (
        "2026-03-05 23:59",
        "2026-03-06 00:00",
        "2026-03-09 23:59",
        "2026-03-12 09:00",
        "2026-03-12 09:00",
    ):
        with time_machine.travel(moment(at), tick=False):
            approvals_jobs.act_due(waiting.platform)
            session.rollback()
            cards = session.scalars(select(CaseCard.colour)).all()
            notices = session.scalars(select(StaffNotice.kind).order_by(StaffNotice.due_at)).all()
            seen.append((cards, notices))

    assert seen[0] == ([], [])
    assert seen[1] == seen[2] == ([], ["case.near"])
    assert seen[3] == seen[4] == ([Colour.RED], ["case.near", "case.red"])
    card = session.scalars(select(CaseCard)).one()
    assert (card.trigger, card.at, card.points) == (Trigger.ACCEPTANCE, moment("2026-03-10 00:00"), 3)
    assert session.scalars(select(Case.next_act_at)).one() is None
