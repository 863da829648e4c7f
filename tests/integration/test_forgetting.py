"""What the retention rules delete, and what a resident may ask for at once."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from evalapp.accounts import queries, vault
from evalapp.accounts.events import NoticesStopped, ResidentErased, ResidentStartedAnew
from evalapp.accounts.jobs import Watch
from evalapp.accounts.models import (
    CodeRequest,
    Consent,
    Enrolment,
    Purpose,
    Resident,
    SignedIn,
    StaffAttempt,
    VaultEntry,
)
from evalapp.accounts.services import residents
from evalapp.core import clock, events
from evalapp.core.platform import Platform
from evalapp.retention.jobs import Retention
from tests.support.accounts import Outbox, People, phone
from tests.support.strict_client import StrictClient


def rows(session: Session, kind: type[Any]) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(kind)).one()


def after(platform: Platform, **time: float) -> None:
    """Have the worker's round run once, that much later."""
    with time_machine.travel(clock.now() + timedelta(**time)):
        Retention()(platform)


def test_requests_and_numbers_that_never_signed_in_are_gone_after_a_day(
    people: People, platform: Platform, session: Session
) -> None:
    people.client().post("/sign-in", {"phone": phone(1)})
    known = people.resident(2)
    after(platform, hours=23)
    assert (rows(session, CodeRequest), rows(session, VaultEntry)) == (2, 2)
    after(platform, hours=24, minutes=1)
    assert (rows(session, CodeRequest), rows(session, VaultEntry)) == (0, 1)
    assert vault.number_of(session, platform.keys, known.person_id) == known.phone


def test_enrolments_are_gone_after_a_day_and_attempts_as_logs_after_half_a_year(
    people: People, platform: Platform, session: Session
) -> None:
    people.sign_in(people.staff(), password="wrong")
    after(platform, days=179)
    assert rows(session, StaffAttempt) == 1
    assert rows(session, Enrolment) == 0
    after(platform, days=180, minutes=1)
    assert rows(session, StaffAttempt) == 0


def test_sessions_are_gone_thirty_days_after_they_were_seen(
    people: People, platform: Platform, session: Session
) -> None:
    people.resident(1)
    after(platform, days=29)
    assert rows(session, SignedIn) == 1
    after(platform, days=30, minutes=1)
    assert rows(session, SignedIn) == 0


def test_a_number_unused_for_two_years_is_erased(
    people: People, platform: Platform, session: Session
) -> None:
    people.resident(1)
    after(platform, days=729)
    assert rows(session, VaultEntry) == 1
    after(platform, days=731)
    assert rows(session, VaultEntry) == 0
    assert session.scalars(select(Resident.erased_at)).one() is not None


def test_many_failed_codes_raise_an_alarm(platform: Platform) -> None:
    with platform.transaction() as own:
        for number in range(25):
            own.add(
                CodeRequest(
                    person_id=f"{number}",
                    browser_hash="b",
                    device_key="d",
                    network_key="n",
                    asked_at=clock.now(),
                    expires_at=clock.now(),
                    tries=5,
                )
            )
    with capture_logs() as logged:
        Watch()(platform)
    assert [(entry["log_level"], entry["failed"]) for entry in logged] == [("error", 125)]


def heard(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    told: list[events.Event] = []
    emit = events.emit

    def listen(session: Session, event: events.Event) -> None:
        told.append(event)
        emit(session, event)

    monkeypatch.setattr(events, "emit", listen)
    return told


def test_withdrawing_the_consent_to_sign_in_erases_at_once(
    people: People, platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = people.resident(1)
    told = heard(monkeypatch)
    with platform.transaction() as own:
        residents.withdraw_consent(own, someone.resident.id, Purpose.SIGN_IN)
    assert [type(event) for event in told] == [ResidentErased]
    assert someone.browser.get("/sign-in").status_code == 200, "signed out"
    assert rows(session, VaultEntry) == rows(session, SignedIn) == 0
    after(platform, hours=24, minutes=1)
    assert rows(session, CodeRequest) == 0, "what the limits count stays a day"
    assert session.scalars(select(Consent.withdrawn_at)).one() is not None


def test_withdrawing_notices_leaves_the_rest(
    people: People, platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = people.resident(1)
    with platform.transaction() as own:
        residents.give_consent(own, someone.resident.id, Purpose.REPLY_NOTICES)
        residents.give_consent(own, someone.resident.id, Purpose.REPLY_NOTICES)
    assert queries.agrees(session, someone.resident.id, Purpose.REPLY_NOTICES)
    told = heard(monkeypatch)
    with platform.transaction() as own:
        residents.withdraw_consent(own, someone.resident.id, Purpose.REPLY_NOTICES)
    session.rollback()
    assert [type(event) for event in told] == [NoticesStopped]
    assert not queries.agrees(session, someone.resident.id, Purpose.REPLY_NOTICES)
    assert someone.browser.get("/sign-in").status_code == 302, "still signed in"


def test_notices_are_agreed_to_in_the_form_and_not_beforehand(
    people: People, outbox: Outbox, session: Session
) -> None:
    people.resident(1)
    assert [row.purpose for row in session.scalars(select(Consent))] == [Purpose.SIGN_IN]
    browser = people.client()
    browser.post("/sign-in", {"phone": phone(2)})
    fields = {"code": outbox.code(phone(2)), "consent": "y", "notices": "y"}
    browser.post("/sign-in/code", fields)
    session.rollback()
    assert {row.purpose for row in session.scalars(select(Consent))} == {
        Purpose.SIGN_IN,
        Purpose.REPLY_NOTICES,
    }


def test_who_comes_back_after_half_a_year_is_told_of(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.resident(1)
    told = heard(monkeypatch)
    with time_machine.travel(clock.now() + timedelta(days=181)):
        people.resident(1)
    assert ResidentStartedAnew in {type(event) for event in told}


def test_a_copy_of_ones_own_data_holds_what_is_kept_and_nothing_of_before(
    people: People, platform: Platform, session: Session
) -> None:
    someone = people.resident(1)
    data = residents.own_data(session, platform, someone.resident.id)
    assert data["phone"] == phone(1)
    assert [one["purpose"] for one in data["consents"]] == ["sign_in"]
    assert len(data["sign_ins"]) == 1
    json.dumps(data)
    with time_machine.travel(clock.now() + timedelta(days=181)):
        people.resident(1)
        session.rollback()
        data = residents.own_data(session, platform, someone.resident.id)
    assert len(data["consents"]) == len(data["sign_ins"]) == 1


def test_being_here_is_noted_every_few_minutes_and_counts_as_use(
    people: People, platform: Platform, session: Session
) -> None:
    someone = people.resident(1)
    start = session.scalars(select(SignedIn.last_seen_at)).one()
    with time_machine.travel(start + timedelta(minutes=4)):
        someone.browser.get("/sign-in")
    session.rollback()
    assert session.scalars(select(SignedIn.last_seen_at)).one() == start
    with time_machine.travel(start + timedelta(minutes=6)):
        someone.browser.get("/sign-in")
    session.rollback()
    assert session.scalars(select(SignedIn.last_seen_at)).one() > start
    assert session.scalars(select(Resident.last_used_at)).one() > start


def test_a_session_ends_thirty_days_after_it_was_seen(people: People) -> None:
    someone = people.resident(1)
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1)):
        assert someone.browser.get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.1"},
        {"X-FORWARDED-FOR": "198.51.100.2, 198.51.100.3"},
        {"X-Real-IP": "198.51.100.4"},
        {"Forwarded": "for=198.51.100.5"},
        {"X-Client-IP": "198.51.100.6"},
        {"CF-Connecting-IP": "198.51.100.7"},
        {"True-Client-IP": "198.51.100.8"},
        {"X-Forwarded-Host": "198.51.100.9"},
    ],
)
def test_no_header_changes_the_network_that_limits_count(
    app: Flask, session: Session, headers: dict[str, str]
) -> None:
    for number in range(2):
        sent = {} if number == 0 else headers
        StrictClient(app).client.post("/api/v1/sign-in/code", json={"phone": phone(number)}, headers=sent)
    assert rows(session, CodeRequest) == 2
    assert len(set(session.scalars(select(CodeRequest.network_key)))) == 1
