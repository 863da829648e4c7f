"""How long the clocks of many matters take: python -m scripts.bench.deadlines [RUNNING] [MATTERS] [DATABASE_URL].

RUNNING clocks are counted again after a day of the calendar has changed; with MATTERS in all, the lists are asked for.
Everything happens in a folder of its own.
"""

import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, text

from evalapp import schema, wiring
from evalapp.core import calendar, clock
from evalapp.core.calendar import DayKind
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.notifications.models import Topic, TopicKind
from evalapp.supervision.models import Deadline, Matter, MatterEvent
from evalapp.supervision.queries import lists, profiles
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.rules import terms
from evalapp.supervision.rules.states import Act, MatterKind, Phase, Stage, Weight
from evalapp.supervision.rules.terms import ClockFacts, Ending, Made
from evalapp.supervision.services.profiles import profile_in_force
from evalapp.units import services as units
from evalapp.units.models import UnitKind

UNITS, PIECE = 40, 5_000
START = date(2026, 9, 7)
NOW = datetime(2026, 9, 23, 10, tzinfo=clock.zone())


def main() -> None:
    running = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    matters = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory() as folder, clock.at(NOW):
        settings = read_settings(data_dir=Path(folder), database_url=url)
        platform = Platform.open(settings)
        with clock.at(NOW):
            wiring.connect()
            schema.METADATA.create_all(platform.engine)
            timed("laid out", lambda: lay_out(platform, running, matters))
            recount(platform)
            read(platform)
        platform.close()


def lay_out(platform: Platform, running: int, matters: int) -> None:
    """Matters over two weeks in forty units, those that run with ten working days, so that the changed day lies in each term."""
    with platform.transaction() as session:
        calendar.seed(session)
        profile_id = profile_in_force(session).id
        homes = [
            units.add_unit(session, kind=UnitKind.DEPARTMENT, name=f"区第{number}局", actor=SYSTEM).id
            for number in range(UNITS)
        ]
    with platform.session() as session:
        days, profile = calendar.load(session), profiles.in_force(session)
    for first in range(0, matters, PIECE):
        rows: dict[Any, list[dict[str, Any]]] = {Topic: [], Matter: [], Deadline: [], MatterEvent: []}
        for number in range(first, min(first + PIECE, matters)):
            one(
                rows,
                number,
                unit_id=homes[number % UNITS],
                profile_id=profile_id,
                days=days,
                profile=profile,
                is_running=number < running,
            )
        with platform.transaction() as session:
            for kind, values in rows.items():
                session.execute(insert(kind), values)
    if platform.engine.dialect.name == "postgresql":
        with platform.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def one(
    rows: dict[Any, list[dict[str, Any]]],
    number: int,
    *,
    unit_id: uuid.UUID,
    profile_id: uuid.UUID,
    days: Any,
    profile: Any,
    is_running: bool,
) -> None:
    weight = Weight.COMPLEX
    began = datetime(START.year, START.month, START.day, 8, tzinfo=clock.zone()) + timedelta(
        days=number % 12, minutes=number % 480
    )
    matter_id, topic_id, reference = uuid.uuid4(), uuid.uuid4(), f"MT-2026-{number:06}"
    counted = terms.counted(
        days,
        profile,
        started_on=began.date(),
        working_days=profile.weights[weight.value].days,
        fixed_on=None,
    )
    facts = ClockFacts(due_on=counted.due_on, started_at=began, is_of_unit=True)
    act = terms.next_act(days, profile, facts, Made())
    rows[Topic].append(
        {"id": topic_id, "kind": TopicKind.MATTER, "reference": reference, "title": "提问",
         "path": f"/matters/{reference}", "created_at": began}
    )  # fmt: skip
    rows[Matter].append(
        {"id": matter_id, "reference": reference, "kind": MatterKind.QUESTION, "title": f"第 {number} 个提问",
         "path": "/episodes/16", "about": f"CM-{number}", "unit_id": unit_id, "handler": "", "weight": weight,
         "phase": Phase.OPEN if is_running else Phase.ANSWERED,
         "settled_at": None if is_running else began + timedelta(days=1), "is_public": True, "opened_at": began,
         "profile_id": profile_id, "topic_id": topic_id, "version": 1, "reopened": 0, "withdrawn_reason": "",
         "withdrawn_by": ""}
    )  # fmt: skip
    rows[Deadline].append(
        {"id": uuid.uuid4(), "matter_id": matter_id, "unit_id": unit_id, "stage": Stage.ANSWER, "number": 1,
         "started_at": began, "started_on": began.date(), "working_days": profile.weights[weight.value].days,
         "source": "x", "due_on": counted.due_on, "listed_on": counted.listed_on, "due_at": counted.times.due_at,
         "soon_at": counted.times.soon_at, "very_late_at": counted.times.very_late_at,
         "is_provisional": counted.is_provisional, "ended_at": None if is_running else began + timedelta(days=1),
         "ended_how": None if is_running else Ending.MET,
         "next_act_at": act.at if act and is_running else None}
    )  # fmt: skip
    rows[MatterEvent].append(
        {"id": uuid.uuid4(), "matter_id": matter_id, "number": 1, "at": began, "written_at": began,
         "kind": Act.OPENED, "is_public": True, "staff_id": None, "post": "系统", "note": "", "detail": {}}
    )  # fmt: skip


def recount(platform: Platform) -> None:
    """A worked Sunday becomes a day off, and is put back."""
    for kind in (None, DayKind.MAKE_UP):
        before = moved(platform)

        def change(kind: DayKind | None = kind) -> None:
            with platform.transaction() as session:
                calendar.change_day(session, day=date(2026, 9, 20), kind=kind, note="国庆节", actor=SYSTEM)

        timed("a day changed, all that run counted again", change)
        print(f"  {moved(platform) - before} last days moved")


def moved(platform: Platform) -> int:
    with platform.session() as session:
        kinds = session.scalars(select(MatterEvent.id).where(MatterEvent.kind == Act.RECOUNTED)).all()
    return len(kinds)


def read(platform: Platform) -> None:
    """The lists, and what the round asks when nothing is due: CPU of this process and statements."""
    with platform.session() as session:
        unit_id = session.scalars(select(Matter.unit_id).limit(1)).one()
    for name, ask in {
        "public, running": lambda s: lists.public_page(s, which=Which.RUNNING, page=1),
        "public, late": lambda s: lists.public_page(s, which=Which.LATE, page=1),
        "public, done": lambda s: lists.public_page(s, which=Which.DONE, page=1),
        "unit, running": lambda s: lists.unit_page(s, unit_id, which=Which.RUNNING, page=1),
        "unit, done": lambda s: lists.unit_page(s, unit_id, which=Which.DONE, page=1),
        "office, to check": lambda s: lists.office_page(s, which=Which.OFFICE, page=1),
        "counts of all": lists.counts,
        "counts of a unit": lambda s: lists.counts(s, unit_id=unit_id),
    }.items():
        measure(platform, name, ask)


def measure(platform: Platform, name: str, ask: Callable[[Any], Any]) -> None:
    sent: list[str] = []
    event.listen(platform.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    walls, cpus = [], []
    for _ in range(21):
        with platform.session() as session:
            started, cpu = time.perf_counter(), time.process_time()
            ask(session)
            walls.append((time.perf_counter() - started) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
    said = len([one for one in sent if not one.startswith("BEGIN")]) / 21
    print(f"{name}: {sorted(walls)[10]:.1f} ms wall, {sorted(cpus)[10]:.1f} ms CPU, {said:.0f} statements")


def timed(what: str, do: Callable[[], object]) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    do()
    print(f"{what}: {time.perf_counter() - started:.1f} s wall, {time.process_time() - cpu:.1f} s CPU")


if __name__ == "__main__":
    main()
