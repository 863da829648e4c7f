"""Work of this domain: sending codes, asking for mail addresses, and watching for those who guess."""

import uuid
from datetime import datetime, timedelta

from evalapp.accounts import messages, rules, vault, vault_mail
from evalapp.accounts.models import CodeRequest
from evalapp.accounts.services import codes
from evalapp.core import clock, gateways, logs
from evalapp.core.jobs import JobContext
from evalapp.core.mail import Mail
from evalapp.core.platform import Platform

log = logs.get_logger("accounts")


def send_code(context: JobContext) -> None:
    """Send a one-time code. Run twice it sends under the same id; a code that has expired is not sent."""
    platform = context.platform
    with platform.session() as session:
        request = session.get(CodeRequest, uuid.UUID(context.payload["request"]))
        if request is None or request.sent_at is not None or request.expires_at <= clock.now():
            return
        code = codes.code_of(platform.keys, request)
        stop = vault.stop_code(session, request.person_id)
        purpose, lang = request.purpose, request.lang
    if not gateways.deduplicates(platform.sms):  # at most once: whoever gets none asks again
        with context.transaction() as session:
            codes.note_sent(session, request.id)
    text = messages.code_text(platform.settings, purpose=purpose, lang=lang, code=code, stop_code=stop)
    vault.send(
        platform, request.person_id, message_id=str(request.id), kind="sign-in-code", text=text, code=code
    )
    with context.transaction() as session:
        codes.note_sent(session, request.id)


def send_confirmation(context: JobContext) -> None:
    """Ask the holder of a mail address whether it is theirs. Written down first where a server takes a letter twice."""
    platform, address_id = context.platform, uuid.UUID(context.payload["address"])
    once = not platform.mail.deduplicates
    with context.transaction() as session:
        asked = vault_mail.to_confirm(session, platform.keys, address_id)
        if asked is not None and once:
            vault_mail.note_sent(session, address_id)
    if asked is None:
        return
    token = vault_mail.token_of(platform.keys, address_id)
    subject, text = messages.confirm_words(platform.settings, lang=asked.lang, token=token)
    platform.mail.send(
        Mail(
            id=str(address_id),
            to=asked.address,
            kind="confirm-address",
            subject=subject,
            text=text,
            lang=asked.lang,
            stop="",
        )
    )
    if not once:
        with context.transaction() as session:
            vault_mail.note_sent(session, address_id)


class Watch:
    """A round of the worker: every ten minutes it looks whether somebody guesses codes."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, platform: Platform) -> None:
        now = clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + timedelta(minutes=10)
        with platform.session() as session:
            failed = codes.failed_tries(session, since=now - rules.CODE_LIFE * 2)
        if failed > rules.FAILED_CODES_ALARM:
            log.error("many sign-in codes failed: somebody may be guessing", failed=failed)
