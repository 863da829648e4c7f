"""Letters go when their readers are awake, in their language, once; what nobody knows is decided on the desk."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts.models import Resident, Role
from evalapp.audit.models import AuditEntry
from evalapp.core import clock
from evalapp.core.jobs import Job, JobState
from evalapp.core.jobs.queue import MOST_ATTEMPTS
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.notifications import jobs, services
from evalapp.notifications.models import Letter, LetterState, Notice, Rhythm
from evalapp.notifications.queries import letters as queries
from evalapp.notifications.services import letters as letter_services
from tests.support.accounts import People
from tests.support.letters import CountingGateway, Letters, Reading, work


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in December as the district's clocks show it."""
    return datetime(2026, 12, day, hour, minute, tzinfo=clock.zone())


def with_nights(letters: Letters) -> Letters:
    settings = Settings(**(letters.platform.settings.model_dump() | {"quiet_hours": "21:00-08:00"}))
    return Letters(replace(letters.platform, settings=settings))


def daily(letters: Letters, reader: Reading) -> None:
    with letters.platform.transaction() as session:
        services.set_rhythm(session, resident_id=reader.id, rhythm=Rhythm.DAILY)


def test_what_happens_at_night_is_told_in_the_morning_in_one_letter(letters: Letters) -> None:
    nights, reader = with_nights(letters), letters.reader()
    for moment in (at(5, 21), at(5, 23, 30), at(6, 7, 59)):
        with time_machine.travel(moment):
            letters.notify(reader)
            nights.work()
            assert letters.sent() == []
    with time_machine.travel(at(6, 8)):
        nights.work()
    assert ["3 条新消息" in one["text"] for one in letters.sent()] == [True]


def test_letters_without_quiet_hours_would_ring_at_night(letters: Letters) -> None:
    """The planted defect: nobody looks at the clock."""
    with time_machine.travel(at(5, 23)):
        letters.notify(letters.reader())
        letters.work()
    assert len(letters.sent()) == 1


def test_a_letter_that_was_refused_is_not_tried_again_at_night(letters: Letters) -> None:
    gateway = CountingGateway(failures=[OSError("busy")])
    nights = with_nights(letters).through(gateway)
    with time_machine.travel(at(5, 20, 59)):
        letters.notify(letters.reader())
        nights.work()
    assert len(gateway.handed) == 1
    for moment in (at(5, 21, 5), at(6, 3), at(6, 7, 59)):
        with time_machine.travel(moment):
            nights.work()
    assert len(gateway.handed) == 1
    with time_machine.travel(at(6, 8, 1)):
        nights.work()
    assert len(gateway.handed) == 2
    assert letters.states() == [LetterState.SENT]


def test_whoever_wants_one_letter_a_day_gets_one_at_its_hour(letters: Letters) -> None:
    reader = letters.reader()
    daily(letters, reader)
    for moment in (at(5, 9, 30), at(5, 15), at(5, 22), at(6, 8, 59)):
        with time_machine.travel(moment):
            letters.notify(reader)
            letters.work()
            assert letters.sent() == []
    with time_machine.travel(at(6, 9)):
        letters.work()
    with time_machine.travel(at(7, 9)):
        letters.work()
    assert ["4 条新消息" in one["text"] for one in letters.sent()] == [True]


@pytest.mark.parametrize(("lang", "words"), [("zh", "您有 1 条新消息"), ("en", "You have new messages: 1")])
def test_a_letter_speaks_the_language_in_which_its_reader_signed_in(
    people: People, letters: Letters, lang: str, words: str
) -> None:
    browser = people.client()
    browser.client.set_cookie("lang", lang)
    resident = people.resident(browser=browser)
    assert browser.post("/me/notices/on", page="/me").status_code == 303
    with letters.platform.transaction() as session:
        services.notify(session, resident_id=resident.resident.id)
    letters.work()
    [sent] = [one for one in letters.sent() if one["kind"] == "notice"]
    assert words in sent["text"]


def test_a_gateway_that_cannot_tell_the_same_letter_twice_gets_it_once(letters: Letters) -> None:
    gateway = CountingGateway(failures=[RuntimeError("the line broke")])
    broken = letters.through(gateway)
    letters.notify(letters.reader())
    for hour in range(4):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            broken.work()
    assert len(gateway.handed) == 1
    assert letters.states() == [LetterState.DOUBTFUL]


def test_a_gateway_that_can_tell_gets_the_same_letter_again(letters: Letters) -> None:
    gateway = CountingGateway(deduplicates=True, failures=[RuntimeError("the line broke")])
    broken = letters.through(gateway)
    letters.notify(letters.reader())
    broken.work()
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        letters.notify(letters.reader())
        broken.work()
    first, again, other = gateway.handed
    assert (first.id, first.text) == (again.id, again.text) or (first.id, first.text) == (
        other.id,
        other.text,
    )
    assert len({one.id for one in gateway.handed}) == 2
    assert letters.states() == [LetterState.SENT] * 2


def test_a_letter_on_its_way_takes_nothing_more_in(letters: Letters, session: Session) -> None:
    gateway = CountingGateway(failures=[OSError("busy")])
    reader = letters.reader()
    letters.notify(reader, key="a")
    letters.through(gateway).work()
    letters.notify(reader, key="b")
    assert letters.states() == [LetterState.READY, LetterState.WAITING]
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        letters.through(gateway).work()
    assert len(gateway.handed) == 3
    assert session.scalars(select(func.count()).select_from(Notice)).one() == 2


@pytest.mark.parametrize("gateway", [CountingGateway(), CountingGateway(deduplicates=True)])
def test_a_worker_that_died_while_it_sent(letters: Letters, gateway: CountingGateway) -> None:
    """It wrote that it was sending, and nothing after: whether the gateway took the letter nobody knows."""
    gateway.handed.clear()
    letters.notify(letters.reader())
    with letters.platform.transaction() as session:
        session.execute(update(Letter).values(state=LetterState.SENDING, channel="sms"))
        letter_id = session.scalars(select(Letter.id)).one()
        letter_services.jobs.enqueue(session, letter_services.DELIVER, {"letter_id": str(letter_id)})
    letters.through(gateway).work()
    if gateway.deduplicates:
        assert (len(gateway.handed), letters.states()) == (1, [LetterState.SENT])
    else:
        assert (len(gateway.handed), letters.states()) == (0, [LetterState.DOUBTFUL])


def test_sending_without_writing_it_down_first_would_send_twice(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the state is written after the call only."""
    gateway = CountingGateway(failures=[RuntimeError("the line broke")])
    monkeypatch.setattr(letter_services, "begin", lambda *_: None)
    monkeypatch.setattr(letter_services, "is_doubtful", lambda *_: None)
    letters.notify(letters.reader())
    letters.through(gateway).work()
    with letters.platform.transaction() as session:
        session.execute(update(Job).values(state=JobState.WAITING))
    letters.through(gateway).work()
    assert len(gateway.handed) == 2


def doubtful(letters: Letters) -> tuple[CountingGateway, str]:
    gateway = CountingGateway(failures=[RuntimeError("the line broke")])
    letters.notify(letters.reader())
    letters.through(gateway).work()
    with letters.platform.session() as session:
        [found] = queries.doubtful(session)
    return gateway, str(found.letter_id)


def test_the_desk_sends_a_doubtful_letter_again(letters: Letters, people: People, session: Session) -> None:
    _, letter_id = doubtful(letters)
    office = people.at_desk(Role.OFFICE)
    page = office.browser.get("/desk/office/notices").text
    assert letter_id[:8] in page
    assert "1 条通知没有送到" in office.browser.get("/desk/office/comments").text
    again = f"/desk/office/letters/{letter_id}/again"
    assert office.browser.post(again, page="/desk/office/notices").status_code == 303
    letters.work()
    assert [one["id"] for one in letters.sent() if one["kind"] == "notice"] == [letter_id]
    assert office.browser.post(again, page="/desk/office/notices").status_code == 409
    assert "通知都送到了" in office.browser.get("/desk/office/notices").text
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "letter.sent_again")).all()
    assert [entry.subject for entry in entries] == [letter_id[:8]]


def test_the_desk_takes_a_doubtful_letter_as_sent(letters: Letters, people: People, session: Session) -> None:
    _, letter_id = doubtful(letters)
    office = people.at_desk(Role.OFFICE)
    sent = f"/desk/office/letters/{letter_id}/sent"
    assert office.browser.post(sent, page="/desk/office/notices").status_code == 303
    letters.work()
    assert letters.states() == [LetterState.SENT]
    assert [one for one in letters.sent() if one["kind"] == "notice"] == []
    assert session.scalars(select(Letter.resident_id)).all() == [None]
    assert office.browser.post(sent, page="/desk/office/notices").status_code == 409


def test_a_gateway_that_refuses_is_given_up_and_listed_without_saying_whose(
    letters: Letters, people: People
) -> None:
    gateway, reader = CountingGateway(failures=[OSError("no line")] * 9), letters.reader()
    letters.notify(reader)
    for hour in range(MOST_ATTEMPTS):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            work(replace(letters.platform, sms=gateway), once=True)
    assert len({one.id for one in gateway.handed}) == 1
    page = people.at_desk(Role.OFFICE).browser.get("/desk/office/notices").text
    assert "网关没有收下" in page
    assert reader.phone not in page


def test_two_workers_hand_one_letter_over_once(letters: Letters, session: Session) -> None:
    gateway = CountingGateway(deduplicates=True)
    letters.notify(letters.reader())
    for _ in range(2):
        jobs.gather(letters.platform)
    letters.through(gateway).work()
    assert len(gateway.handed) == 1
    kinds = session.scalars(select(Job.kind)).all()
    assert kinds.count(letter_services.DELIVER) == 1


def test_a_number_that_lay_idle_is_not_written_to(letters: Letters, platform: Platform) -> None:
    reader = letters.reader()
    letters.notify(reader)
    with platform.transaction() as session:
        session.execute(update(Resident).values(last_used_at=clock.now() - timedelta(days=181)))
    letters.work()
    assert (letters.sent(), letters.states()) == ([], [LetterState.DROPPED])
