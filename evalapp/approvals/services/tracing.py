"""Finding one's own case: by its number and a code that is computed and never stored, within limits.

A try is counted before it is evaluated. An unknown number and a wrong code are answered alike, and take as long.
"""

import hashlib
import hmac
import uuid

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from evalapp.accounts.rules import Origin, plain_code
from evalapp.accounts.services.serialising import limit_key, one_at_a_time
from evalapp.approvals.models import CaseAttempt
from evalapp.approvals.queries import tracing as queries
from evalapp.approvals.queries.tracing import Candidate
from evalapp.approvals.rules import tracing as rules
from evalapp.core import clock
from evalapp.core.errors import Invalid, TooMany
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys

SERVICE_KEY = "case-codes"
_COMPARED = 16  # codes that every try computes at least, however many cases its number means
_NOBODYS = "-"


def code_of(keys: Keys, reference: str) -> str:
    """Return the code of a case, computed anew each time from its reference and the service key."""
    digest = hmac.new(keys.service(SERVICE_KEY), reference.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:16]) % 10**rules.CODE_DIGITS:0{rules.CODE_DIGITS}}"


def count_try(session: Session, keys: Keys, *, number: str, origin: Origin) -> uuid.UUID:
    """Write a try down before it is evaluated: commit this first. Raises `TooMany`.

    Counted by what was typed, whether there is such a case or not.
    """
    case_key = limit_key(keys, "case", rules.plain_number(number))
    network_key = limit_key(keys, "case-network", origin.network)
    one_at_a_time(session, "case attempts")
    now = clock.now()
    of_case, of_network = CaseAttempt.case_key == case_key, CaseAttempt.network_key == network_key
    here, in_all, from_network = session.execute(
        select(
            func.count().filter(of_case, of_network, CaseAttempt.at > now - rules.THROTTLE_HERE),
            func.count().filter(of_case),
            func.count().filter(of_network),
        ).where(
            CaseAttempt.at > now - rules.THROTTLE,
            CaseAttempt.succeeded.is_(False),
            or_(of_case, of_network),
        )
    ).one()
    most = rules.FAILURES_OF_A_CARRIER if origin.is_carrier else rules.FAILURES_OF_A_NETWORK
    if here >= rules.FAILURES_HERE:
        minutes = int(rules.THROTTLE_HERE.total_seconds() // 60)
        raise TooMany(
            N_("试得太多了，请 %(minutes)s 分钟后再试。"), retry_after=minutes * 60, minutes=minutes
        )
    if in_all >= rules.FAILURES_OF_A_CASE or from_network >= most:
        raise TooMany(N_("试得太多了，请一小时后再试。"), retry_after=3600)
    attempt = CaseAttempt(id=uuid.uuid4(), case_key=case_key, network_key=network_key, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def find(session: Session, keys: Keys, attempt_id: uuid.UUID, *, number: str, code: str) -> Candidate:
    """Return the case of a number and its code. Raises `Invalid`, which says the same of whatever was wrong."""
    typed = plain_code(code).encode("utf-8", "surrogatepass")
    known = queries.candidates(session, rules.plain_number(number))
    found: Candidate | None = None
    for each in known:
        if hmac.compare_digest(code_of(keys, each.reference).encode(), typed):
            found = each
    for _ in range(len(known), _COMPARED):
        hmac.compare_digest(code_of(keys, _NOBODYS).encode(), typed)
    if found is None:
        raise Invalid(N_("编号或查询码不对。请对照收件回执再填一次。"))
    session.execute(update(CaseAttempt).where(CaseAttempt.id == attempt_id).values(succeeded=True))
    return found
