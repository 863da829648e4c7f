"""Applicants are told when their case moves: once, of what is recent, until they want no more; the intake does not wait."""

import dataclasses
import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from evalapp.approvals import jobs as approvals_jobs
from evalapp.approvals.models import Case, CaseMessage, CaseNews, CaseQuiet, MessageState
from evalapp.approvals.services import applicants, telling, tracing
from evalapp.core import clock
from evalapp.core.jobs.queue import MOST_ATTEMPTS
from evalapp.core.jobs.worker import Worker
from evalapp.core.keys import Keys
from evalapp.core.settings import Settings
from tests.support.accounts import phone
from tests.support.cases import Cases, moment
from tests.support.strict_client import StrictClient

NOON = moment("2026-03-03 12:00")  # nobody sleeps


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def submitted(cases: Cases, name: str = "A-1", *, number: str = "", **more) -> None:
    applicant = {"applicant": {"name": "测试人甲", "phone": number}} if number else {}
    cases.take([cases.event("submitted", name, clock.now() - timedelta(minutes=3), **applicant)], **more)


def go_round(cases: Cases) -> None:
    """What a worker does: its round, then the work that is due."""
    approvals_jobs.tell(cases.platform)
    Worker(cases.platform).drain()


def sent(cases: Cases) -> list[dict]:
    letters = [
        json.loads(path.read_text()) for path in sorted(cases.platform.settings.outbox_dir.glob("*.json"))
    ]
    return [letter for letter in letters if letter["kind"] == "case"]


def test_an_applicant_is_told_reference_and_code_and_nothing_of_the_matter(cases, at_noon, session) -> None:
    submitted(cases, number=phone(5))
    go_round(cases)
    go_round(cases)
    case = session.scalars(select(Case)).one()
    [letter] = sent(cases)
    assert letter["to"] == phone(5)
    assert case.reference in letter["text"]
    assert tracing.code_of(cases.platform.keys, case.reference) in letter["text"]
    assert cases.item.name not in letter["text"]
    assert session.scalar(select(func.count()).select_from(CaseNews)) == 0


def test_a_movement_is_told_once_and_several_that_wait_are_one_message(cases, at_noon) -> None:
    submitted(cases, number=phone(5))
    at = clock.now() - timedelta(minutes=1)
    cases.take([cases.event("papers_asked", "A-1", at, reason="身份证"), cases.event("supplied", "A-1", at)])
    cases.take([cases.event("accepted", "A-1", clock.now())])
    go_round(cases)
    [letter] = sent(cases)
    assert "办理中" in letter["text"]


def test_many_that_moved_are_told_in_one_round(cases, at_noon) -> None:
    for number in range(3):
        submitted(cases, f"A-{number}", number=phone(5 + number))
    go_round(cases)
    assert sorted(letter["to"] for letter in sent(cases)) == sorted(phone(5 + number) for number in range(3))


def test_who_left_no_number_and_what_is_old_or_replayed_is_told_to_nobody(cases, at_noon, session) -> None:
    submitted(cases)
    old = clock.now() - timedelta(days=30)
    who = {"applicant": {"name": "测试人甲", "phone": phone(5)}}
    cases.take([cases.event("submitted", "A-2", old, **who)], at=clock.now())
    cases.take([cases.event("submitted", "A-3", old, **who)], at=old + timedelta(minutes=1))
    cases.take([cases.event("complained", "A-2", clock.now())])
    assert session.scalar(select(func.count()).select_from(CaseNews)) == 0
    submitted(cases, "A-4", number=phone(5))
    at_noon.shift(timedelta(days=4))
    go_round(cases)
    assert sent(cases) == [], "a worker that slept for days tells nothing stale"


def test_messages_stop_by_the_address_in_each_and_come_again(app, cases, at_noon, session) -> None:
    submitted(cases, number=phone(5))
    go_round(cases)
    address = sent(cases)[0]["text"].split("/cases/stop/")[1].split()[0]
    browser = StrictClient(app)
    assert "不要再发" in browser.get(f"/cases/stop/{address}").get_data(as_text=True)
    assert browser.post(f"/cases/stop/{address}").status_code == 303
    cases.take([cases.event("accepted", "A-1", clock.now())])
    go_round(cases)
    assert len(sent(cases)) == 1
    browser.post(f"/cases/stop/{address}")
    cases.take([cases.event("decided", "A-1", clock.now())])
    go_round(cases)
    assert len(sent(cases)) == 2
    assert browser.get("/cases/stop/00.00").status_code == 404


def test_a_message_goes_at_most_once_where_the_gateway_cannot_tell(
    cases, at_noon, monkeypatch, session
) -> None:
    submitted(cases, number=phone(5))
    approvals_jobs.tell(cases.platform)
    monkeypatch.setattr(type(cases.platform.sms), "deduplicates", False)
    with cases.platform.transaction() as own:  # a worker died after it had called the gateway
        telling.begin(own, cases.platform, own.scalars(select(CaseMessage.id)).one(), is_told_twice=True)
    Worker(cases.platform).drain()
    assert sent(cases) == []
    assert session.scalars(select(CaseMessage.state)).one() is MessageState.DROPPED


def test_an_outage_of_the_gateway_however_long_ends_in_one_message(
    cases, at_noon, monkeypatch, session
) -> None:
    with monkeypatch.context() as down:
        down.setattr(type(cases.platform.sms), "send", _refused)
        submitted(cases, number=phone(5))
        for _ in range(MOST_ATTEMPTS + 1):
            go_round(cases)
            at_noon.shift(timedelta(minutes=10))
        cases.take([cases.event("accepted", "A-1", clock.now())])
        go_round(cases)
    at_noon.shift(timedelta(minutes=10))
    go_round(cases)
    [letter] = sent(cases)
    assert "办理中" in letter["text"]
    assert session.scalars(select(CaseMessage.state)).all() == [MessageState.SENT]


def test_one_that_was_not_taken_says_nothing_more_when_another_waits(cases, at_noon, session) -> None:
    submitted(cases, number=phone(5))
    approvals_jobs.tell(cases.platform)
    first = session.scalars(select(CaseMessage.id)).one()
    with cases.platform.transaction() as own:
        telling.begin(own, cases.platform, first, is_told_twice=True)
    cases.take([cases.event("accepted", "A-1", clock.now())])
    approvals_jobs.tell(cases.platform)
    with cases.platform.transaction() as own:
        assert not telling.was_not_taken(own, first)
    Worker(cases.platform).drain()
    [letter] = sent(cases)
    assert "办理中" in letter["text"]


def test_a_vault_that_does_not_open_drops_no_message(cases, at_noon, monkeypatch, tmp_path, session) -> None:
    monkeypatch.setattr(type(cases.platform.sms), "deduplicates", False)
    submitted(cases, number=phone(5))
    approvals_jobs.tell(cases.platform)
    Worker(dataclasses.replace(cases.platform, keys=Keys(tmp_path / "others"))).drain()
    assert session.scalars(select(CaseMessage.state)).one() is MessageState.WAITING
    at_noon.shift(timedelta(minutes=1))
    Worker(cases.platform).drain()
    assert len(sent(cases)) == 1


def test_a_wish_for_no_messages_goes_with_the_last_case_of_its_number(cases, at_noon, session) -> None:
    for number in (5, 6):
        submitted(cases, f"A-{number}", number=phone(number))
    persons = dict(session.execute(select(Case.number, Case.person_id)).all())
    with cases.platform.transaction() as own:
        for person in persons.values():
            telling.stop(own, person)
    at_noon.shift(timedelta(days=800))
    submitted(cases, "B-6", number=phone(6))
    with cases.platform.transaction() as own:
        applicants.forget_old(own, clock.now() - timedelta(days=730))
    session.rollback()
    assert session.scalars(select(CaseQuiet.person_id)).all() == [persons["A-6"]]


def _refused(*_all: object) -> None:
    raise ConnectionRefusedError


def test_nobody_is_woken_at_night(cases) -> None:
    settings = Settings(**(cases.platform.settings.model_dump() | {"quiet_hours": "21:00-08:00"}))
    cases.platform = dataclasses.replace(cases.platform, settings=settings)
    with time_machine.travel(moment("2026-03-03 23:00"), tick=False) as traveller:
        submitted(cases, number=phone(5))
        go_round(cases)
        assert sent(cases) == []
        traveller.shift(timedelta(hours=9, minutes=1))
        Worker(cases.platform).drain()
        assert len(sent(cases)) == 1
