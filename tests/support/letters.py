"""Topics, readers and letters for tests, and gateways that fail in the ways in which gateways fail."""

import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from evalapp import wiring
from evalapp.accounts import vault
from evalapp.accounts.models import Purpose, Resident
from evalapp.accounts.services import residents
from evalapp.core import clock
from evalapp.core.gateways import Message
from evalapp.core.jobs import Job, JobState, Worker
from evalapp.core.platform import Platform
from evalapp.notifications import jobs, services
from evalapp.notifications.models import Letter, LetterState, TopicKind
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.notifications.services import FAN_OUT

_numbers = itertools.count(700_000)
ROUNDS = (jobs.read_inbox, jobs.gather)


def work(platform: Platform, *, once: bool = False) -> None:
    """What a worker does: rounds and jobs, once or until there is nothing left."""
    worker = Worker(platform, rounds=ROUNDS)
    while worker.once() and not once:
        pass


@dataclass(frozen=True)
class Reading:
    """A resident who can be written to."""

    id: uuid.UUID
    person_id: str
    phone: str


@dataclass
class CountingGateway:
    """A gateway that keeps what it was handed, in order, and may fail first."""

    deduplicates: bool = False
    receives: bool = False
    failures: list[Exception] = field(default_factory=list)
    handed: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.handed.append(message)
        if self.failures:
            raise self.failures.pop(0)

    def received(self) -> Iterator[Any]:
        return iter(())


class Letters:
    """Makes what a test needs, each in a transaction of its own."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.key = FollowingKey.of(platform.keys)

    def through(self, gateway: CountingGateway) -> "Letters":
        """The same district on another gateway."""
        return Letters(replace(self.platform, sms=gateway))

    def topic(self, *, kind: TopicKind = TopicKind.UNIT) -> uuid.UUID:
        number = next(_numbers)
        with self.platform.transaction() as session:
            return services.open_topic(
                session,
                kind=kind,
                reference=f"T-{number}",
                title=f"第 {number} 个",
                path=f"/units/t-{number}",
            )

    def reader(self, *, wants_notices: bool = True, lang: str = "zh") -> Reading:
        phone = f"+8612{next(_numbers):09}"
        with self.platform.transaction() as session:
            person = vault.keep(session, self.platform.keys, phone)
            resident = residents.admit(session, self.platform, person, notices=wants_notices)
            resident.lang = lang
        return Reading(resident.id, person, phone)

    def readers(self, count: int) -> list[Reading]:
        return [self.reader() for _ in range(count)]

    def follow(self, topic_id: uuid.UUID, reader: Reading) -> None:
        self.follow_as(reader.id, topic_id)

    def follow_as(self, resident_id: uuid.UUID, topic_id: uuid.UUID) -> None:
        with self.platform.transaction() as session:
            services.follow(session, topic_id, resident_id=resident_id, key=self.key)

    def unfollow(self, topic_id: uuid.UUID, reader: Reading) -> None:
        with self.platform.transaction() as session:
            services.unfollow(session, topic_id, resident_id=reader.id, key=self.key)

    def news(self, topic_id: uuid.UUID, *, key: str, at: datetime | None = None) -> None:
        with self.platform.transaction() as session:
            services.notify_topic(session, topic_id, kind="grading.announced", reference="X", key=key, at=at)

    def notify(self, reader: Reading, *, key: str | None = None) -> None:
        with self.platform.transaction() as session:
            services.notify(session, resident_id=reader.id, key=key)

    def come_anew(self, reader: Reading, *, after: timedelta) -> None:
        """Somebody signs in with the number that much later."""
        with time_machine.travel(clock.now() + after), self.platform.transaction() as session:
            person = vault.keep(session, self.platform.keys, reader.phone)
            residents.admit(session, self.platform, person, notices=True)

    def run_jobs(self) -> None:
        """What is due, without the rounds that make letters go."""
        Worker(self.platform, rounds=()).drain()

    def work(self) -> None:
        work(self.platform)

    def fan_out_again(self) -> None:
        """A worker was killed before it noted that it had told everybody."""
        with self.platform.transaction() as session:
            session.execute(update(Job).where(Job.kind == FAN_OUT).values(state=JobState.WAITING))
        self.run_jobs()

    def sent(self) -> list[dict[str, Any]]:
        """What lies in the outbox, oldest first."""
        found = [json.loads(path.read_text()) for path in self.platform.settings.outbox_dir.glob("*.json")]
        return sorted(found, key=lambda one: str(one["at"]))

    def states(self) -> list[LetterState]:
        with self.platform.session() as session:
            return list(session.scalars(select(Letter.state).order_by(Letter.state)))

    def resident(self, reader: Reading) -> Resident:
        with self.platform.session() as session:
            return session.get_one(Resident, reader.id)

    def stop(self, reader: Reading) -> None:
        with self.platform.transaction() as session:
            residents.withdraw_consent(session, reader.id, Purpose.REPLY_NOTICES)


@pytest.fixture
def letters(platform: Platform) -> Letters:
    wiring.connect()
    return Letters(platform)
