"""What the monitor's wall costs at size: python -m scripts.bench.monitor [CASES] [OPEN] [DATABASE_URL].

Lays out CASES cases of a year in thirty units by statements over whole sets, OPEN of them open, makes the totals from them,
and asks for the wall: statements, and CPU and wall time beside those of a page that reads nothing (`/about`), in turn, so that
both met the same machine; and for the evidence of an item. `cold` is a look with which the minute's steps and hours are read anew. Everything happens in a
folder of its own.
"""

import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from evalapp import schema, wiring
from evalapp.accounts.models import Role
from evalapp.accounts.services import sessions, staff
from evalapp.approvals.models import Case, CaseStep
from evalapp.approvals.queries import evidence
from evalapp.approvals.queries.evidence import Promise
from evalapp.approvals.rules.kinds import CaseState, Trigger
from evalapp.approvals.rules.totals import Measure
from evalapp.approvals.services import totals
from evalapp.approvals.services.bases import Bases
from evalapp.core import clock
from evalapp.core.bulk import insert_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.factory import create_app
from evalapp.powers.models import ServiceItem
from evalapp.units import services as units
from evalapp.units.models import UnitKind
from scripts.bench.intake import district

UNITS, WINDOWS, ASKED, PIECE = 30, 5, 40, 20_000
WALL, BARE = "/desk/office/monitor", "/about"
CASES = Case.metadata.tables[Case.__tablename__]
STEPS = CaseStep.metadata.tables[CaseStep.__tablename__]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A unit with its item, and what cases of it run under."""

    unit_id: uuid.UUID
    item_id: uuid.UUID
    basis_id: uuid.UUID


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    open_ones = int(sys.argv[2]) if len(sys.argv) > 2 else cases // 30
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with laid_out(cases, open_ones, url) as platform:
        ask(platform)
        told_of_evidence(platform)


@contextmanager
def laid_out(cases: int, open_ones: int, url: str, *, weeks: float = 3) -> Iterator[Platform]:
    """A platform of its own with so many cases."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform.open(read_settings(data_dir=Path(folder) / "var", database_url=url))
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        began = time.perf_counter()
        lay_out(platform, cases, open_ones, weeks=weeks)
        print(f"{cases:,} cases, {open_ones:,} of them open, laid out in {time.perf_counter() - began:.0f} s")
        yield platform
        platform.close()


def lay_out(platform: Platform, cases: int, open_ones: int, *, weeks: float) -> None:
    """Write the cases and their steps, and make the totals; open ones began within so many weeks."""
    places = units_with_items(platform)
    rng, now = random.Random(1), clock.now()  # noqa: S311  a figure is to be the same again
    for begin in range(0, cases, PIECE):
        rows = [
            case_of(rng, number, places, now, is_open=number < open_ones, weeks=weeks)
            for number in range(begin, min(begin + PIECE, cases))
        ]
        with platform.transaction() as session:
            insert_rows(session, CASES, rows)
            insert_rows(session, STEPS, list(steps_of(rows)))
    with platform.transaction() as session:
        totals.rebuild(session)
    with platform.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def units_with_items(platform: Platform) -> list[Place]:
    """Thirty units whose items are one: what is counted is by unit and item, not by what it says."""
    district(platform)
    with platform.transaction() as session:
        item = session.scalars(select(ServiceItem)).one()
        basis_id = Bases(session, unit_id=item.unit_id, codes=[item.code]).at(item.code, clock.now()).id
        places = [Place(unit_id=item.unit_id, item_id=item.id, basis_id=basis_id)]
        for number in range(2, UNITS + 1):
            unit = units.add_unit(
                session,
                kind=UnitKind.DEPARTMENT,
                name=f"区第{number}局",
                slug=f"bureau-{number}",
                actor=SYSTEM,
            )
            places.append(Place(unit_id=unit.id, item_id=item.id, basis_id=basis_id))
    return places


def case_of(
    rng: random.Random, number: int, places: list[Place], now: datetime, *, is_open: bool, weeks: float
) -> dict[str, Any]:
    """A row of a case: one that is open began in the last weeks; of those of three one in fifty is red."""
    place = places[number % len(places)]
    began = now - timedelta(minutes=rng.randrange(30, round(60 * 24 * (7 * weeks if is_open else 365))))
    decided = None if is_open else min(began + timedelta(hours=rng.randrange(1, 200)), now)
    due = began + timedelta(days=rng.choice((12, 25, 25, 25)))
    return {
        "id": uuid.uuid4(),
        "reference": f"BJ-2026-{number:07}",
        "unit_id": place.unit_id,
        "number": f"N{number:07}",
        "item_id": place.item_id,
        "basis_id": place.basis_id,
        "applicant_id": None,
        "person_id": "",
        "applicant_shown": "示**",
        "came_by": "窗口",
        "window": f"{number % WINDOWS + 1} 号窗口",
        "first_received_at": began,
        "began_at": began,
        "events": 6,
        "misfits": 0,
        "late_events": 0,
        "state": CaseState.ACCEPTED if is_open else CaseState.DELIVERED,
        "submitted_at": began,
        "accepted_at": began,
        "decided_at": decided,
        "closed_at": decided,
        "moved_at": decided or began,
        "is_granted": True,
        "is_plain": is_open,
        "clock": Trigger.PROMISE if is_open else None,
        "due_at": due if is_open else None,
        "notice_at": None,
        "yellow_at": due - timedelta(days=1) if is_open else None,
        "red_at": due if is_open else None,
        "next_act_at": due if is_open else None,
        "kept_at": None if decided is None or number % 10 == 0 else decided,
        "used": None if is_open else rng.randrange(6),
        "used_in": None if is_open else Measure.WORKING_DAYS,
        "step": "",
        "step_post": "",
        "step_since": None,
    }


def steps_of(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One step of each case that is over."""
    for row in rows:
        if row["decided_at"] is not None:
            yield {
                "case_id": row["id"],
                "number": 1,
                "key": "look",
                "post": "核查组",
                "started_at": row["began_at"],
                "ended_at": row["decided_at"],
                "due_at": None,
            }


def ask(platform: Platform) -> None:
    """Ask for the wall and for a page that reads nothing, in turn."""
    app = create_app(platform)
    browser = app.test_client()
    with platform.transaction() as session:
        made = staff.add(
            session, login="office", post="监督室主任", role=Role.OFFICE, wait=timedelta(0), actor=SYSTEM
        )
        token = sessions.open_for_staff(session, made.staff_id)
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token
    for cold in (True, False):
        spent: dict[str, list[tuple[float, float]]] = {WALL: [], BARE: []}
        for path in (WALL, BARE) * ASKED:
            if cold:
                forget(app.extensions)
            spent[path].append(timed(browser, path))
        count = statements(platform, browser, app.extensions if cold else {})
        wall, bare = (median(cpu for cpu, _ in spent[path][1:]) for path in (WALL, BARE))
        print(
            f"{'cold' if cold else 'warm'}: {count} statements, {wall * 1000:.1f} ms CPU "
            f"({median(each for _, each in spent[WALL][1:]) * 1000:.1f} ms wall), "
            f"a bare page {bare * 1000:.1f} ms, ratio {wall / bare:.1f}"
        )


def told_of_evidence(platform: Platform) -> None:
    """What stands beside a promise, read from the same totals."""
    promise = Promise(term=Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING))
    with platform.session() as session:
        item_id = session.scalars(select(ServiceItem.id)).one()
        cases = evidence.of_item(session, item_id, promise).evidence.cases
        began = time.process_time()
        for _ in range(ASKED):
            evidence.of_item(session, item_id, promise)
        spent = (time.process_time() - began) / ASKED
    print(f"evidence of {cases:,} cases: {spent * 1000:.2f} ms CPU")


def forget(kept: dict[str, Any]) -> None:
    """Forget what the minute keeps of the wall."""
    for name in [name for name in kept if name.startswith("evalapp.wall")]:
        del kept[name]


def timed(browser: FlaskClient, path: str) -> tuple[float, float]:
    cpu, began = time.process_time(), time.perf_counter()
    assert browser.get(path).status_code == 200
    return time.process_time() - cpu, time.perf_counter() - began


def statements(platform: Platform, browser: FlaskClient, kept: dict[str, Any]) -> int:
    """How many statements a look sends, after `kept` was made to forget the wall."""
    forget(kept)
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(platform.engine, "before_cursor_execute", note)
    timed(browser, WALL)
    event.remove(platform.engine, "before_cursor_execute", note)
    return len(sent)


if __name__ == "__main__":
    main()
