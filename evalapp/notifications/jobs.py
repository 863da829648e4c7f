"""Hands notices to the SMS gateway."""

import uuid

from evalapp.accounts import vault
from evalapp.accounts.rules import Purpose
from evalapp.core import logs
from evalapp.core.jobs import JobContext
from evalapp.notifications import queries, rules, services
from evalapp.notifications.models import NoticeState

log = logs.get_logger("notifications")


def tell_all(context: JobContext) -> None:
    """Write one batch of notices about one matter; run twice it writes them once."""
    payload = context.payload
    after = payload.get("after")
    with context.transaction() as session:
        services.tell_batch(
            session,
            purpose=Purpose(payload["purpose"]),
            key=payload["key"],
            batch=payload["batch"],
            after=uuid.UUID(after) if after else None,
        )


def deliver(context: JobContext) -> None:
    """Send a notice, under its own id however often it is tried; drop it when nobody wants it any more.

    What the gateway raises is left to the queue: it tries again, more and more rarely, and then lists it on the desk.
    """
    platform = context.platform
    notice_id = uuid.UUID(context.payload["notice_id"])
    with platform.session() as session:
        if not queries.is_waiting(session, notice_id):
            return
        person = queries.person_to_tell(session, notice_id)
    text = rules.text(site_name=platform.settings.site_name, address=platform.settings.public_url)
    sent = person is not None and vault.send(
        platform, person, message_id=str(notice_id), kind=rules.KIND, text=text
    )
    with context.transaction() as session:
        services.end(session, notice_id, NoticeState.SENT if sent else NoticeState.DROPPED)
    log.info("notice ended", notice=str(notice_id), sent=sent)
