"""A worker that slept a week, and one that is killed while it sends: no notice lost, none told twice."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.notifications import services
from evalapp.notifications.models import Letter, LetterState, Notice, Rhythm, StaffNotice, TopicNews
from evalapp.units import services as units
from tests.support.letters import CountingGateway, Letters, Reading
from tests.support.units import UnitFactory

START = datetime(2026, 12, 1, 10, tzinfo=clock.zone())
_COUNT = re.compile(r"您有 (\d+) 条新消息")


def with_nights(platform: Platform, gateway: CountingGateway) -> Letters:
    settings = Settings(**(platform.settings.model_dump() | {"quiet_hours": "21:00-08:00"}))
    return Letters(replace(platform, settings=settings, sms=gateway))


def live_a_week(
    letters: Letters, *, name: str, is_awake: bool, after: timedelta
) -> tuple[Counter[int], list[tuple[str, datetime]]]:
    """Three readers follow two things that have news all week; return how many notices each was told, and the desk's.

    The worker wakes every hour, or only at the end of the week.
    """
    start = START + after
    with time_machine.travel(start):
        first, second, readers = letters.topic(), letters.topic(), letters.readers(3)
        unit = UnitFactory(letters.platform).department(f"区{name}局")
        for reader in readers:
            letters.follow(first, reader)
        letters.follow(second, readers[0])
        with letters.platform.transaction() as session:
            services.set_rhythm(session, resident_id=readers[1].id, rhythm=Rhythm.DAILY)
    for hour in range(1, 7 * 24):
        with time_machine.travel(start + timedelta(hours=hour)):
            if hour % 7 == 0:
                letters.news(first, key=f"{name}-first-{hour}")
            if hour % 11 == 0:
                letters.news(second, key=f"{name}-second-{hour}")
            if is_awake:
                remind(letters.platform, unit.id, name=name, start=start)
                letters.work()
    with time_machine.travel(start + timedelta(days=8)):
        remind(letters.platform, unit.id, name=name, start=start)
        letters.work()
        letters.work()
    return told(letters, readers), on_desk(letters.platform, name)


def remind(platform: Platform, unit_id: object, *, name: str, start: datetime) -> None:
    """What a round of reminders does: every one whose moment has come, with that moment, whenever the round wakes."""
    for day in range(1, 7):
        due_at = start + timedelta(days=day)
        if due_at <= clock.now():
            with platform.transaction() as session:
                units.notify_desk(
                    session,
                    unit_id=unit_id,  # type: ignore[arg-type]
                    kind="reminder",
                    reference=f"{name}-{day}",
                    path="/",
                    due_at=due_at,
                    key=f"{name}-{day}",
                )


def told(letters: Letters, readers: list[Reading]) -> Counter[int]:
    gateway = letters.platform.sms
    assert isinstance(gateway, CountingGateway)
    assert len({one.id for one in gateway.handed}) == len(gateway.handed)
    counts: Counter[int] = Counter()
    places = {reader.phone: place for place, reader in enumerate(readers)}
    for message in gateway.handed:
        match = _COUNT.search(message.text)
        assert match is not None
        if message.to in places:
            counts[places[message.to]] += int(match.group(1))
    return counts


def on_desk(platform: Platform, name: str) -> list[tuple[str, datetime]]:
    with platform.session() as session:
        rows = session.execute(
            select(StaffNotice.reference, StaffNotice.due_at)
            .where(StaffNotice.reference.startswith(name))
            .order_by(StaffNotice.due_at)
        )
        return [(reference.removeprefix(name), due_at) for reference, due_at in rows]


@pytest.mark.slow
def test_a_worker_that_slept_a_week_tells_what_an_awake_one_told(
    platform: Platform, session: Session
) -> None:
    awake, slept = (with_nights(platform, CountingGateway()) for _ in range(2))
    later = timedelta(days=14)
    by_awake, desk_awake = live_a_week(awake, name="甲", is_awake=True, after=timedelta(0))
    by_slept, desk_slept = live_a_week(slept, name="乙", is_awake=False, after=later)
    assert by_awake == by_slept == Counter({0: 23 + 15, 1: 23, 2: 23})
    assert [(what, due_at + later) for what, due_at in desk_awake] == desk_slept
    assert len(desk_slept) == 6
    assert session.scalars(select(func.count()).select_from(Notice)).one() == 2 * (38 + 23 + 23)
    assert set(session.scalars(select(Letter.state))) == {LetterState.SENT}
    assert session.scalars(select(func.count()).select_from(TopicNews)).one() == 2 * (23 + 15)


def test_news_without_a_key_would_be_told_again_by_a_worker_that_woke(letters: Letters) -> None:
    """The planted defect: each waking is a new piece of news."""
    topic_id, reader = letters.topic(), letters.reader()
    letters.follow(topic_id, reader)
    for waking in range(2):
        letters.news(topic_id, key=f"waking {waking}")
    letters.work()
    assert "2 条新消息" in letters.sent()[0]["text"]


WORKER = """
import os, sys, time
from dataclasses import replace
from pathlib import Path
from evalapp import wiring
from evalapp.core.jobs import Worker
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.notifications import jobs

class Gateway:
    receives = False
    def __init__(self, file, deduplicates):
        self.file, self.deduplicates = file, deduplicates
    def send(self, message):
        time.sleep(0.01)
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (message.id + "\\n").encode())
        os.close(handle)
        time.sleep(0.02)

wiring.connect()
platform = Platform.open(read_settings())
gateway = Gateway(sys.argv[1], sys.argv[2] == "yes")
Worker(replace(platform, sms=gateway), rounds=(jobs.gather,), poll=0.05).run()
"""


@contextmanager
def worker(platform: Platform, file: Path, *, deduplicates: bool) -> Iterator[subprocess.Popen[bytes]]:
    settings = platform.settings
    environment = os.environ | {
        "EVALAPP_DATA_DIR": str(settings.data_dir),
        "EVALAPP_DATABASE_URL": settings.database_url.get_secret_value(),
        "EVALAPP_QUIET_HOURS": "off",
        "PYTHONWARNINGS": "ignore",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(file), "yes" if deduplicates else "no"],
        env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def handed(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def wait_for(file: Path, count: int, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while len(handed(file)) < count:
        assert time.monotonic() < end, f"{len(handed(file))} of {count} letters"
        time.sleep(0.005)


def all_ended(platform: Platform, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        with platform.session() as session:
            going_on = session.scalar(
                select(func.count()).where(
                    Letter.state.in_([LetterState.WAITING, LetterState.READY, LetterState.SENDING])
                )
            )
        if not going_on:
            return
        assert time.monotonic() < end, f"{going_on} letters go on"
        time.sleep(0.05)


def let_the_leases_run_out(platform: Platform) -> None:
    with platform.transaction() as session:
        session.execute(text("UPDATE jobs SET leased_until = created_at WHERE state = 'running'"))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("deduplicates", [True, False])
def test_a_worker_that_is_killed_while_it_sends_loses_no_letter_and_doubles_none(
    letters: Letters, platform: Platform, session: Session, tmp_path: Path, *, deduplicates: bool
) -> None:
    """Killed eight times in the middle. A telephone behind a gateway that can tell shows each letter once."""
    file, readers = tmp_path / "handed", letters.readers(40)
    for reader in readers:
        letters.notify(reader)
    for kill in range(8):
        with worker(platform, file, deduplicates=deduplicates) as process:
            wait_for(file, 4 * (kill + 1) - 1)
            time.sleep(0.004 * kill)  # before, in and after the moment in which the gateway takes it
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        let_the_leases_run_out(platform)
    with worker(platform, file, deduplicates=deduplicates):
        all_ended(platform)
    states = Counter(session.scalars(select(Letter.state)))
    ids = handed(file)
    everyone = {str(key) for key in session.scalars(select(Letter.id))}
    doubtful = {
        str(key) for key in session.scalars(select(Letter.id).where(Letter.state == LetterState.DOUBTFUL))
    }
    assert states[LetterState.SENT] + states[LetterState.DOUBTFUL] == len(readers)
    assert set(ids) <= everyone
    if deduplicates:
        assert states[LetterState.DOUBTFUL] == 0
        assert set(ids) == everyone
    else:
        assert len(ids) == len(set(ids)), "at most once"
        assert everyone - set(ids) <= doubtful, "what did not go is on the desk"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_gateway_that_only_says_that_it_can_tell_gets_letters_twice(
    letters: Letters, platform: Platform, tmp_path: Path
) -> None:
    """The planted defect: a gateway that cannot tell is treated as one that can, and the worker is killed."""
    file = tmp_path / "handed"
    for reader in letters.readers(25):
        letters.notify(reader)
    for kill in range(12):
        with worker(platform, file, deduplicates=True) as process:
            wait_for(file, len(handed(file)) + 1)
            time.sleep(0.002 * (kill % 4))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        let_the_leases_run_out(platform)
        if len(handed(file)) > len(set(handed(file))):
            return
    pytest.fail(
        "twelve kills never fell between the gateway and our note of it: the test above shows nothing"
    )
