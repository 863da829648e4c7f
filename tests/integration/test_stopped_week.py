"""A week without the worker, over everything at once: what came of it is what an awake one made of it.

Matters whose terms run out, followers who are told of them, a box that closes, a result whose low grades become a matter,
people who are invited to grade again. The worker is the real one, with all its rounds and jobs.
"""

import re
import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp import wiring
from evalapp.ballots.rules.grades import Dimension
from evalapp.core import clock
from evalapp.core.jobs import Job, JobState, Worker
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.notifications import services as notifications
from evalapp.notifications.models import Letter, LetterState, StaffNotice, TopicNews
from evalapp.programme.queries import planning
from evalapp.results.rules.again import AgainKey
from evalapp.results.services import again
from evalapp.supervision import services
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind
from evalapp.units import services as units
from tests.support.ballots import Polling
from tests.support.counting import Office
from tests.support.databases import clear
from tests.support.letters import CountingGateway, Letters
from tests.support.matters import ANSWER, Matters, at
from tests.support.units import UnitFactory
from tests.support.watchable import make_watchable

MONDAY = at("2026-03-09")
SLOW = {Dimension.SERVICE: ("slow",)}
_COUNT = re.compile(r"您有 (\d+) 条新消息")


def live(platform: Platform, traveller: Any, *, is_awake: bool, days: int = 8) -> dict[str, Any]:
    """A week and a day of a district. The worker wakes every six hours, or not before the last of them."""
    traveller.move_to(MONDAY)
    gateway = CountingGateway()
    platform = replace(platform, sms=gateway)
    worker = Worker(platform, rounds=wiring.rounds())
    matters, letters, polling = Matters(platform, UnitFactory(platform)), Letters(platform), Polling(platform)
    office, unit = Office(polling), matters.unit("区住建局")
    late, answered = (matters.question(unit, weight=Weight.SIMPLE) for _ in range(2))
    reader, earlier = letters.reader(), polling.announce(unit=unit, days=30)
    letters.follow(late.topic_id, reader)
    with platform.transaction() as session:
        topic_id = units.topic_of(session, unit.id)
    letters.follow(topic_id, reader)
    make_watchable(platform, earlier)
    for voter in polling.voters(20):
        polling.cast(earlier, voter, (5, 5, 2), reasons=SLOW)
    with platform.transaction() as session:
        again.ask_again(session, episode_id=earlier.id, resident_id=reader.id, key=AgainKey.of(platform.keys))
    open_box = polling.announce(days=3)
    for step in range(1, days * 4):
        traveller.move_to(MONDAY + timedelta(hours=6 * step))
        if step == 3:
            matters.do(services.answer, answered, text=ANSWER, actor=SYSTEM)
        if step == 6:
            office.publish(earlier)
        if step == 9:
            look_back(matters, polling, earlier, unit)
        if is_awake:
            worker.drain()
    traveller.move_to(MONDAY + timedelta(days=days))
    worker.drain()
    worker.drain()
    polling.booths.close()
    assert left(platform) == []
    return picture(platform, matters, gateway, reader.phone, open_box.number)


def look_back(matters: Matters, polling: Polling, earlier: Any, unit: Any) -> None:
    with polling.platform.session() as session:
        low = session.scalars(select(Matter).where(Matter.kind == MatterKind.LOW_GRADE)).one()
    planned = matters.planned(low)
    later = polling.announce(unit=unit)
    make_watchable(polling.platform, later)
    with polling.platform.transaction() as session:
        again.look_back(session, matter_id=planned.id, number=later.number, actor=SYSTEM)


def left(platform: Platform) -> list[str]:
    """Work that nobody did."""
    with platform.session() as session:
        waiting = session.scalars(
            select(Job.kind).where(
                Job.state.in_([JobState.WAITING, JobState.RUNNING]), Job.run_at <= clock.now()
            )
        )
        unsent = session.scalars(select(Letter.state).where(Letter.state != LetterState.SENT))
        return [*waiting, *(state.value for state in unsent)]


def picture(
    platform: Platform, matters: Matters, gateway: CountingGateway, phone: str, number: int
) -> dict[str, Any]:
    """Everything that anybody was told or can see, without the moments at which rows were written."""
    told: Counter[str] = Counter()
    for message in gateway.handed:
        counted = _COUNT.search(message.text)
        told["the reader" if message.to == phone else "others"] += int(counted.group(1)) if counted else 1
    with platform.session() as session:
        known = list(session.scalars(select(Matter).order_by(Matter.reference)))
        desk = sorted((one.kind, one.due_at) for one in session.scalars(select(StaffNotice)))
        news = sorted((one.kind, one.at) for one in session.scalars(select(TopicNews)))
        episode = planning.episode_with_state(session, number)
    return {
        "told": told,
        "desk": desk,
        "news": news,
        "episode": (episode.state, episode.facts.closes_at),
        "matters": {
            matter.reference: (
                matters.state(matter),
                [(one.code, one.due_at) for one in matters.reminders(matter)],
                [(one.number, one.colour, one.issued_at, one.due_at) for one in matters.notices(matter)],
                [(one.at, one.kind.value) for one in matters.entries(matter)],
            )
            for matter in known
        },
    }


@pytest.mark.slow
def test_a_week_without_the_worker_loses_nothing_doubles_nothing_and_changes_nothing(
    platform: Platform,
) -> None:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        awake = live(platform, traveller, is_awake=True)
        clear(platform.engine)
        slept = live(platform, traveller, is_awake=False)
    assert len(awake["matters"]) == 3
    assert awake["told"]["the reader"] > 1
    assert [notices for _, _, notices, _ in awake["matters"].values() if notices]
    assert slept == awake


@pytest.mark.slow
def test_a_round_that_dates_by_its_waking_is_noticed(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: news carry the moment at which the worker woke."""
    real = notifications.notify_topic

    def careless(session: Session, topic_id: uuid.UUID, **more: Any) -> None:
        real(session, topic_id, **(more | {"at": clock.now()}))

    monkeypatch.setattr(notifications, "notify_topic", careless)
    with time_machine.travel(MONDAY, tick=False) as traveller:
        awake = live(platform, traveller, is_awake=True)
        clear(platform.engine)
        assert live(platform, traveller, is_awake=False) != awake
