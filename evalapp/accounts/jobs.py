"""Work of this domain: sending codes, and forgetting what the retention rules no longer keep."""

import uuid
from datetime import datetime, timedelta

from evalapp.accounts import messages, rules, vault
from evalapp.accounts.models import CodeRequest
from evalapp.accounts.services import codes, desk_sign_in, residents, sessions
from evalapp.core import clock, logs
from evalapp.core.jobs import JobContext
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
    text = messages.code_text(platform.settings, purpose=purpose, lang=lang, code=code, stop_code=stop)
    vault.send(
        platform, request.person_id, message_id=str(request.id), kind="sign-in-code", text=text, code=code
    )
    with context.transaction() as session:
        sent = session.get(CodeRequest, request.id)
        if sent is not None:
            sent.sent_at = clock.now()


class Forgetting:
    """A round of the worker: every ten minutes it deletes what is over, and looks whether somebody guesses codes."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, platform: Platform) -> None:
        now = clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + timedelta(minutes=10)
        with platform.transaction() as session:
            codes.forget_old(session, now)
            vault.forget_expired(session, now)
            sessions.forget_old(session, now)
            desk_sign_in.forget_old(session, now)
            residents.erase_idle(session, now)
        self._watch(platform, now)

    @staticmethod
    def _watch(platform: Platform, now: datetime) -> None:
        with platform.session() as session:
            failed = codes.failed_tries(session, since=now - rules.CODE_LIFE * 2)
        if failed > rules.FAILED_CODES_ALARM:
            log.error("many sign-in codes failed: somebody may be guessing", failed=failed)
