"""Topics: what can be followed, who follows, and what they have news of."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts.events import ResidentErased, ResidentStartedAnew
from evalapp.core import clock, jobs
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.notifications.models import Following, Reader, Topic, TopicKind, TopicNews
from evalapp.notifications.rules.sealing import Follower, FollowingKey
from evalapp.notifications.rules.timing import Rhythm

FAN_OUT = "notifications.fan_out"  # the job that tells the followers of a topic
FORGET_FOLLOWER = "notifications.forget_follower"
MOST_FOLLOWED = 200


def open_topic(session: Session, *, kind: TopicKind, reference: str, title: str, path: str) -> uuid.UUID:
    """Make something that can be followed; return its id, which what it is about keeps."""
    topic = Topic(
        id=uuid.uuid4(), kind=kind, reference=reference, title=title, path=path, created_at=clock.now()
    )
    session.add(topic)
    session.flush()
    return topic.id


def retitle(session: Session, topic_id: uuid.UUID, *, title: str) -> None:
    """Give a topic the title that its subject has now."""
    topic = session.get(Topic, topic_id)
    if topic is not None and topic.title != title:
        topic.title = title


def withdraw_topic(session: Session, topic_id: uuid.UUID) -> None:
    """Show nothing of a topic any more: what it is about is no longer public. What it had news of goes with it."""
    session.execute(
        update(Topic)
        .where(Topic.id == topic_id, Topic.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )
    session.execute(delete(TopicNews).where(TopicNews.topic_id == topic_id))


def notify_topic(
    session: Session,
    topic_id: uuid.UUID | None,
    *,
    kind: str,
    reference: str,
    key: str,
    at: datetime | None = None,
) -> None:
    """Tell the followers of a topic that something public happened, in the transaction in which it did.

    Idempotent by `key`; `at` is when it happened, now unless a round notices it later. None is a topic that nobody
    has followed yet.
    """
    if topic_id is None:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    news_id = uuid.uuid4()
    told = session.scalar(
        insert(TopicNews)
        .values(id=news_id, topic_id=topic_id, kind=kind, reference=reference, at=at or clock.now(), key=key)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(TopicNews.id)
    )
    if told is not None:
        jobs.enqueue(session, FAN_OUT, {"news_id": str(news_id)}, key=f"news:{news_id}")


def follow(session: Session, topic_id: uuid.UUID, *, resident_id: uuid.UUID, key: FollowingKey) -> None:
    """Have a resident follow a topic; following twice changes nothing. Raises `NotFound`, `Conflict`."""
    if session.scalar(select(Topic.id).where(Topic.id == topic_id, Topic.withdrawn_at.is_(None))) is None:
        raise NotFound(N_("没有找到你要的内容。"))
    reader, known_since = _reader(session, resident_id), accounts.known_since(session, resident_id)
    listed = key.open_list(reader.sealed_topics, resident_id=resident_id)
    own = {topic for topic, since in listed.items() if since >= known_since}  # not an earlier holder's
    if topic_id in own:
        return
    if len(own) >= MOST_FOLLOWED:
        raise Conflict(N_("最多关注 %(most)s 个，请先取消几个。"), most=MOST_FOLLOWED)
    now, following_id = clock.now(), uuid.uuid4()
    mark = key.mark(topic_id, resident_id)
    session.execute(delete(Following).where(Following.topic_id == topic_id, Following.mark == mark))
    follower = Follower(resident_id=resident_id, since=now)
    session.add(
        Following(
            id=following_id, topic_id=topic_id, mark=mark, sealed=key.seal(follower, bound_to=following_id)
        )
    )
    listed[topic_id] = now
    reader.sealed_topics = key.seal_list(listed, resident_id=resident_id)
    session.flush()


def unfollow(session: Session, topic_id: uuid.UUID, *, resident_id: uuid.UUID, key: FollowingKey) -> None:
    """End that a resident follows a topic; one that they do not follow is not missed."""
    reader = _reader(session, resident_id)
    listed = key.open_list(reader.sealed_topics, resident_id=resident_id)
    mark = key.mark(topic_id, resident_id)
    session.execute(delete(Following).where(Following.topic_id == topic_id, Following.mark == mark))
    listed.pop(topic_id, None)
    reader.sealed_topics = key.seal_list(listed, resident_id=resident_id) if listed else None


def set_rhythm(session: Session, *, resident_id: uuid.UUID, rhythm: Rhythm) -> None:
    """Write at once or once a day, as a resident wants; what waits already goes as it was to go."""
    _reader(session, resident_id).rhythm = rhythm


def forget_follower(session: Session, *, resident_id: uuid.UUID, key: FollowingKey, until: datetime) -> int:
    """Forget what a resident followed up to `until`; return how many topics."""
    reader = _reader(session, resident_id)
    followed = key.open_list(reader.sealed_topics, resident_id=resident_id)
    gone = [topic_id for topic_id, since in followed.items() if since <= until]
    marks = [key.mark(topic_id, resident_id) for topic_id in gone]
    session.execute(delete(Following).where(Following.mark.in_(marks)))
    left = {topic_id: since for topic_id, since in followed.items() if since > until}
    if left:
        reader.sealed_topics = key.seal_list(left, resident_id=resident_id)
    else:
        session.delete(reader)
    return len(gone)


def on_follower_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """Ask for the work of forgetting: it needs the key, which a reaction does not have."""
    jobs.enqueue(
        session,
        FORGET_FOLLOWER,
        {"resident_id": str(event.resident_id), "until": clock.now().isoformat()},
    )


def _reader(session: Session, resident_id: uuid.UUID) -> Reader:
    """The row of a resident, held; made at first need."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(Reader).values(resident_id=resident_id, rhythm=Rhythm.AT_ONCE)
    session.execute(new.on_conflict_do_nothing(index_elements=["resident_id"]))
    return session.scalars(
        select(Reader)
        .where(Reader.resident_id == resident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
