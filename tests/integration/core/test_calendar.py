"""The calendar is imported, edited and announced; what depends on it is counted again."""

import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import select

from evalapp.audit.models import AuditEntry
from evalapp.core import calendar
from evalapp.core.calendar import DayKind
from evalapp.core.calendar.importing import BadCalendar, import_calendar
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.operate.calendar_commands import group
from evalapp.supervision import services
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import Act, MatterState
from tests.support.matters import Matters, at

CSV = (
    b"day,kind,note\n2027-01-01,holiday,\xe5\x85\x83\xe6\x97\xa6\n2027-01-02,holiday,\n2027-01-03,make_up,\n"
)


@pytest.fixture
def seeded(platform: Platform) -> Platform:
    with platform.transaction() as session:
        calendar.seed(session)
    return platform


def imported(platform: Platform, data: bytes, name: str = "2027.csv"):
    with time_machine.travel(at("2026-11-25"), tick=False), platform.transaction() as session:
        return import_calendar(session, name=name, data=data, actor=SYSTEM)


def test_an_imported_year_is_announced_and_recorded(seeded: Platform) -> None:
    found = imported(seeded, CSV)
    assert (found.days, found.years, found.known) == ((date(2027, 1, 1), date(2027, 1, 3)), (2027,), 1)
    with seeded.session() as session:
        days = calendar.load(session)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "calendar.changed")).one()
    assert not days.is_working(date(2027, 1, 1))
    assert days.is_working(date(2027, 1, 3))
    assert 2027 in days.published_years
    assert (entry.subject, entry.detail["days"]) == ("2027", 2)


def test_the_same_file_again_changes_nothing(seeded: Platform) -> None:
    imported(seeded, CSV)
    again = imported(seeded, CSV)
    assert (again.days, again.years) == ((), ())
    with seeded.session() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "calendar.changed")).all()
    assert len(entries) == 1


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (b"2026-10-10,holiday,\n2026-10-01,make_up,\n", [2, 3, 3]),
        (b"2029-01-01,holiday,\n", [2]),
        (b"1999-01-01,holiday,\n", [2]),
        (b"2027-01-04,make_up,\n", [2]),
        (b"2027-01-01,holiday,\n2027-01-01,holiday,\n", [3]),
    ],
)
def test_overlaps_unknown_years_and_needless_days_are_refused_all_or_nothing(
    seeded: Platform, rows: bytes, lines: list[int]
) -> None:
    with pytest.raises(BadCalendar) as refusal:
        imported(seeded, b"day,kind,note\n" + rows)
    assert [fault.line for fault in refusal.value.faults] == lines
    with seeded.session() as session:
        assert 2027 not in calendar.load(session).published_years


def test_the_command_says_every_fault_by_line_and_a_dry_run_keeps_nothing(
    seeded: Platform, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("day,kind,note\nx,holiday,\n2029-01-01,holiday,\n")
    good.write_bytes(CSV)
    with time_machine.travel(at("2026-11-25"), tick=False):
        refused = CliRunner().invoke(group, ["import", str(bad)], obj=seeded)
        dry = CliRunner().invoke(group, ["import", str(good), "--dry-run", "--json"], obj=seeded)
        listed = CliRunner().invoke(group, ["list", "--year", "2027", "--json"], obj=seeded)
    assert refused.exit_code == 1
    assert "bad.csv:2:" in refused.stderr
    assert "bad.csv:3:" in refused.stderr
    assert (dry.exit_code, json.loads(dry.stdout)["days"]) == (0, 2)
    assert json.loads(listed.stdout) == []
    assert "provisional" in listed.stderr
    CliRunner().invoke(group, ["import", str(good)], obj=seeded)
    listed = CliRunner().invoke(group, ["list", "--year", "2027", "--json"], obj=seeded)
    assert [row["day"] for row in json.loads(listed.stdout)] == ["2027-01-01", "2027-01-03"]


def change(platform: Platform, day: str, kind: DayKind | None, note: str = "停电") -> None:
    with platform.transaction() as session:
        calendar.change_day(session, day=date.fromisoformat(day), kind=kind, note=note, actor=SYSTEM)


def test_a_day_that_becomes_a_holiday_moves_the_terms_that_it_lies_in(matters: Matters) -> None:
    with time_machine.travel(at("2026-03-09"), tick=False) as clock_:
        inside, done = matters.question(weight=Weight.GENERAL), matters.answered()
        clock_.move_to(at("2026-03-12"))
        later = matters.question(weight=Weight.SIMPLE)
        change(matters.platform, "2026-03-11", DayKind.HOLIDAY)
    assert matters.running(inside).due_on == date(2026, 3, 17)
    assert matters.running(later).due_on == date(2026, 3, 16)
    assert matters.running(done) is None
    moved = [one.detail for one in matters.entries(inside) if one.kind is Act.RECOUNTED]
    assert moved == [{"was": "2026-03-16", "is": "2026-03-17"}]
    assert [one.kind for one in matters.entries(later)] == [Act.OPENED]
    assert matters.entries(done)[-1].kind is not Act.RECOUNTED


def test_a_day_put_back_puts_the_terms_back_and_states_with_them(matters: Matters) -> None:
    with time_machine.travel(at("2026-03-09"), tick=False) as clock_:
        matter = matters.question(weight=Weight.GENERAL)
        change(matters.platform, "2026-03-16", DayKind.HOLIDAY)
        clock_.move_to(at("2026-03-17"))
        assert matters.state(matter) is MatterState.DUE_SOON
        change(matters.platform, "2026-03-16", None)
        assert matters.state(matter) is MatterState.LATE
        with pytest.raises(Conflict, match="没有改动"):
            change(matters.platform, "2026-03-16", None)


def test_pauses_are_counted_again_too_and_reminders_move_with_the_day(matters: Matters) -> None:
    with time_machine.travel(at("2026-03-09"), tick=False) as clock_:
        matter = matters.question(weight=Weight.GENERAL)
        matters.do(services.pause, matter, reason="等图纸", actor=SYSTEM)
        clock_.move_to(at("2026-03-11"))
        matters.do(services.resume, matter, actor=SYSTEM)
        before = matters.running(matter)
        change(matters.platform, "2026-03-12", DayKind.HOLIDAY)
        after = matters.running(matter)
        assert (before.due_on, after.due_on) == (date(2026, 3, 18), date(2026, 3, 19))
        assert (after.next_act_at - before.next_act_at).days == 1
        clock_.move_to(at("2026-03-20"))
        matters.escalate()
    assert [str(one.due_at.date()) for one in matters.reminders(matter)] == [
        "2026-03-18",
        "2026-03-19",
        "2026-03-20",
    ]


def test_a_term_into_a_year_that_is_not_announced_is_provisional_until_it_is(matters: Matters) -> None:
    with time_machine.travel(at("2026-12-28"), tick=False):
        matter = matters.question(weight=Weight.GENERAL)
        assert (matters.running(matter).due_on, matters.running(matter).is_provisional) == (
            date(2027, 1, 4),
            True,
        )
        with matters.platform.transaction() as session:
            import_calendar(session, name="2027.csv", data=CSV, actor=SYSTEM)
        running = matters.running(matter)
        assert (running.due_on, running.is_provisional) == (date(2027, 1, 4), False)


def test_saying_that_a_year_is_announced_ends_what_is_provisional(matters: Matters) -> None:
    with time_machine.travel(at("2026-12-28"), tick=False):
        matter = matters.question(weight=Weight.GENERAL)
        with matters.platform.transaction() as session:
            calendar.publish_year(session, year=2027, source="国办发明电〔2026〕1号", actor=SYSTEM)
        assert not matters.running(matter).is_provisional
        with pytest.raises(Conflict), matters.platform.transaction() as session:
            calendar.publish_year(session, year=2027, source="再来", actor=SYSTEM)
        with pytest.raises(Invalid), matters.platform.transaction() as session:
            calendar.publish_year(session, year=2029, source="太远", actor=SYSTEM)


@pytest.mark.parametrize(("day", "kind"), [("2026-03-11", DayKind.MAKE_UP), ("2026-03-14", DayKind.HOLIDAY)])
def test_a_day_is_not_made_what_it_is(seeded: Platform, day: str, kind: DayKind) -> None:
    with pytest.raises(Invalid):
        change(seeded, day, kind)
