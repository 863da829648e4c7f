"""An extension is told to all who want to know, on pages and by message, and nobody learns from it who graded."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts.models import Consent, Purpose, Resident, Role
from evalapp.accounts.services import residents
from evalapp.ballots.services import announcing
from evalapp.ballots.services.casting import Voter
from evalapp.core import clock
from evalapp.core.jobs import Job, Worker
from evalapp.core.platform import Platform
from evalapp.notifications import services as notifications
from evalapp.notifications.models import Letter, Notice
from evalapp.notifications.services import everybody
from evalapp.programme.models import Episode
from tests.support.accounts import People, SignedInResident, phone
from tests.support.ballots import Polling
from tests.support.letters import work
from tests.support.statements import statements
from tests.support.strict_client import StrictClient
from tests.support.watchable import make_watchable

REASON = "停电两小时"


def agree(platform: Platform, *people: SignedInResident) -> None:
    with platform.transaction() as session:
        for person in people:
            residents.give_consent(session, person.resident.id, Purpose.EXTENSION_NOTICES)


def extend(polling: Polling, episode: Episode, *, reason: str = REASON, days: int = 9) -> None:
    """Two people extend."""
    first, second = polling.officer("主任"), polling.officer("副主任")
    closes_at = polling.grading(episode).closes_at + timedelta(days=days)
    with polling.platform.transaction() as session:
        act = announcing.propose_extension(
            session, polling.grading(episode), closes_at=closes_at, reason=reason, actor=first
        )
    with polling.platform.transaction() as session:
        announcing.confirm_extension(session, act.id, actor=second)


def told(platform: Platform) -> list[tuple[str, str, str]]:
    """Who got which notice, after the worker has run; the outbox is emptied."""
    work(platform)
    found = []
    for path in platform.settings.outbox_dir.glob("*.json"):
        message = json.loads(path.read_text())
        if message["kind"] == "notice":
            found.append((message["to"], message["kind"], message["text"]))
        path.unlink()
    return sorted(found)


@pytest.fixture
def episode(polling: Polling, platform: Platform) -> Episode:
    made = polling.announce()
    make_watchable(platform, made)
    return made


def test_whoever_asked_is_told_and_the_receivers_say_nothing_of_who_graded(
    polling: Polling, people: People, platform: Platform, session: Session
) -> None:
    wanting = [people.resident(number) for number in (1, 2, 3)]
    others = [people.resident(number) for number in (4, 5)]
    agree(platform, *wanting)
    sent = []
    for voters in (wanting[:1], [wanting[2], *others], []):
        graded = polling.announce()
        for voter in voters:
            polling.cast(graded, Voter(resident_id=voter.resident.id))
        extend(polling, graded)
        sent.append(told(platform))
    assert [to for to, *_ in sent[0]] == [phone(1), phone(2), phone(3)]
    assert sent[0] == sent[1] == sent[2]
    session.rollback()
    kept = session.execute(
        select(Notice.purpose, Letter.resident_id, func.count())
        .join(Letter, Letter.id == Notice.letter_id)
        .group_by(Notice.purpose, Letter.resident_id)
    )
    assert kept.all() == [(Purpose.EXTENSION_NOTICES, None, 9)], "whom they were for is forgotten"


def test_telling_those_who_graded_would_be_noticed(
    polling: Polling, people: People, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted defect: only those are told whose ballot stands."""
    wanting = [people.resident(number) for number in (1, 2)]
    agree(platform, *wanting)
    whole, sent = everybody.accounts.who_agrees, []
    for voter in wanting:
        graded = polling.announce()
        polling.cast(graded, Voter(resident_id=voter.resident.id))
        mine = {voter.resident.id}
        monkeypatch.setattr(
            everybody.accounts,
            "who_agrees",
            lambda *a, m=mine, **k: [r for r in whole(*a, **k) if r in m],
        )
        extend(polling, graded)
        sent.append(told(platform))
    assert sent[0] != sent[1]


def test_confirming_asks_nothing_about_ballots(polling: Polling, people: People, platform: Platform) -> None:
    graded, voter = polling.announce(), people.resident(1)
    agree(platform, voter)
    polling.cast(graded, Voter(resident_id=voter.resident.id))
    with statements(platform) as sent:
        extend(polling, graded)
        told(platform)
    assert not [one for one in sent if re.search(r"\bballots\b|voter_key", one)]


def test_the_page_the_feed_and_the_interface_say_it(
    polling: Polling, browser: StrictClient, episode: Episode
) -> None:
    path = f"/episodes/{episode.number}"
    assert "延长" not in browser.get(path).get_data(as_text=True)
    extend(polling, episode)
    page = browser.get(path).get_data(as_text=True)
    assert "评议截止时间延长到" in page
    assert REASON in page
    feed = browser.get("/feed.xml").get_data(as_text=True)
    assert f"评议延长：第 {episode.number} 期" in feed
    assert REASON in feed
    assert browser.get(f"/api/v1/episodes/{episode.number}").get_json()["extension_reason"] == REASON


def test_every_residents_page_says_it_and_ones_own_ballot_too(
    polling: Polling, people: People, episode: Episode
) -> None:
    graded, idle = people.resident(1), people.resident(2)
    polling.cast(episode, Voter(resident_id=graded.resident.id))
    extend(polling, episode)
    for person in (graded, idle):
        page = person.browser.get("/me").get_data(as_text=True)
        assert f"第 {episode.number} 期的评议延长到" in page
        assert REASON in page
    assert "已延长" in graded.browser.get("/me").get_data(as_text=True)
    assert "已延长" not in idle.browser.get("/me").get_data(as_text=True)


def test_a_void_episode_says_nothing_of_more_time(
    polling: Polling, people: People, platform: Platform, episode: Episode
) -> None:
    resident = people.resident(1)
    extend(polling, episode)
    with platform.transaction() as session:
        session.execute(
            update(Episode).where(Episode.id == episode.id).values(voided_at=clock.now(), void_reason="x")
        )
    assert "延长到" not in resident.browser.get("/me").get_data(as_text=True)
    assert "延长" not in resident.browser.get(f"/episodes/{episode.number}").get_data(as_text=True)


def test_the_wish_is_turned_on_and_off_on_ones_page_apart_from_replies(
    people: People, platform: Platform, session: Session
) -> None:
    resident = people.resident(1)
    page = resident.browser.get("/me").get_data(as_text=True)
    assert "没有谁评过哪一期的名单" in page
    resident.browser.post("/me/extension-notices/on", page="/me")
    assert standing(session) == {Purpose.SIGN_IN, Purpose.EXTENSION_NOTICES}
    resident.browser.post("/me/notices/on", page="/me")
    resident.browser.post("/me/extension-notices/off", page="/me")
    assert standing(session) == {Purpose.SIGN_IN, Purpose.REPLY_NOTICES}


def standing(session: Session) -> set[Purpose]:
    session.rollback()
    return set(session.scalars(select(Consent.purpose).where(Consent.withdrawn_at.is_(None))))


@pytest.mark.parametrize("change", ["off", "erased"])
def test_nobody_is_told_who_took_it_back_meanwhile(
    polling: Polling, people: People, platform: Platform, session: Session, change: str
) -> None:
    resident = people.resident(1)
    agree(platform, resident)
    extend(polling, polling.announce())
    Worker(platform, rounds=()).drain()
    told(platform)
    extend(polling, polling.announce())
    with platform.transaction() as writing:
        batch = writing.scalars(
            select(Job.key).where(Job.key.like("extension:%:0")).order_by(Job.created_at.desc())
        ).first()
        notifications.tell_batch(
            writing, purpose=Purpose.EXTENSION_NOTICES, key=batch.removesuffix(":0"), batch=0, after=None
        )
    with platform.transaction() as writing:
        if change == "off":
            residents.withdraw_consent(writing, resident.resident.id, Purpose.EXTENSION_NOTICES)
        else:
            residents.erase(writing, resident.resident.id)
    assert told(platform) == []


def test_replies_are_still_told_to_whoever_wants_no_extensions(
    people: People, platform: Platform, session: Session
) -> None:
    resident = people.resident(1)
    with platform.transaction() as writing:
        residents.give_consent(writing, resident.resident.id, Purpose.REPLY_NOTICES)
        notifications.notify(writing, resident_id=resident.resident.id)
        residents.give_consent(writing, resident.resident.id, Purpose.EXTENSION_NOTICES)
        residents.withdraw_consent(writing, resident.resident.id, Purpose.EXTENSION_NOTICES)
    assert [to for to, *_ in told(platform)] == [phone(1)]


def test_many_are_told_in_batches_once_however_often_a_batch_runs(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everybody, "BATCH", 3)
    with platform.transaction() as writing:
        for number in range(8):
            person = Resident(
                id=uuid.uuid4(), person_id=f"{number:064x}", created_at=clock.now(), last_used_at=clock.now()
            )
            writing.add(person)
            writing.flush()
            residents.give_consent(writing, person.id, Purpose.EXTENSION_NOTICES)
        notifications.tell_all(writing, purpose=Purpose.EXTENSION_NOTICES, key="extension:x")
        notifications.tell_all(writing, purpose=Purpose.EXTENSION_NOTICES, key="extension:x")
    for _ in range(2):  # the worker was killed after the first batch was written and runs it again
        with platform.transaction() as writing:
            notifications.tell_batch(
                writing, purpose=Purpose.EXTENSION_NOTICES, key="extension:x", batch=0, after=None
            )
    Worker(platform, rounds=()).drain()
    session.rollback()
    assert session.scalars(select(func.count()).select_from(Notice)).one() == 8


def test_forgetting_which_batch_is_done_would_be_noticed(platform: Platform, session: Session) -> None:
    """Planted defect: nothing says that the following batch was asked for."""
    with platform.transaction() as writing:
        person = Resident(
            id=uuid.uuid4(), person_id="a" * 64, created_at=clock.now(), last_used_at=clock.now()
        )
        writing.add(person)
        writing.flush()
        residents.give_consent(writing, person.id, Purpose.EXTENSION_NOTICES)
    for _ in range(2):
        with platform.transaction() as writing:
            notifications.tell_batch(
                writing, purpose=Purpose.EXTENSION_NOTICES, key="extension:x", batch=0, after=None
            )
            writing.execute(delete(Job).where(Job.key == "extension:x:1"))
    assert session.scalars(select(func.count()).select_from(Notice)).one() == 2


def test_the_desk_says_how_an_extension_is_told(polling: Polling, people: People, episode: Episode) -> None:
    office = people.at_desk(Role.OFFICE)
    page = office.browser.get(f"/desk/office/boxes/{episode.number}").get_data(as_text=True)
    assert "谁评过没有名单" in page
