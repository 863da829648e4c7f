"""One-time codes: asked for within limits, computed and never stored, tried five times, used once."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import rules, vault
from evalapp.accounts.models import CodeRequest
from evalapp.accounts.queries import hashed, latest_request
from evalapp.accounts.rules import CodePurpose
from evalapp.accounts.services import questions
from evalapp.accounts.services.questions import Answer
from evalapp.accounts.services.serialising import limit_key, one_at_a_time
from evalapp.core import clock, jobs
from evalapp.core.errors import Invalid, TooMany
from evalapp.core.i18n import N_
from evalapp.core.jobs.worker import EXPRESS
from evalapp.core.keys import Keys
from evalapp.core.platform import Platform

SEND_CODE = "accounts.send_code"
SERVICE_KEYS = ("codes", "limits")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Which browser asks, from where, in which language."""

    browser: str  # the secret in its cookie: only this browser can use the code
    device: str  # the mark that its cookie keeps through signing in and out
    origin: rules.Origin
    lang: str
    is_kiosk: bool = False  # many people ask on it, one after the other


@dataclass(frozen=True, kw_only=True)
class Try:
    """A counted try of one code."""

    request_id: uuid.UUID
    left: int


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """How often a code was asked for."""

    last_at: datetime | None
    number_day: int
    device_hour: int
    network_hour: int
    in_all_hour: int


def ask(
    session: Session,
    platform: Platform,
    *,
    number: str,
    asking: Asking,
    answer: Answer | None = None,
    purpose: CodePurpose = CodePurpose.SIGN_IN,
) -> CodeRequest:
    """Ask for a code for `number` (E.164). Known and unknown numbers make no difference.

    Raises `TooMany` when a limit is used up and `QuestionAsked` while codes run short; nothing is then written and nothing
    sent.
    """
    one_at_a_time(session, "code requests")
    person = vault.keep(session, platform.keys, number)
    return _ask(session, platform, person=person, asking=asking, purpose=purpose, answer=answer or Answer())


def ask_again(session: Session, platform: Platform, *, asking: Asking) -> CodeRequest:
    """Ask once more for the number that this browser asked for last. Raises `Invalid`, `TooMany`, `QuestionAsked`."""
    one_at_a_time(session, "code requests")
    last = latest_request(session, browser=asking.browser)
    if last is None:
        raise Invalid(N_("请先填手机号码。"), field="phone")
    return _ask(
        session, platform, person=last.person_id, asking=asking, purpose=last.purpose, answer=Answer()
    )


def code_of(keys: Keys, request: CodeRequest) -> str:
    """Return the code of a request, computed anew each time from the row and the service key."""
    message = f"{request.id}:{request.person_id}:{request.browser_hash}".encode()
    digest = hmac.new(keys.service("codes"), message, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**rules.CODE_DIGITS:0{rules.CODE_DIGITS}}"


def count_try(
    session: Session,
    *,
    browser: str,
    person: str | None = None,
    purpose: CodePurpose = CodePurpose.SIGN_IN,
) -> Try:
    """Count one try of the code that this browser asked for, before it is evaluated: commit this first.

    The count and its limit are one statement, so that of fifty guesses at once five are evaluated.
    Raises `Invalid` when there is nothing to try: never asked here, expired, used, or tried five times.
    """
    request = latest_request(session, browser=browser, person_id=person, purpose=purpose)
    if request is None:
        raise Invalid(N_("这个浏览器还没有要过验证码，请先获取验证码。"), field="code")
    now = clock.now()
    tries = session.scalar(
        update(CodeRequest)
        .where(
            CodeRequest.id == request.id,
            CodeRequest.tries < rules.CODE_TRIES,
            CodeRequest.used_at.is_(None),
            CodeRequest.expires_at > now,
        )
        .values(tries=CodeRequest.tries + 1)
        .returning(CodeRequest.tries)
        .execution_options(synchronize_session=False)
    )
    if tries is not None:
        return Try(request_id=request.id, left=rules.CODE_TRIES - tries)
    if request.expires_at <= now:
        raise Invalid(N_("验证码已过期，请重新获取。"), field="code")
    raise Invalid(N_("验证码已经用过或试得太多，请重新获取。"), field="code")


def use(session: Session, keys: Keys, attempt: Try, *, code: str) -> CodeRequest:
    """Use a code up and return its request. Raises `Invalid` when it is wrong or was used at the same moment."""
    request = session.get_one(CodeRequest, attempt.request_id)
    if not hmac.compare_digest(code_of(keys, request).encode(), rules.plain_code(code).encode()):
        if attempt.left:
            raise Invalid(N_("验证码不对，还可以试 %(left)s 次。"), field="code", left=attempt.left)
        raise Invalid(N_("验证码不对，请重新获取。"), field="code")
    used = session.scalar(
        update(CodeRequest)
        .where(CodeRequest.id == request.id, CodeRequest.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(CodeRequest.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise Invalid(N_("验证码已经用过或试得太多，请重新获取。"), field="code")
    return request


def failed_tries(session: Session, *, since: datetime) -> int:
    """How many tries failed on codes asked for since then: many of them are an attack."""
    counted = select(func.coalesce(func.sum(CodeRequest.tries), 0) - func.count(CodeRequest.used_at))
    return session.scalars(counted.where(CodeRequest.asked_at >= since)).one()


def note_sent(session: Session, request_id: uuid.UUID) -> None:
    """Note that a code was handed over, or is about to be."""
    session.execute(
        update(CodeRequest)
        .where(CodeRequest.id == request_id, CodeRequest.sent_at.is_(None))
        .values(sent_at=clock.now())
    )


def end_all_of_person(session: Session, person: str) -> None:
    """Let no code that a person asked for work any more. What the limits count stays: keyed hashes and moments."""
    session.execute(
        update(CodeRequest)
        .where(CodeRequest.person_id == person)
        .values(browser_hash="", expires_at=CodeRequest.asked_at)
        .execution_options(synchronize_session=False)
    )


def _ask(
    session: Session,
    platform: Platform,
    *,
    person: str,
    asking: Asking,
    purpose: CodePurpose,
    answer: Answer,
) -> CodeRequest:
    now = clock.now()
    request = CodeRequest(
        id=uuid.uuid4(),
        person_id=person,
        browser_hash=hashed(asking.browser),
        device_key=limit_key(platform.keys, "device", asking.device),
        network_key=limit_key(platform.keys, "network", asking.origin.network),
        purpose=purpose,
        lang=asking.lang,
        asked_at=now,
        expires_at=now + rules.CODE_LIFE,
    )
    counts = _counts(session, request)
    # Before anything that depends on the number: who does not answer learns nothing of it.
    if questions.is_due_after(counts.in_all_hour, platform.settings):
        questions.check(session, platform.keys, answer, browser=asking.browser)
    _refuse_beyond_limits(platform, counts, asking=asking, now=now)
    session.add(request)
    session.flush()
    jobs.enqueue(session, SEND_CODE, {"request": str(request.id)}, priority=EXPRESS)
    return request


def _counts(session: Session, request: CodeRequest) -> _Counts:
    hour, day = request.asked_at - timedelta(hours=1), request.asked_at - timedelta(days=1)

    def counted(since: datetime, *which: object) -> ScalarSelect[int]:
        rows = select(func.count()).select_from(CodeRequest)
        return rows.where(CodeRequest.asked_at > since, *which).scalar_subquery()  # type: ignore[arg-type]  # comparisons

    last = select(func.max(CodeRequest.asked_at)).where(CodeRequest.person_id == request.person_id)
    last_at, number, device, network, in_all = session.execute(
        select(
            last.scalar_subquery(),
            counted(day, CodeRequest.person_id == request.person_id),
            counted(hour, CodeRequest.device_key == request.device_key),
            counted(hour, CodeRequest.network_key == request.network_key),
            counted(hour),
        )
    ).one()
    return _Counts(
        last_at=last_at, number_day=number, device_hour=device, network_hour=network, in_all_hour=in_all
    )


def _refuse_beyond_limits(platform: Platform, counts: _Counts, *, asking: Asking, now: datetime) -> None:
    limits = platform.settings
    if counts.last_at is not None:
        wait = limits.code_seconds_between - (now - counts.last_at).total_seconds()
        if wait > 0:
            seconds = int(wait) + 1
            raise TooMany(
                N_("刚刚已经发过验证码，请 %(seconds)s 秒后再试。"),
                field="phone",
                retry_after=seconds,
                seconds=seconds,
            )
    if counts.number_day >= limits.codes_per_number_day:
        raise TooMany(N_("这个号码今天要的验证码太多了，请明天再试。"), field="phone", retry_after=24 * 3600)
    network = (
        limits.codes_per_carrier_network_hour if asking.origin.is_carrier else limits.codes_per_network_hour
    )
    if asking.is_kiosk:  # its own limit stands for that of its network, which the hall shares
        is_beyond = counts.device_hour >= limits.codes_per_kiosk_hour
    else:
        is_beyond = counts.device_hour >= limits.codes_per_device_hour or counts.network_hour >= network
    if is_beyond:
        raise TooMany(N_("这台设备或这个网络要的验证码太多了，请一小时后再试。"), retry_after=3600)
    if counts.in_all_hour >= limits.codes_in_all_hour:
        raise TooMany(N_("现在要验证码的人太多，请过一会儿再试。"), retry_after=600)
