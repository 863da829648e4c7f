"""Work of this domain: messages to applicants; cards, reminders and notices that fell due; cases counted again, quarters graded."""

import uuid
from datetime import date, datetime, timedelta

from evalapp.accounts import vault_applicants
from evalapp.approvals.models import MessageState
from evalapp.approvals.rules.telling import KIND
from evalapp.approvals.services import due, noticing, quarters, recounting, telling
from evalapp.core import clock, gateways, logs
from evalapp.core.jobs import JobContext, NotYet
from evalapp.core.platform import Platform
from evalapp.notifications.rules import timing

_EVERY = timedelta(minutes=10)
log = logs.get_logger("approvals")


def act_due(platform: Platform) -> None:
    """Write what fell due, unit by unit, each in a transaction of its own."""
    with platform.session() as session:
        units = due.due_units(session, now=clock.now())
    for unit_id in units:
        with platform.transaction() as session:
            due.write_due(session, unit_id=unit_id)


def write_notices(platform: Platform) -> None:
    """Write the notices of red cards, and call off those of cards that are there no more, each in a transaction of its own."""
    with platform.session() as session:
        cards = noticing.untold(session)
    for card_id in cards:
        with platform.transaction() as session:
            noticing.tell(session, card_id=card_id)


class CloseQuarters:
    """A round of the worker: at the start and every ten minutes it grades the quarters whose time has come."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, platform: Platform) -> None:
        now = clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + _EVERY
        close_quarters(platform)


def close_quarters(platform: Platform, *, with_history: bool = False) -> None:
    """Grade what is over and can be contested no more, the earliest first, a transaction for each quarter.

    `with_history`: of cases taken over too, which is for whoever took all of them over.
    """
    with platform.session() as session:
        found = quarters.due_of_history(session) if with_history else quarters.due(session)
    for one in found:
        with platform.transaction() as session:
            number = quarters.close_quarter(session, one)
        log.info("quarter graded", quarter=one.said, units=number)


def tell(platform: Platform) -> None:
    """A round: make messages of what batches moved, each batch in a transaction of its own."""
    with platform.session() as session:
        news = telling.waiting_news(session)
    for news_id in news:
        with platform.transaction() as session:
            telling.write_messages(session, news_id)


def send_message(context: JobContext) -> None:
    """Hand a message about a case over, not at night, and at most once where the gateway cannot tell it from another.

    While the gateway takes nothing it waits: an outage, however long, ends in one message.
    """
    platform, message_id = context.platform, uuid.UUID(context.payload["message"])
    quiet = timing.quiet_until(clock.now(), platform.settings.quiet)
    if quiet is not None:
        raise NotYet(quiet)
    deduplicates = gateways.deduplicates(platform.sms)
    with context.transaction() as session:
        written = telling.begin(session, platform, message_id, is_told_twice=not deduplicates)
    if written is None:
        return
    try:
        vault_applicants.send(platform, written.to, message_id=str(message_id), kind=KIND, text=written.text)
    except OSError as refusal:
        with context.transaction() as session:
            waits = telling.was_not_taken(session, message_id)
        if waits:
            raise NotYet(clock.now() + _EVERY) from refusal
        return
    except Exception as error:
        if deduplicates:
            raise
        log.warning("message doubtful, not sent again", message=str(message_id), error=type(error).__name__)
        state = MessageState.DROPPED
    else:
        state = MessageState.SENT
    with context.transaction() as session:
        telling.end(session, message_id, state)


def recount(context: JobContext) -> None:
    """Count open cases again; run twice it finds nothing to move."""
    moved = recounting.recount(context.platform, last=date.fromisoformat(context.payload["last"]))
    log.info("cases counted again", moved=moved)
