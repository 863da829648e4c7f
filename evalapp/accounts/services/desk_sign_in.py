"""Signing in at a desk: an attempt is counted, then the password is checked, then the second factor is taken.

Each step is kept before the next: the attempt must stand even when what follows is refused, and a password is checked
outside any transaction because it takes long on purpose.
"""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import passwords, rules, sealing, totp
from evalapp.accounts.events import StaffEnrolled, StaffPasswordChanged, StaffSignedIn
from evalapp.accounts.models import Enrolment, StaffAttempt, StaffMember
from evalapp.accounts.queries import enrolment as standing_enrolment
from evalapp.accounts.queries import hashed
from evalapp.accounts.services import sessions
from evalapp.accounts.services.serialising import limit_key, one_at_a_time
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid, NotFound, TooMany
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.transaction import locked

SERVICE_KEYS = ("totp",)
_WRONG = N_("登录名、密码或动态码不对。")


@dataclass(frozen=True, kw_only=True)
class Proven:
    """Whose password was right, and which password that was."""

    attempt_id: uuid.UUID
    staff_id: uuid.UUID
    password_hash: str
    must_enrol: bool


def count_attempt(session: Session, keys: Keys, *, login: str, network: str) -> uuid.UUID:
    """Write an attempt down before it is evaluated: commit this first. Raises `TooMany`.

    Five failures in a minute stop one login from one network; who guesses at a colleague's stops only themselves.
    """
    login_key = limit_key(keys, "login", login.strip().lower())
    network_key = limit_key(keys, "desk-network", network)
    one_at_a_time(session, "staff attempts")
    now = clock.now()
    here, of_login, of_network = session.execute(
        select(
            func.count().filter(StaffAttempt.login_key == login_key, StaffAttempt.network_key == network_key),
            func.count().filter(StaffAttempt.login_key == login_key),
            func.count().filter(StaffAttempt.network_key == network_key),
        ).where(
            StaffAttempt.at > now - rules.THROTTLE,
            StaffAttempt.succeeded.is_(False),
            or_(StaffAttempt.login_key == login_key, StaffAttempt.network_key == network_key),
        )
    ).one()
    if (
        here >= rules.FAILURES_HERE
        or of_login >= rules.FAILURES_OF_A_LOGIN
        or of_network >= rules.FAILURES_OF_A_NETWORK
    ):
        raise TooMany(N_("试得太多了，请一分钟后再试。"), retry_after=60)
    attempt = StaffAttempt(id=uuid.uuid4(), login_key=login_key, network_key=network_key, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def check_password(session: Session, attempt_id: uuid.UUID, *, login: str, password: str) -> Proven:
    """Check the first factor; takes as long for a login that nobody has. Raises `Invalid`."""
    staff = session.scalar(
        select(StaffMember).where(
            StaffMember.login == login.strip().lower(), StaffMember.disabled_at.is_(None)
        )
    )
    if not passwords.fits(staff.password_hash if staff else None, password) or staff is None:
        raise Invalid(_WRONG)
    return Proven(
        attempt_id=attempt_id,
        staff_id=staff.id,
        password_hash=staff.password_hash,
        must_enrol=staff.password_is_once or staff.sealed_totp is None,
    )


def prove(session: Session, keys: Keys, proven: Proven, *, code: str) -> StaffMember:
    """Take the second factor; a step that was taken is refused. Raises `Invalid`."""
    staff = _unchanged(session, proven)
    if staff.sealed_totp is None or staff.password_is_once:
        raise Invalid(_WRONG)
    secret = sealing.unseal(keys.service("totp"), staff.sealed_totp, bound_to=str(staff.id))
    step = totp.step_of(secret, rules.plain_code(code))
    if step is None or not _takes_step(session, staff.id, step):
        raise Invalid(_WRONG)
    session.execute(update(StaffAttempt).where(StaffAttempt.id == proven.attempt_id).values(succeeded=True))
    return staff


def sign_in(session: Session, keys: Keys, proven: Proven, *, code: str) -> str:
    """Sign the browser in; return the token for its cookie. Raises `Invalid`."""
    staff = prove(session, keys, proven, code=code)
    events.emit(session, StaffSignedIn(actor=actor_of(staff), login=staff.login))
    return sessions.open_for_staff(session, staff.id)


def begin_enrolment(session: Session, keys: Keys, proven: Proven) -> str:
    """Begin setting a password and a second factor; return the token for the browser's cookie. Raises `Invalid`."""
    staff = _unchanged(session, proven)
    token, key = secrets.token_urlsafe(32), uuid.uuid4()
    session.add(
        Enrolment(
            id=key,
            staff_id=staff.id,
            token_hash=hashed(token),
            sealed_totp=sealing.seal(keys.service("totp"), totp.new_secret(), bound_to=str(key)),
            created_at=clock.now(),
        )
    )
    session.execute(update(StaffAttempt).where(StaffAttempt.id == proven.attempt_id).values(succeeded=True))
    return token


def enrolment_secret(keys: Keys, enrolment: Enrolment) -> str:
    """Return the secret of an enrolment, to be shown in the browser that began it."""
    return sealing.unseal(keys.service("totp"), enrolment.sealed_totp, bound_to=str(enrolment.id))


def finish_enrolment(session: Session, keys: Keys, token: str, *, password: str, code: str) -> str:
    """Set the password and the second factor, and sign the browser in; return the token for its cookie.

    Raises `NotFound` when the enrolment is over, `Invalid` for a weak password or a wrong code.
    """
    enrolment = standing_enrolment(session, token)
    if enrolment is None:
        raise NotFound(N_("这一步已经过期，请用一次性密码重新登录。"))
    staff = locked(session, StaffMember, enrolment.staff_id)
    if staff.disabled_at is not None or not (staff.password_is_once or staff.sealed_totp is None):
        raise NotFound(N_("这一步已经过期，请用一次性密码重新登录。"))
    rules.check_new_password(
        password, login=staff.login, same_as_before=passwords.fits(staff.password_hash, password)
    )
    secret = enrolment_secret(keys, enrolment)
    step = totp.step_of(secret, rules.plain_code(code))
    if step is None:
        raise Invalid(N_("动态码不对。请核对手机时间，再填应用里现在显示的 6 位数字。"), field="code")
    staff.password_hash, staff.password_is_once = passwords.hashed(password), False
    staff.sealed_totp = sealing.seal(keys.service("totp"), secret, bound_to=str(staff.id))
    staff.totp_last_step, enrolment.used_at = step, clock.now()
    session.flush()
    sessions.end_all_of_staff(session, staff.id)
    events.emit(session, StaffEnrolled(actor=actor_of(staff), login=staff.login))
    return sessions.open_for_staff(session, staff.id)


def change_password(session: Session, keys: Keys, proven: Proven, *, code: str, password: str) -> str:
    """Set another password, proven by the old one and a code; every session ends. Return a new token.

    Raises `Invalid`, `Conflict`.
    """
    staff = prove(session, keys, proven, code=code)
    rules.check_new_password(
        password, login=staff.login, same_as_before=passwords.fits(staff.password_hash, password)
    )
    staff.password_hash = passwords.hashed(password)
    session.flush()
    sessions.end_all_of_staff(session, staff.id)
    events.emit(session, StaffPasswordChanged(actor=actor_of(staff), login=staff.login))
    return sessions.open_for_staff(session, staff.id)


def actor_of(staff: StaffMember) -> Actor:
    """Return a member of staff as the one who acts."""
    return Actor(
        kind=ActorKind.STAFF, id=staff.id, name=staff.post, permissions=rules.PERMISSIONS[staff.role]
    )


def _unchanged(session: Session, proven: Proven) -> StaffMember:
    """The account, held; refused when its password was changed or it was disabled since it was proven."""
    staff = locked(session, StaffMember, proven.staff_id)
    if staff.password_hash != proven.password_hash or staff.disabled_at is not None:
        raise Conflict(N_("这个账号刚刚改动过，请重新登录。"))
    return staff


def _takes_step(session: Session, staff_id: uuid.UUID, step: int) -> bool:
    taken = session.scalar(
        update(StaffMember)
        .where(
            StaffMember.id == staff_id,
            or_(StaffMember.totp_last_step.is_(None), StaffMember.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(StaffMember.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None
