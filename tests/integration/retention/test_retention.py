"""The retention table at work: whatever the clock shows, nothing that is over is still there (reliability.md J10)."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from evalapp.accounts.models import Resident, Role, SignedIn
from evalapp.audit.models import AuditEntry
from evalapp.ballots.models import BallotSignal, Grading
from evalapp.core import clock
from evalapp.core.errors import Unavailable
from evalapp.core.platform import Platform
from evalapp.notifications.models import Letter, LetterState
from evalapp.retention import jobs, pieces
from evalapp.retention.jobs import Retention
from evalapp.retention.models import Removal
from evalapp.retention.table import RULES
from tests.support.accounts import People, phone
from tests.support.ballots import Polling
from tests.support.letters import CountingGateway, Letters
from tests.support.retained import District

HOURS, DAYS = 3600, 86_400
# Written by hand from reliability.md J10 and ballots.md 9, not from the code: seconds, and the rows that are over by then.
TERMS = {
    "code_requests": (24 * HOURS, "SELECT count(*) FROM code_requests WHERE asked_at <= :limit"),
    "vault, never used": (0, "SELECT count(*) FROM vault WHERE expires_at <= :limit"),
    "vault, idle": (
        730 * DAYS,
        "SELECT count(*) FROM vault v JOIN residents r ON r.person_id = v.person_id WHERE r.last_used_at <= :limit",
    ),
    "mail_addresses": (
        24 * HOURS,
        "SELECT count(*) FROM mail_addresses WHERE confirmed_at IS NULL AND asked_at <= :limit",
    ),
    "vault_applicants": (
        730 * DAYS,
        "SELECT count(*) FROM vault_applicants WHERE kept_at <= :limit AND sealed_number IS NOT NULL",
    ),
    "case_attempts": (24 * HOURS, "SELECT count(*) FROM case_attempts WHERE at <= :limit"),
    "intake_signatures": (24 * HOURS, "SELECT count(*) FROM intake_signatures WHERE at <= :limit"),
    "consents": (1095 * DAYS, "SELECT count(*) FROM consents WHERE withdrawn_at <= :limit"),
    "sessions": (
        30 * DAYS,
        "SELECT count(*) FROM sessions WHERE ended_at <= :limit OR last_seen_at <= :limit",
    ),
    "enrolments": (24 * HOURS, "SELECT count(*) FROM enrolments WHERE created_at <= :limit"),
    "staff_attempts": (180 * DAYS, "SELECT count(*) FROM staff_attempts WHERE at <= :limit"),
    "totp_resets": (180 * DAYS, "SELECT count(*) FROM totp_resets WHERE decided_at <= :limit"),
    "comment_allowances": (2 * HOURS, "SELECT count(*) FROM comment_allowances WHERE hour <= :limit"),
    "question_allowances": (48 * HOURS, "SELECT count(*) FROM question_allowances WHERE day <= :day"),
    "line_questions": (
        365 * DAYS,
        "SELECT count(*) FROM line_questions WHERE words <> '' AND asked_at <= :limit",
    ),
    "ballot_signals": (
        30 * DAYS,
        (
            "SELECT count(*) FROM ballot_signals s JOIN ballots b ON b.id = s.ballot_id JOIN gradings g"
            " ON g.id = b.grading_id JOIN episodes e ON e.id = g.episode_id WHERE e.final_at <= :limit"
        ),
    ),
    "gradings, voters": (
        30 * DAYS,
        (
            "SELECT count(*) FROM gradings g JOIN episodes e ON e.id = g.episode_id"
            " WHERE e.final_at <= :limit AND g.forgotten_at IS NULL"
        ),
    ),
    "gradings, key": (
        90 * DAYS,
        (
            "SELECT count(*) FROM gradings g JOIN episodes e ON e.id = g.episode_id"
            " WHERE e.final_at <= :limit AND g.key_forgotten_at IS NULL"
        ),
    ),
    "again_requests": (
        365 * DAYS,
        (
            "SELECT count(*) FROM again_requests a JOIN episodes e ON e.id = a.episode_id"
            " WHERE e.final_at <= :limit"
        ),
    ),
    "playback_reports": (
        24 * HOURS,
        "SELECT count(*) FROM playback_reports WHERE reporter IS NOT NULL AND reported_at <= :limit",
    ),
    "uploads": (30 * DAYS, "SELECT count(*) FROM uploads WHERE finished_at <= :limit OR ended_at <= :limit"),
    "letters, unsent": (
        30 * DAYS,
        "SELECT count(*) FROM letters WHERE since <= :limit AND state IN ('ready', 'sending', 'doubtful')",
    ),
    "letters, ended": (31 * DAYS, "SELECT count(*) FROM letters WHERE ended_on <= :day"),
    "case_messages": (31 * DAYS, "SELECT count(*) FROM case_messages WHERE ended_on <= :day"),
    "notices": (
        31 * DAYS,
        "SELECT count(*) FROM notices n JOIN letters l ON l.id = n.letter_id WHERE l.ended_on <= :day",
    ),
    "topic_news": (365 * DAYS, "SELECT count(*) FROM topic_news WHERE at <= :limit"),
    "staff_notices": (365 * DAYS, "SELECT count(*) FROM staff_notices WHERE seen_at <= :limit"),
    "jobs, done": (30 * DAYS, "SELECT count(*) FROM jobs WHERE state = 'done' AND finished_at <= :limit"),
    "jobs, failed": (
        180 * DAYS,
        "SELECT count(*) FROM jobs WHERE state = 'failed' AND finished_at <= :limit",
    ),
    "kept_person_ids": (0, "SELECT count(*) FROM kept_person_ids WHERE until <= :limit"),
}
MOMENTS = (
    timedelta(hours=3),
    timedelta(hours=25),
    timedelta(days=32),
    timedelta(days=125),
    timedelta(days=183),
    timedelta(days=370),
    timedelta(days=735),
    timedelta(days=1100),
)


def still_there(platform: Platform) -> dict[str, int]:
    """What is over by the table above and still there."""
    found = {}
    with platform.session() as session:
        for name, (seconds, statement) in TERMS.items():
            limit = clock.now() - timedelta(seconds=seconds)
            moment: Any = limit.replace(tzinfo=None) if platform.engine.dialect.name == "sqlite" else limit
            values = {"limit": moment, "day": clock.local(limit).date()}
            asked = text(statement).bindparams(
                **{key: value for key, value in values.items() if f":{key}" in statement}
            )
            amount = session.scalar(asked)
            if amount:
                found[name] = amount
    return found


@pytest.fixture
def district(platform: Platform, people: People, polling: Polling, letters: Letters) -> District:
    made = District(platform, people, polling, letters)
    made.live()
    return made


def all_there(platform: Platform, at: timedelta) -> dict[str, int]:
    with time_machine.travel(clock.now() + at):
        return still_there(platform)


@pytest.mark.slow
def test_whatever_the_clock_shows_nothing_that_is_over_is_still_there(
    district: District, platform: Platform, session: Session
) -> None:
    before = all_there(platform, timedelta(days=1200))
    assert before.keys() >= TERMS.keys() - {"kept_person_ids"}, "each term has something to remove"
    start = clock.now()
    for moment in MOMENTS:
        with time_machine.travel(start + moment):
            Retention()(platform)
            assert still_there(platform) == {}, moment
            assert jobs.overdue(platform, clock.now()) == {}, moment
    removed = dict(
        session.execute(select(Removal.rule, func.sum(Removal.amount)).group_by(Removal.rule)).all()
    )
    assert removed.keys() >= {rule.name for rule in RULES} - {"outbox"}
    assert session.scalars(select(Resident.erased_at).where(Resident.erased_at.is_(None))).all() == []


def test_what_is_not_over_stays(district: District, platform: Platform, session: Session) -> None:
    start = clock.now()
    counted: Callable[[], dict[str, int]] = lambda: {  # noqa: E731  counted twice below
        table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        for table in (
            "code_requests",
            "vault",
            "sessions",
            "letters",
            "staff_attempts",
            "uploads",
            "topic_news",
        )
    }
    before = counted()
    session.rollback()
    with time_machine.travel(start + timedelta(minutes=30)):
        Retention()(platform)
    assert counted() == before


@pytest.mark.parametrize("name", ["sign-in-codes", "sessions", "letters", "idle-numbers", "box-secrets"])
def test_a_rule_that_keeps_too_long_is_noticed(
    district: District, platform: Platform, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The planted defects: one rule removes nothing."""
    sleepy = tuple(
        replace(rule, piece=pieces.Work(count=lambda *_: 0, do=lambda *_: 0)) if rule.name == name else rule
        for rule in RULES
    )
    monkeypatch.setattr(jobs, "RULES", sleepy)
    with time_machine.travel(clock.now() + timedelta(days=1200)):
        Retention()(platform)
        assert still_there(platform) != {}


def test_a_rule_that_fails_keeps_no_other_from_its_work(
    people: People, platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise Unavailable("busy")

    broken = replace(RULES[0], name="broken", piece=pieces.Work(count=fail, do=fail))
    monkeypatch.setattr(jobs, "RULES", (broken, *RULES))
    people.resident(1)
    with time_machine.travel(clock.now() + timedelta(days=31)), capture_logs() as logged:
        Retention()(platform)
        assert session.scalars(select(func.count()).select_from(SignedIn)).one() == 0
    assert [entry["rule"] for entry in logged if entry["event"] == "a retention rule failed"] == ["broken"]


def test_more_than_one_piece_is_removed_at_once(
    people: People, platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "AT_ONCE", 2)
    for number in range(5):
        people.client().post(
            "/sign-in", {"phone": phone(number)}, environ_base={"REMOTE_ADDR": f"10.9.{number}.1"}
        )
    with time_machine.travel(clock.now() + timedelta(days=2)):
        Retention()(platform)
    amounts = session.execute(select(Removal.rule, Removal.amount)).all()
    assert ("sign-in-codes", 5) in [tuple(row) for row in amounts]


def test_what_was_removed_is_counted_by_day_and_stands_in_the_record_once(
    people: People, platform: Platform, session: Session
) -> None:
    start = datetime(2026, 12, 1, 12, tzinfo=clock.zone())
    for day in range(2):
        with time_machine.travel(start + timedelta(days=2 * day)):
            people.client().post("/sign-in", {"phone": phone(day)})
            Retention()(platform)
        with time_machine.travel(start + timedelta(days=2 * day + 1, minutes=1)):
            Retention()(platform)
            Retention()(platform)
    entries = select(AuditEntry).where(AuditEntry.action == "retention.removed").order_by(AuditEntry.subject)
    with time_machine.travel(start + timedelta(days=10)):
        Retention()(platform)
        Retention()(platform)
    found = [(entry.subject, entry.actor_name, dict(entry.detail)) for entry in session.scalars(entries)]
    assert [(subject, actor) for subject, actor, _ in found][:2] == [
        ("2026-12-02", "系统"),
        ("2026-12-04", "系统"),
    ]
    assert found[0][2] == {"sign-in-codes": 1, "numbers-never-used": 1}
    assert len({subject for subject, *_ in found}) == len(found)


def test_a_doubtful_letter_forgets_its_reader_after_a_month(letters: Letters, session: Session) -> None:
    broken = letters.through(CountingGateway(failures=[RuntimeError("the line broke")]))
    letters.notify(letters.reader())
    broken.work()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        Retention()(letters.platform)
    assert session.execute(select(Letter.state, Letter.resident_id)).all() == [(LetterState.DROPPED, None)]


def test_the_outbox_of_development_is_emptied_after_a_day(letters: Letters, platform: Platform) -> None:
    letters.notify(letters.reader())
    letters.work()
    inbox = platform.settings.data_dir / "inbox"
    inbox.mkdir()
    (inbox / "a.refused").write_text("{}")
    os.utime(inbox / "a.refused", (0, 0))
    (platform.settings.outbox_dir / "broken.json").write_text("{")
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        Retention()(platform)
        assert len(letters.sent()) == 1
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)):
        Retention()(platform)
    assert list(platform.settings.outbox_dir.iterdir()) == list(inbox.iterdir()) == []


def test_secrets_of_a_box_go_in_two_steps(district: District, platform: Platform, session: Session) -> None:
    start = clock.now()
    with time_machine.travel(start + timedelta(days=8 + 31)):
        Retention()(platform)
    assert session.scalars(select(func.count()).select_from(BallotSignal)).one() == 0
    grading = session.scalars(select(Grading).where(Grading.forgotten_at.is_not(None))).one()
    assert grading.key_forgotten_at is None
    with time_machine.travel(start + timedelta(days=8 + 91)):
        Retention()(platform)
    session.rollback()
    assert session.get_one(Grading, grading.id).key_forgotten_at is not None


def test_the_desk_page_shows_the_rules_and_what_was_removed(people: People, platform: Platform) -> None:
    people.client().post("/sign-in", {"phone": phone(1)})
    with time_machine.travel(clock.now() + timedelta(days=2)):
        Retention()(platform)
        for role in (Role.AUDITOR, Role.ADMINISTRATOR):
            page = people.at_desk(role).browser.get("/desk/retention").text
            for rule in RULES:
                assert rule.what in page
            assert "24 小时" in page
            assert "730 天" in page
            assert phone(1) not in page
