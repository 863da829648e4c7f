"""Many things at the same moment: one letter waits for a reader, and nothing that is followed is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform
from evalapp.notifications.models import Following, Letter, LetterState, Notice
from evalapp.notifications.queries import topics
from evalapp.notifications.services import letters as letter_services
from tests.support.letters import CountingGateway, Letters


def count(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(kind)).one()


def test_twelve_notices_at_once_are_in_one_letter(letters: Letters, session: Session) -> None:
    reader = letters.reader()
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: letters.notify(reader, key=f"k{number}"), range(12)))
    assert count(session, Notice) == 12
    assert session.scalars(select(Letter.state)).all() == [LetterState.WAITING]


def test_one_notice_asked_for_by_twelve_at_once_is_one(letters: Letters, session: Session) -> None:
    reader = letters.reader()
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: letters.notify(reader, key="same"), range(12)))
    assert count(session, Notice) == 1


def test_notices_that_come_while_letters_go_are_all_told(letters: Letters, session: Session) -> None:
    gateway = CountingGateway(deduplicates=True)
    sending, reader = letters.through(gateway), letters.reader()

    def act(number: int) -> None:
        if number % 4 == 3:
            sending.work()
        else:
            letters.notify(reader, key=f"k{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(32)))
    sending.work()
    assert count(session, Notice) == 24
    told = [int(one.text.split("您有 ")[1].split(" ")[0]) for one in gateway.handed]
    assert sum(told) == 24
    assert set(session.scalars(select(Letter.state))) == {LetterState.SENT}


def test_a_letter_that_is_not_held_while_a_notice_is_put_in_loses_it(
    letters: Letters, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a notice is put into a letter that went meanwhile."""
    reader, gateway = letters.reader(), CountingGateway(deduplicates=True)
    letters.notify(reader, key="first")
    letter_id = session.scalars(select(Letter.id)).one()
    session.rollback()
    letters.through(gateway).work()
    monkeypatch.setattr(letter_services, "_waiting", lambda *_, **__: {reader.id: letter_id})
    letters.notify(reader, key="second")
    letters.through(gateway).work()
    assert count(session, Notice) == 2
    assert sum(int(one.text.split("您有 ")[1].split(" ")[0]) for one in gateway.handed) == 1


def test_following_many_things_at_once_keeps_them_all(
    letters: Letters, platform: Platform, session: Session
) -> None:
    reader, listed = letters.reader(), [letters.topic() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda topic_id: letters.follow(topic_id, reader), listed))
    assert count(session, Following) == 8
    known_since = letters.resident(reader).known_since
    own = topics.own_list(session, resident_id=reader.id, key=letters.key, known_since=known_since)
    assert {one.topic.id for one in own.followed} == set(listed)


def test_pressing_follow_twice_at_once_is_following_once(letters: Letters, session: Session) -> None:
    reader, topic_id = letters.reader(), letters.topic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: letters.follow(topic_id, reader), range(8)))
    assert count(session, Following) == 1


def test_the_same_news_told_by_twelve_at_once_is_one_piece(letters: Letters, session: Session) -> None:
    topic_id = letters.topic()
    letters.follow(topic_id, letters.reader())
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: letters.news(topic_id, key="same"), range(12)))
    letters.work()
    assert len(letters.sent()) == 1
