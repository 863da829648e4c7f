"""Events from a table, and from another system's export."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from evalapp.approvals.commands import case
from evalapp.approvals.models import Case
from evalapp.approvals.rules.kinds import CaseState
from tests.support.cases import Cases


def imported(cases: Cases, file, *options: str):
    return CliRunner().invoke(
        case, ["import", cases.unit.slug, str(file), "--json", *options], obj=cases.platform
    )


def states(session) -> dict[str, CaseState]:
    session.rollback()
    return dict(session.execute(select(Case.number, Case.state)).all())


@pytest.mark.parametrize("dry", [True, False])
def test_a_table_is_taken_and_each_row_answered(cases: Cases, session, tmp_path, dry) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "事件号,办件号,事项编码,事件,发生时间,理由,是否准予\n"
        f"1,A-1,{cases.item.code},收件,2026-03-02 09:00,,\n"
        f"2,A-1,{cases.item.code},不予受理,2026/03/02 10:00,不属本机关,\n"
        "3,A-2,99010100JT-XK-0000-B01,收件,2026-03-02 09:00,,\n"
    )
    done = imported(cases, file, *(["--dry-run"] if dry else []))

    assert json.loads(done.stdout) == {"accepted": 2, "duplicate": 0, "refused": 1, "kept": not dry}
    assert "3: unknown-item" in done.stderr
    assert states(session) == ({} if dry else {"A-1": CaseState.REFUSED})


def test_a_row_that_cannot_be_read_is_named_and_nothing_is_taken(cases: Cases, session, tmp_path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "id,case,item,kind,occurred_at,joint\n"
        f"1,A-1,{cases.item.code},submitted,gestern,\n"
        f"2,A-1,{cases.item.code},accepted,2026-03-02 09:00,vielleicht\n"
    )
    done = imported(cases, file)
    assert done.exit_code == 1
    assert "E2" in done.stderr
    assert "F3" in done.stderr
    assert states(session) == {}


def test_another_systems_export_comes_in_through_its_adapter(cases: Cases, session, tmp_path) -> None:
    file = tmp_path / "export.json"
    records = [
        {"projNo": "P1", "serviceCode": cases.item.code, "handleStateCode": code, "handleTime": at}
        for code, at in (("1", "2026-03-02 09:00:00"), ("2", "2026-03-02 10:00:00"))
    ]
    file.write_text(json.dumps([*records, {"projNo": "P2"}, 7]))

    done = imported(cases, file, "--format", "connector")

    assert json.loads(done.stdout) == {"accepted": 2, "duplicate": 0, "refused": 2, "kept": True}
    assert states(session) == {"P1": CaseState.ACCEPTED}
