"""The intake is killed at thirty random moments: every acknowledged event stands once, and cases are what a replay makes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evalapp.approvals.models import Case, CaseEventRow
from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.cases import Cases
from tests.support.signing import UnitSystem

KILLS, CASES, LEAST_AT_WORK = 30, 120, 20
LIFE = ("submitted", "accepted", "decided", "delivered")


@pytest.fixture
def database_url(each_database_url: str) -> str:
    return each_database_url


class Rounds:
    """Rounds of handing in, each in a process that can be killed."""

    def __init__(
        self, platform: Platform, folder: Path, batches: dict, system: UnitSystem, defect: str
    ) -> None:
        self.told = folder / "acknowledged"
        self.told.touch()
        work = folder / "work.json"
        said = {"key": system.key.name, "secret": system.key.secret, "batches": batches}
        work.write_text(json.dumps(said))
        settings = platform.settings
        environment = os.environ | {
            "EVALAPP_DATA_DIR": str(settings.data_dir),
            "EVALAPP_DATABASE_URL": settings.database_url.get_secret_value(),
            "PYTHONWARNINGS": "ignore",
            "DEFECT": defect,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.intake_rounds", str(work), str(self.told)],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def line(self) -> str:
        return self.process.stdout.readline().strip()

    def run(self, *, kill_after: float | None = None) -> bool:
        """One round; whether its process was killed at work."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        child, before = int(self.line()), self.acknowledged()
        if kill_after is not None:
            began = time.monotonic()
            while self.acknowledged() == before and time.monotonic() - began < 60:
                time.sleep(0.002)
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        assert self.line() == "over"
        return len(self.acknowledged()) > len(before)

    def acknowledged(self) -> list[str]:
        return self.told.read_text().split()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def batches_of(cases: Cases) -> dict[str, list[dict]]:
    """Small batches, over whose borders each case runs."""
    begin = clock.now() - timedelta(hours=2)
    events = [
        cases.event(kind, f"K-{number}", begin + timedelta(minutes=step * 20, seconds=number))
        for step, kind in enumerate(LIFE)
        for number in range(CASES)
    ]
    return {f"b{begin:04}": events[begin : begin + 4] for begin in range(0, len(events), 4)}


def faults(cases: Cases, batches: dict[str, list[dict]], acknowledged: list[str]) -> list[str]:
    """What is wrong with what stands, measured against what was acknowledged."""
    with cases.platform.session() as session:
        there = Counter(session.scalars(select(CaseEventRow.source_id)))
        events = Counter(session.scalars(select(CaseEventRow.case_id)))
        counted = dict(session.execute(select(Case.id, Case.events)).all())
    told = {event["id"] for name in acknowledged for event in batches[name]}
    return [
        *(f"acknowledged and lost: {key}" for key in told - there.keys()),
        *(f"twice: {key}" for key, number in there.items() if number > 1),
        *(f"a case is not what its events say: {key}" for key in counted if counted[key] != events[key]),
    ]


@contextmanager
def rounds_of(cases: Cases, folder: Path, batches: dict, defect: str = "") -> Iterator[Rounds]:
    system = UnitSystem(cases.platform, cases.unit)
    rounds = Rounds(cases.platform, folder, batches, system, defect)
    try:
        yield rounds
    finally:
        rounds.close()


@pytest.mark.slow
def test_every_acknowledged_event_stands_once_whenever_the_intake_is_killed(
    cases: Cases, tmp_path: Path
) -> None:
    batches, rng = batches_of(cases), random.Random(30)
    at_work = 0
    with rounds_of(cases, tmp_path, batches) as rounds:
        for _ in range(KILLS):
            at_work += rounds.run(kill_after=rng.random() * 0.02)
            assert faults(cases, batches, rounds.acknowledged()) == []
        rounds.run()
        assert sorted(set(rounds.acknowledged())) == sorted(batches)

    assert at_work >= LEAST_AT_WORK
    with cases.platform.session() as session:
        assert set(session.scalars(select(Case.events))) == {len(LIFE)}
        assert faults(cases, batches, list(batches)) == []


@pytest.mark.slow
def test_an_intake_that_acknowledges_before_it_commits_is_noticed(cases: Cases, tmp_path: Path) -> None:
    """The planted defect."""
    batches = batches_of(cases)
    with rounds_of(cases, tmp_path, batches, defect="hasty") as rounds:
        for _ in range(3):
            rounds.run(kill_after=0.01)
        assert any(
            each.startswith("acknowledged and lost") for each in faults(cases, batches, rounds.acknowledged())
        )
