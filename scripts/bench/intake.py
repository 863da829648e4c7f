"""What taking events in costs: python -m scripts.bench.intake [CASES] [DATABASE_URL].

Hands in the lives of CASES cases in batches of 10,000 events, in the order in which they happened, and beside each batch
writes as many bare rows of the same table by itself: judge by the ratio of both. Everything happens in a folder of its own.
"""

import random
import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from evalapp import schema, wiring
from evalapp.approvals.rules.kinds import Channel
from evalapp.approvals.services import take_events
from evalapp.core import calendar
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.powers import services as powers
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.text import LegalBasis, PowerText
from evalapp.powers.services import items
from evalapp.units import services as units
from evalapp.units.models import UnitKind

BATCH = 10_000
LIFE = ("submitted", "accepted", "paused", "resumed", "decided", "delivered")
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform.open(read_settings(data_dir=Path(folder) / "var", database_url=url))
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        unit_id, code = district(platform)
        events = lives(cases, code)
        for begin in range(0, len(events), BATCH):
            batch = events[begin : begin + BATCH]
            ours = timed(lambda batch=batch: take(platform, unit_id, batch))  # type: ignore[misc]
            bare = timed(lambda batch=batch: write_bare(platform, len(batch)))  # type: ignore[misc]
            print(
                f"{len(batch):,} events: {len(batch) / ours[0]:,.0f} a second ({ours[1] / len(batch) * 1e6:.0f} us CPU "
                f"each); bare rows {len(batch) / bare[0]:,.0f} a second; ratio {bare[0] / ours[0]:.2f}"
            )
        platform.close()


def take(platform: Platform, unit_id: uuid.UUID, batch: list[dict[str, Any]]) -> None:
    last = datetime.fromisoformat(batch[-1]["occurred_at"])
    with platform.transaction() as session:
        taken = take_events(
            session,
            platform.keys,
            unit_id=unit_id,
            items=batch,
            channel=Channel.FEED,
            received_at=last + timedelta(minutes=1),
        )
    assert taken.accepted == len(batch), taken


def write_bare(platform: Platform, number: int) -> None:
    """As many rows by themselves, of the same width, in one statement of the same kind."""
    with platform.transaction() as session:
        session.execute(
            text("CREATE TEMPORARY TABLE IF NOT EXISTS bare (id TEXT PRIMARY KEY, a TEXT, b TEXT, c TEXT)")
        )
        rows = [
            {"id": uuid.uuid4().hex, "a": "submitted", "b": BEGIN.isoformat(), "c": "x" * 64}
            for _ in range(number)
        ]
        session.execute(text("INSERT INTO bare VALUES (:id, :a, :b, :c)"), rows)


def timed(work: Any) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu


def lives(number: int, code: str) -> list[dict[str, Any]]:
    """Events of all cases in the order in which they happened, over some weeks."""
    rng = random.Random(1)  # noqa: S311  a figure is to be the same again
    found = []
    for case in range(number):
        at = BEGIN + timedelta(minutes=rng.randrange(60 * 24 * 20))
        for kind in LIFE:
            found.append(
                {
                    "id": f"{case}-{kind}",
                    "case": f"C{case:07}",
                    "item": code,
                    "kind": kind,
                    "occurred_at": at.isoformat(),
                    **(
                        {"applicant": {"name": "示例人", "phone": f"+8612{case:09}"}}
                        if kind == "submitted"
                        else {}
                    ),
                    **({"ground": "hearing"} if kind == "paused" else {}),
                }
            )
            at += timedelta(minutes=rng.randrange(10, 60 * 24 * 2))
    return sorted(found, key=lambda each: each["occurred_at"])


def district(platform: Platform) -> tuple[uuid.UUID, str]:
    """A unit with one published item."""
    basis = LegalBasis(law="《示例条例》", from_on=date(2000, 1, 1))
    day = Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)
    law = Term(amount=20, unit=TimeUnit.DAY, basis=Basis.WORKING)
    with platform.transaction() as session:
        calendar.seed(session)
        unit = units.add_unit(session, kind=UnitKind.DEPARTMENT, name="区第一局", slug="yi", actor=SYSTEM)
    with platform.transaction() as session:
        power = powers.draft_power(
            session,
            unit_id=unit.id,
            code="99010100JT-XK-0001",
            text=PowerText(
                name="示例许可", kind=PowerKind.APPROVAL, post="审批科科长", bases=(basis,), statutory=law
            ),
            actor=SYSTEM,
        )
        powers.publish_power(session, power_id=power.id, reason="", actor=SYSTEM)
    said = ItemText(
        name="示例许可",
        subjects=("business",),
        place="一楼",
        statutory=law,
        promised=day,
        bases=(basis,),
        contact="0123-4567891",
        complaint="0123-4567892",
    )
    with platform.transaction() as session:
        item = items.draft_item(
            session, unit_id=unit.id, code="99010100JT-XK-0001-B01", text=said, actor=SYSTEM
        )
        items.publish_item(session, item_id=item.id, reason="", actor=SYSTEM)
    return unit.id, item.code


if __name__ == "__main__":
    main()
