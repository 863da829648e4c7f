"""Totals follow cases whatever happens to them, and are what is made from nothing."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, update

from evalapp.approvals.models import ArrivalTotal, Case, DayTotal, HandledTotal, OpenTotal, StepTotal
from evalapp.approvals.queries import lamps
from evalapp.approvals.queries.lamps import LampCounts
from evalapp.approvals.rules import reckoning
from evalapp.approvals.rules.kinds import CaseState, Lamp
from evalapp.approvals.rules.totals import Measure, OfStep
from evalapp.approvals.services import due, totals
from evalapp.core import clock
from evalapp.core.base import Base
from evalapp.core.platform import Platform
from tests.support.cases import Cases, cases, moment

__all__ = ["cases"]
_KINDS: tuple[type[Base], ...] = (HandledTotal, DayTotal, StepTotal, OpenTotal, ArrivalTotal)


def kept(platform: Platform) -> dict[str, set[tuple]]:
    """Every total that is not nought."""
    found = {}
    with platform.session() as session:
        for kind in _KINDS:
            table: Table = kind.metadata.tables[kind.__tablename__]
            found[table.name] = {
                tuple(row) for row in session.execute(table.select().where(table.c.cases > 0))
            }
    return found


def made_anew(platform: Platform) -> dict[str, set[tuple]]:
    with platform.transaction() as session:
        totals.rebuild(session)
    return kept(platform)


def story(cases: Cases, number: str, begun: datetime, chance: random.Random) -> list[dict]:
    """A case that is decided, with its steps, sooner or later; some never."""
    at, found = begun, [cases.event("submitted", number, begun, window=f"{chance.randint(1, 3)} 号窗口")]
    for kind, more in (
        ("accepted", {}),
        ("step_begun", {"step": "read", "post": "审查岗"}),
        ("step_ended", {"step": "read"}),
        ("decided", {"granted": True}),
        ("delivered", {}),
    ):
        at += timedelta(hours=chance.randint(1, 60))
        if chance.random() < 0.08:
            break
        found.append(cases.event(kind, number, at, **more))
    return found


def test_a_step_may_take_more_seconds_in_a_month_than_four_bytes_hold(
    platform: Platform, cases: Cases
) -> None:
    a_month = OfStep(moment("2026-03-01 00:00").date(), cases.item.id, "read")
    with platform.transaction() as session:
        for _ in range(2):
            totals.move(session, {}, {a_month: (30_000, 2**32)})
        assert session.scalar(select(StepTotal.total)) == 2**33


def test_totals_are_the_same_as_made_from_nothing(platform: Platform, cases: Cases) -> None:
    chance = random.Random(4)
    begun = moment("2026-03-02 09:00")
    events = []
    for number in range(60):
        events += story(cases, f"T-{number:03}", begun + timedelta(hours=5 * number), chance)
    events.sort(key=lambda each: each["occurred_at"])  # piece by piece, as a feed hands them in
    for piece in range(0, len(events), 7):
        some = events[piece : piece + 7]
        chance.shuffle(some)
        cases.take(some)
    # within the grace, what comes later takes back what was counted before
    cases.take(
        [
            cases.event("submitted", "L-1", "2026-06-02 09:00"),
            cases.event("accepted", "L-1", "2026-06-02 11:00"),
            cases.event("decided", "L-1", "2026-06-02 16:00", granted=True),
        ]
    )
    before = kept(platform)
    cases.take([cases.event("withdrawn", "L-1", "2026-06-02 10:00")], at="2026-06-02 17:00")
    assert len(before["case_handled_totals"] - kept(platform)["case_handled_totals"]) == 1
    found = kept(platform)
    assert all(found.values()), "each kind of total was counted"
    assert found == made_anew(platform)
    with platform.session() as session:
        decided = session.scalar(select(func.count()).where(Case.used.is_not(None)))
        assert decided == session.scalar(select(func.sum(HandledTotal.cases)))
        assert session.scalar(select(func.sum(HandledTotal.total))) == session.scalar(
            select(func.sum(Case.used))
        )


@pytest.mark.parametrize(
    "at", ["2026-03-03 09:00", "2026-03-06 12:00", "2026-03-09 08:00", "2026-04-20 10:00"]
)
def test_lamps_of_a_unit_are_those_of_its_cases(platform: Platform, cases: Cases, at: str) -> None:
    begun = moment("2026-03-02 09:00")
    for number in range(12):
        events = story(cases, f"A-{number}", begun + timedelta(hours=6 * number), random.Random(number))
        cases.take(events[: 1 + number % 3])
    now = moment(at)
    with platform.session() as session:
        rows = session.execute(select(Case.yellow_at, Case.red_at).where(Case.closed_at.is_(None))).all()
        shown = Counter(reckoning.lamp(row.yellow_at, row.red_at, now) for row in rows)
        counts = LampCounts(red=shown[Lamp.RED], yellow=shown[Lamp.YELLOW], green=shown[Lamp.GREEN])
        assert lamps.unit_counts(session, cases.unit.id, now=now) == counts
        assert lamps.all_counts(session, now=now) == {cases.unit.id: counts}


def test_folding_again_counts_nothing_twice(platform: Platform, cases: Cases) -> None:
    events = story(cases, "A-1", moment("2026-03-02 09:00"), random.Random(1))
    cases.take(events)
    before = kept(platform)
    with platform.transaction() as session:
        case = session.scalars(select(Case)).one()
        due.refold(session, cases.unit.id, {case.id: case.basis_id}, now=clock.now())
    assert kept(platform) == before == made_anew(platform)


def test_what_a_case_took_is_told_in_its_measure(platform: Platform, cases: Cases) -> None:
    cases.take([cases.event("submitted", "A-1", "2026-03-02 09:00")])
    cases.take([cases.event("accepted", "A-1", "2026-03-02 10:00")])
    cases.take([cases.event("decided", "A-1", "2026-03-05 10:00", granted=True)])
    with platform.session() as session:
        case = session.scalars(select(Case)).one()
        assert (case.state, case.used, case.used_in) == (CaseState.DECIDED, 3, Measure.WORKING_DAYS)
        row = session.scalars(select(HandledTotal)).one()
        assert (row.month.isoformat(), row.used, row.cases, row.total) == ("2026-03-01", 3, 1, 3)


def test_a_total_that_was_lost_is_noticed(platform: Platform, cases: Cases) -> None:
    """The planted defect: one row beside the truth, and the comparison says so."""
    cases.take(story(cases, "A-1", moment("2026-03-02 09:00"), random.Random(1)))
    with platform.transaction() as session:
        session.execute(update(DayTotal).values(cases=DayTotal.cases + 1))
    broken = kept(platform)
    with pytest.raises(AssertionError):
        assert broken == made_anew(platform)
