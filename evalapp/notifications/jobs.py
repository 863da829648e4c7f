"""Work of this domain: telling followers, handing letters to their gateways, reading what people send back."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts import rules as account_rules
from evalapp.accounts import vault
from evalapp.accounts.events import NumberStopped
from evalapp.accounts.rules import Purpose
from evalapp.accounts.services import residents
from evalapp.core import clock, events, gateways, logs
from evalapp.core.errors import Invalid
from evalapp.core.gateways import Inbound
from evalapp.core.jobs import JobContext, NotYet
from evalapp.core.platform import Platform
from evalapp.core.transaction import locked
from evalapp.notifications import addressing
from evalapp.notifications.addressing import Addressed
from evalapp.notifications.models import Letter, LetterState
from evalapp.notifications.queries import letters as queries
from evalapp.notifications.queries import topics
from evalapp.notifications.rules import stopping, timing
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.notifications.services import everybody, letters
from evalapp.notifications.services.letters import Told
from evalapp.notifications.services.topics import forget_follower

log = logs.get_logger("notifications")


def fan_out(context: JobContext) -> None:
    """Tell everybody who follows a topic of one piece of news, piece by piece; run twice it tells nobody twice."""
    news_id = uuid.UUID(context.payload["news_id"])
    key, after = FollowingKey.of(context.platform.keys), None
    while True:
        with context.transaction() as session:
            news = topics.news(session, news_id)
            if news is None:
                return
            piece = topics.followers(session, news.topic_id, after=after)
            _tell(session, news_id, news.at, piece, key=key)
        if len(piece) < topics.PIECE:
            return
        after = piece[-1][0]


def _tell(session: Session, news_id: uuid.UUID, at: datetime, piece: Any, *, key: FollowingKey) -> None:
    followers = [key.open(sealed, bound_to=following_id) for following_id, sealed in piece]
    known = queries.reachable(session, {one.resident_id for one in followers})
    told = [
        Told(reader_id=one.resident_id, key=key.notice_key(news_id, one.resident_id))
        for one in followers
        if one.resident_id in known and one.since >= known[one.resident_id] and one.since <= at
    ]
    letters.tell_residents(session, told, purpose=Purpose.REPLY_NOTICES, at=at)


def tell_all(context: JobContext) -> None:
    """Write one batch of notices about one matter; run twice it writes them once."""
    payload = context.payload
    after = payload.get("after")
    with context.transaction() as session:
        everybody.tell_batch(
            session,
            purpose=Purpose(payload["purpose"]),
            key=payload["key"],
            batch=payload["batch"],
            after=uuid.UUID(after) if after else None,
        )


def forget(context: JobContext) -> None:
    """Forget what somebody followed who erased their account, or whose number another person has now."""
    with context.transaction() as session:
        forget_follower(
            session,
            resident_id=uuid.UUID(context.payload["resident_id"]),
            key=FollowingKey.of(context.platform.keys),
            until=datetime.fromisoformat(context.payload["until"]),
        )


def gather(platform: Platform) -> None:
    """A round: ask for the work of handing over the letters whose moment has come, unless people sleep."""
    now, settings = clock.now(), platform.settings
    if timing.quiet_until(now, settings.quiet) is not None:
        return
    with platform.session() as session:
        due = queries.due_letters(session, digest_at=timing.last_digest(now, settings.digest_hour))
    if due:
        with platform.transaction() as session:
            for letter_id in due:
                letters.call(session, letter_id)


def deliver(context: JobContext) -> None:
    """Hand a letter over, under its own id however often it is tried; drop it when nobody wants it any more.

    That it is being handed over is written down first. Where a gateway cannot tell the same letter twice, a run that
    finds it so (the worker was killed in between) leaves it doubtful, and so does an error that leaves open whether it
    was taken. A clear refusal is left to the queue: it tries again, more and more rarely, and then the desk lists it.
    """
    platform, letter_id = context.platform, uuid.UUID(context.payload["letter_id"])
    quiet = timing.quiet_until(clock.now(), platform.settings.quiet)
    if quiet is not None:
        raise NotYet(quiet)
    with context.transaction() as session:
        addressed = _begun(session, platform, letter_id)
    if addressed is None:
        return
    try:
        sent = addressing.send(platform, addressed, letter_id)
    except OSError:
        with context.transaction() as session:
            letters.was_not_taken(session, letter_id)
        raise
    except Exception as error:
        if addressed.deduplicates:
            raise
        log.warning("letter doubtful", letter=str(letter_id), error=type(error).__name__)
        with context.transaction() as session:
            letters.is_doubtful(session, letter_id)
        return
    with context.transaction() as session:
        letters.end(session, letter_id, LetterState.SENT if sent else LetterState.DROPPED)
    log.info("letter ended", letter=str(letter_id), sent=sent)


def _begun(session: Session, platform: Platform, letter_id: uuid.UUID) -> Addressed | None:
    """The letter, marked as being handed over; None when there is nothing to hand over."""
    letter = locked(session, Letter, letter_id)
    if letter.state not in {LetterState.WAITING, LetterState.READY, LetterState.SENDING}:
        return None
    addressed = addressing.addressed(session, platform, letter)
    if letter.state is LetterState.SENDING and not addressing.may_be_repeated(platform, letter):
        letters.is_doubtful(session, letter.id)
        return None
    if addressed is None:
        letters.end(session, letter.id, LetterState.DROPPED)
        return None
    letters.begin(session, letter, addressed.channel)
    return addressed


def read_inbox(platform: Platform) -> None:
    """A round: stop the letters of whoever sent the word back. Nobody is answered, so that nobody learns who is known."""
    if not gateways.receives(platform.sms):
        return
    for inbound in platform.sms.received():
        if stopping.is_stop_word(inbound.text):
            _stop(platform, inbound)
        platform.sms.done_with(inbound)


def _stop(platform: Platform, inbound: Inbound) -> None:
    try:
        number = account_rules.parse_number(inbound.sender, production=platform.settings.is_production)
    except Invalid:
        return
    person = vault.person_id(platform.keys, number)
    with platform.transaction() as session:
        events.emit(session, NumberStopped(person_id=person))
        resident_id = accounts.resident_of(session, person)
        if resident_id is not None:
            residents.stop_letters(session, resident_id)
