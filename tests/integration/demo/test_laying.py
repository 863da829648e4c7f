"""The demonstration's cases are laid out as they came: in pieces, none lost, none twice, and they go on living."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from evalapp.approvals.models import Case, CaseComplaint, CaseEventRow, CaseGrade, IntakeFeed
from evalapp.approvals.queries import feeds as health
from evalapp.core import calendar, clock, jobs
from evalapp.core.jobs import Job, JobState, Worker
from evalapp.core.platform import Platform
from evalapp.demo import applicants, laying
from evalapp.demo.applying import lives
from evalapp.demo.jobs import FILL, JOBS, LIVE, go_on, plan_of
from evalapp.demo.laying import Plan
from tests.support.cases import moment
from tests.support.flowcharts import days
from tests.support.items import ItemFactory
from tests.support.units import UnitFactory

BEGAN_AT = moment("2026-11-26 15:00")
PLAN = Plan(began_at=BEGAN_AT, share=0.3)


@pytest.fixture
def offices(platform: Platform, units: UnitFactory, items: ItemFactory) -> list[laying.Feed]:
    """Two units of the demonstration; the system of one has said nothing for five days."""
    with clock.at(BEGAN_AT - timedelta(days=200)), platform.transaction() as session:
        calendar.seed(session)
    with clock.at(BEGAN_AT - timedelta(days=100)):
        for slug, name in (("sifa", "法律援助申请"), ("jiaotong", "网约车驾驶员证")):
            items.published(units.department(slug=slug), name=name, promised=days(6))
    with platform.session() as session:
        return list(laying.feeds(session))


def events_there(platform: Platform, feed: laying.Feed) -> Counter[str]:
    with platform.session() as session:
        numbers = session.scalars(
            select(Case.number)
            .join(CaseEventRow, CaseEventRow.case_id == Case.id)
            .where(Case.unit_id == feed.unit_id)
        )
        return Counter(numbers)


def said_by(feed: laying.Feed, now) -> Counter[str]:
    """What happened up to now of all cases of the last weeks."""
    found: Counter[str] = Counter()
    first = PLAN.began_on - timedelta(days=laying.SPAN - 1)
    for item in feed.items:
        for day in range((now.date() - first).days + 1):
            for life in lives(item, first + timedelta(days=day), calendar.announced()):
                found[life.number] += sum(at <= now for at, _ in life.said)
    return +found


def test_what_is_laid_out_in_pieces_is_all_that_happened_and_goes_on(platform: Platform, offices) -> None:
    sifa = next(feed for feed in offices if feed.key == "司法")
    laying.lay_recent(platform, PLAN)
    begun = events_there(platform, sifa)
    with clock.at(BEGAN_AT + timedelta(hours=1)):
        pieces = [
            laying.lay_span(platform, PLAN, feed, 0, go_on=iter([True, False]).__next__) for feed in offices
        ]
        whole = [laying.lay_span(platform, PLAN, feed, 0) for feed in offices]
        once = events_there(platform, sifa)
        again = [laying.lay_span(platform, PLAN, feed, 0) for feed in offices]
    assert (pieces, whole, again) == ([False] * 2, [True] * 2, [True] * 2)
    assert begun.keys() < once.keys()
    assert events_there(platform, sifa) == once

    now = moment("2026-11-27 16:30")
    with clock.at(now):
        assert laying.go_on_living(platform, PLAN)
    assert events_there(platform, sifa) == said_by(sifa, now)
    with platform.session() as session:
        odd = session.scalars(
            select(Case.number).where(
                Case.unit_id == sifa.unit_id, (Case.misfits > 0) | (Case.late_events > 0)
            )
        ).all()
        refused = session.scalars(select(IntakeFeed.refused)).all()
        silent = {feed.slug: feed.is_silent for feed in health.health(session, now=now)}
    assert (odd, refused) == ([], [0, 0])
    assert silent == {"jiaotong": True, "sifa": False}


def test_applicants_say_what_they_think_of_what_is_over(platform: Platform, offices) -> None:
    with clock.at(BEGAN_AT):
        laying.lay_recent(platform, Plan(began_at=BEGAN_AT, share=1.0))
        said = applicants.speak(platform)
    with platform.session() as session:
        rows = session.execute(
            select(CaseGrade.grade, CaseGrade.given_at, Case.closed_at).join(
                Case, Case.id == CaseGrade.case_id
            )
        ).all()
        complaints = session.scalar(select(func.count()).select_from(CaseComplaint))
    assert len(rows) == said.grades > 10
    assert complaints == said.complaints > 0
    assert len({row.grade for row in rows}) > 2
    assert all(row.closed_at < row.given_at < BEGAN_AT for row in rows)


def test_the_rest_is_asked_for_behind_all_other_work(platform: Platform, offices) -> None:
    for kind, function in JOBS.items():
        jobs.register(kind, function)
    with clock.at(BEGAN_AT + timedelta(hours=2)):
        with platform.transaction() as session:
            go_on(session, PLAN, number=1)

        Worker(platform).drain()
        soon = clock.now() + timedelta(minutes=14)

    with platform.session() as session:
        assert plan_of(session) == PLAN
        found = {job.kind: job for job in session.scalars(select(Job))}
        began_at = session.scalars(select(Case.began_at)).all()
    assert (found[FILL].state, found[LIVE].state) == (JobState.DONE, JobState.WAITING)
    assert found[LIVE].run_at > soon
    assert {job.priority for job in found.values()} == {-10}
    assert began_at
    assert min(began_at) > BEGAN_AT  # there were enough from the start
