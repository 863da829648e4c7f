"""A backup that an earlier version made comes back: with columns that there are no more, without tables that are younger."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from evalapp.approvals.models import ArrivalTotal, Case, OpenTotal
from evalapp.operate import backup, restoring
from tests.support.backups import PASSPHRASE, WAYS, Places, every_row, member, tampered
from tests.support.cases import Cases

BEFORE = "0036"  # cases named a matter, arrivals their day of the week, and what is open was no total


def older(file: Path, target: Path) -> Path:
    """The backup as the earlier version wrote it: arrivals of two days of the week where there is one row now."""
    arrivals = [json.loads(line) for line in member(file, "tables/case_arrival_totals.jsonl").splitlines()]
    by_day = [row | {"weekday": day, "cases": 1} for row in arrivals for day in range(row["cases"])]
    cases = [
        json.loads(line) | {"matter_id": None} for line in member(file, "tables/cases.jsonl").splitlines()
    ]
    changed = {"case_arrival_totals": by_day, "cases": cases, "case_open_totals": []}
    return tampered(
        file,
        target,
        {
            f"tables/{name}.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows).encode()
            for name, rows in changed.items()
        },
        migration=BEFORE,
    )


@pytest.mark.parametrize("places", [way for way in WAYS if len(set(way)) == 1], ids="-".join, indirect=True)
def test_a_backup_of_an_earlier_version_comes_back(places: Places, tmp_path: Path) -> None:
    cases = Cases(places.here)
    for number in ("A-1", "A-2"):
        cases.take([cases.event("submitted", number, "2026-03-02 09:00", window="1 号窗口")])
    cases.take([cases.event("refused", "A-2", "2026-03-02 10:00", reason="不属于本单位职权范围")])
    backup.back_up(places.here, places.file, passphrase=PASSPHRASE)
    there = places.empty()

    restoring.restore(there, older(places.file, tmp_path / "older.tar"), passphrase=PASSPHRASE)

    assert every_row(there) == every_row(places.here)
    with there.session() as session:
        assert session.scalars(select(ArrivalTotal.cases)).all() == [2]
        assert session.scalars(select(OpenTotal.cases)).all() == [1]
        assert len(session.scalars(select(Case)).all()) == 2
