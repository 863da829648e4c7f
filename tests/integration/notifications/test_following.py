"""Who follows a topic is told of its news: once, by a letter that says nothing; and the database does not say who."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts.services import residents
from evalapp.core import clock
from evalapp.core.errors import Conflict
from evalapp.core.platform import Platform
from evalapp.notifications import services
from evalapp.notifications.models import Following, Letter, Notice, Reader, TopicKind, TopicNews
from evalapp.notifications.queries import topics
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.notifications.services import topics as topic_services
from tests.integration.comments.test_notices import linked
from tests.support.letters import Letters


def count(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(kind)).one()


def test_news_reaches_a_follower_once_however_often_it_is_told(letters: Letters) -> None:
    topic_id, reader = letters.topic(), letters.reader()
    letters.follow(topic_id, reader)
    for _ in range(3):
        letters.news(topic_id, key="same")
        letters.work()
    [sent] = letters.sent()
    assert sent["to"] == reader.phone
    assert "1 条新消息" in sent["text"]


def test_what_happened_meanwhile_is_told_in_one_letter(letters: Letters) -> None:
    first, second, reader = letters.topic(), letters.topic(), letters.reader()
    letters.follow(first, reader)
    letters.follow(second, reader)
    for key in ("a", "b"):
        letters.news(first, key=key)
    letters.news(second, key="c")
    letters.run_jobs()
    letters.work()
    assert ["3 条新消息" in one["text"] for one in letters.sent()] == [True]


def test_a_fan_out_that_runs_twice_tells_nobody_twice(letters: Letters, session: Session) -> None:
    topic_id = letters.topic()
    for reader in letters.readers(3):
        letters.follow(topic_id, reader)
    letters.news(topic_id, key="once")
    letters.run_jobs()
    letters.fan_out_again()
    assert count(session, Notice) == 3


def test_a_fan_out_without_keys_would_tell_twice(
    letters: Letters, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a notice that does not know which news it is."""
    topic_id = letters.topic()
    letters.follow(topic_id, letters.reader())
    letters.news(topic_id, key="once")
    monkeypatch.setattr(FollowingKey, "notice_key", lambda *_: None)
    letters.run_jobs()
    letters.fan_out_again()
    assert count(session, Notice) == 2


def test_nobody_is_told_of_what_was_before_they_followed_or_after_they_stopped(letters: Letters) -> None:
    topic_id, reader = letters.topic(), letters.reader()
    letters.news(topic_id, key="before")
    letters.work()
    letters.follow(topic_id, reader)
    letters.unfollow(topic_id, reader)
    letters.news(topic_id, key="after")
    letters.work()
    assert letters.sent() == []


def test_following_without_consent_to_letters_shows_the_news_and_sends_nothing(
    letters: Letters, session: Session, platform: Platform
) -> None:
    topic_id, reader = letters.topic(), letters.reader(wants_notices=False)
    letters.follow(topic_id, reader)
    letters.news(topic_id, key="quiet")
    letters.work()
    assert letters.sent() == []
    own = topics.own_list(
        session,
        resident_id=reader.id,
        key=FollowingKey.of(platform.keys),
        known_since=clock.now() - timedelta(days=1),
    )
    assert [one.news.key for one in own.followed if one.news] == ["quiet"]


def test_a_copy_of_the_database_joins_no_follower_to_what_they_follow(
    letters: Letters, platform: Platform, session: Session
) -> None:
    first, second, reader = letters.topic(), letters.topic(), letters.reader()
    letters.follow(first, reader)
    letters.follow(second, reader)
    letters.news(first, key="n")
    letters.run_jobs()
    assert linked(platform) == {"letters", "readers"}  # that somebody follows something, never what
    marks = session.scalars(select(Following.mark)).all()
    assert len(set(marks)) == 2
    assert session.scalars(select(Letter.since)).one().minute == 0
    letters.work()
    assert linked(platform) == {"readers"}


def test_a_following_that_names_the_follower_is_noticed(letters: Letters, platform: Platform) -> None:
    """The planted defect: a mark that is the person."""
    topic_id, reader = letters.topic(), letters.reader()
    letters.follow(topic_id, reader)
    with platform.transaction() as session:
        session.scalars(select(Following)).one().mark = str(reader.id)
    assert "followings" in linked(platform)


@pytest.mark.parametrize("how", ["erased", "anew"])
def test_a_follower_who_is_gone_is_forgotten_and_one_who_comes_after_is_not(
    letters: Letters, platform: Platform, session: Session, how: str
) -> None:
    old, new, reader = letters.topic(), letters.topic(), letters.reader()
    letters.follow(old, reader)
    if how == "erased":
        with platform.transaction() as inside:
            residents.erase(inside, reader.id)
    letters.come_anew(reader, after=timedelta(days=200))
    with time_machine.travel(clock.now() + timedelta(days=200, minutes=1)):
        letters.follow(new, reader)
        letters.run_jobs()
        assert session.scalars(select(Following.topic_id)).all() == [new]
        letters.news(old, key="old")
        letters.work()
        assert letters.sent() == []


def test_an_erased_follower_leaves_nothing(letters: Letters, platform: Platform, session: Session) -> None:
    topic_id, reader = letters.topic(), letters.reader()
    letters.follow(topic_id, reader)
    with platform.transaction() as inside:
        residents.erase(inside, reader.id)
    letters.run_jobs()
    assert (count(session, Following), count(session, Reader)) == (0, 0)


def test_nobody_follows_more_than_the_limit(
    letters: Letters, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_services, "MOST_FOLLOWED", 2)
    reader = letters.reader()
    for _ in range(2):
        letters.follow(letters.topic(), reader)
    with pytest.raises(Conflict, match="最多关注"):
        letters.follow(letters.topic(), reader)


def test_news_of_what_nobody_followed_yet_is_no_news(platform: Platform, session: Session) -> None:
    with platform.transaction() as inside:
        services.notify_topic(inside, None, kind="x", reference="X", key="x")
    assert count(session, TopicNews) == 0


def test_many_followers_are_told_in_pieces(
    letters: Letters, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "PIECE", 3)
    topic_id = letters.topic(kind=TopicKind.MATTER)
    for reader in letters.readers(8):
        letters.follow(topic_id, reader)
    letters.news(topic_id, key="n")
    letters.work()
    assert len({one["to"] for one in letters.sent()}) == 8
