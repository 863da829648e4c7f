"""Reading topics: what a resident follows, whether they follow one, who follows one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.notifications.models import Following, Reader, Topic, TopicNews
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.notifications.rules.timing import Rhythm

PIECE = 500  # followers that are told in one transaction


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One thing that a resident follows, and the newest that happened to it."""

    topic: Topic
    since: datetime
    news: TopicNews | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether neither title nor address may be shown."""
        return self.topic.withdrawn_at is not None


@dataclass(frozen=True, kw_only=True)
class OwnList:
    """How a resident wants letters, and what they follow, what has news first."""

    rhythm: Rhythm
    followed: Sequence[Followed]


def topic(session: Session, topic_id: uuid.UUID) -> Topic:
    """Return a topic; raises `NotFound`."""
    found = session.scalar(select(Topic).where(Topic.id == topic_id))
    if found is None:
        raise NotFound(N_("没有找到你要的内容。"))
    return found


def is_followed(
    session: Session, topic_id: uuid.UUID | None, *, resident_id: uuid.UUID, key: FollowingKey
) -> bool:
    """Whether a resident follows a topic."""
    if topic_id is None:
        return False
    found = select(Following.id).where(
        Following.topic_id == topic_id, Following.mark == key.mark(topic_id, resident_id)
    )
    return session.scalar(found) is not None


def own_list(
    session: Session, *, resident_id: uuid.UUID, key: FollowingKey, known_since: datetime
) -> OwnList:
    """What a resident follows, for that resident alone, in two statements."""
    reader = session.scalar(select(Reader).where(Reader.resident_id == resident_id))
    if reader is None:
        return OwnList(rhythm=Rhythm.AT_ONCE, followed=())
    listed = key.open_list(reader.sealed_topics, resident_id=resident_id)
    since = {topic_id: moment for topic_id, moment in listed.items() if moment >= known_since}
    told = aliased(TopicNews)
    newest = (
        select(told.id)
        .where(told.topic_id == Topic.id)
        .order_by(told.at.desc(), told.id)
        .limit(1)
        .correlate(Topic)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Topic, TopicNews)
        .outerjoin(TopicNews, TopicNews.id == newest)
        .where(Topic.id.in_(since))
        .order_by(func.coalesce(TopicNews.at, Topic.created_at).desc(), Topic.id)
        .limit(len(since))
    )
    return OwnList(
        rhythm=reader.rhythm,
        followed=[Followed(topic=topic, since=since[topic.id], news=news) for topic, news in rows],
    )


def followers(
    session: Session, topic_id: uuid.UUID, *, after: uuid.UUID | None
) -> Sequence[tuple[uuid.UUID, bytes]]:
    """A piece of those who follow a topic, sealed, in the order of their rows' keys."""
    rows = select(Following.id, Following.sealed).where(Following.topic_id == topic_id)
    if after is not None:
        rows = rows.where(Following.id > after)
    return [(key, sealed) for key, sealed in session.execute(rows.order_by(Following.id).limit(PIECE))]


def news(session: Session, news_id: uuid.UUID) -> TopicNews | None:
    """A piece of news; None when it was removed meanwhile."""
    return session.scalar(select(TopicNews).where(TopicNews.id == news_id))
