"""The door of the intake: who signed, whether it is the first time, and the batch with its answer."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.approvals.models import IntakeBatch, IntakeKey, IntakeRefusal, IntakeSignature
from evalapp.approvals.rules import signing
from evalapp.approvals.rules.kinds import Channel
from evalapp.approvals.services.folded import hold_unit
from evalapp.approvals.services.taking import take_events
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, DomainError
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.units.models import Unit


class IntakeRefused(DomainError):  # noqa: N818  refusals are named by what they say
    """A request that was refused whole: not signed, signed wrongly, or not for the first time. It is counted."""

    status = 401
    code = "not-signed"
    title = N_("这次交的没有收下。")

    def __init__(self, message: str, *, reason: str, unit: str = "") -> None:
        super().__init__(message)
        self.reason, self.unit = reason, unit


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What came over the wire."""

    method: str
    path: str
    key: str
    time: str
    signature: str
    body: bytes


def admit(session: Session, handed: Handed) -> Unit:
    """Return the unit that signed. Raises `IntakeRefused`.

    The signature is used up with the transaction: one that is rolled back may be handed in again as it is.
    """
    if not (handed.key and handed.time and handed.signature):
        raise IntakeRefused(N_("请求没有签名。"), reason="unsigned")
    now = clock.now()
    found = session.execute(
        select(IntakeKey, Unit).join(Unit, Unit.id == IntakeKey.unit_id).where(IntakeKey.name == handed.key)
    ).one_or_none()
    if found is None:
        raise IntakeRefused(N_("不认识这把钥匙，或者它已经停用。"), reason="unknown-key")
    key, unit = found
    if key.revoked_at is not None or (key.until is not None and key.until <= now):
        raise IntakeRefused(N_("不认识这把钥匙，或者它已经停用。"), reason="key-over", unit=unit.slug)
    text = signing.signed_text(
        method=handed.method,
        path=handed.path,
        time=handed.time,
        body_sha256=hashlib.sha256(handed.body).hexdigest(),
    )
    if not signing.is_signed(key.public_key, handed.signature, text):
        raise IntakeRefused(N_("签名不对。"), reason="bad-signature", unit=unit.slug)
    at = signing.read_time(handed.time)
    if at is None or abs(at - now) > signing.WINDOW:
        raise IntakeRefused(
            N_("请求的时间和这里相差超过五分钟。请校准时钟。"), reason="bad-time", unit=unit.slug
        )
    # Over what was signed, not over the signature's letters: the same bytes can be written in base64 in more than one way.
    used = hashlib.sha256(key.name.encode() + b"\n" + text).hexdigest()
    again = IntakeRefused(N_("这个请求已经用过。重发时请用新的时间签名。"), reason="replayed", unit=unit.slug)
    with refusing(session, {"pk_intake_signatures": again}):
        session.add(IntakeSignature(digest=used, at=now))
    return unit


def take_batch(
    session: Session,
    keys: Keys,
    *,
    unit_id: uuid.UUID,
    batch: str,
    items: Sequence[Any],
    body: bytes,
    received_at: datetime | None = None,
) -> dict[str, Any]:
    """Take a batch of a unit's system and return its answer; the same batch again is answered the same.

    `received_at` is now, unless what was recorded is replayed. Raises `Conflict` for a batch name that was used for another
    content.
    """
    hold_unit(session, unit_id)
    # Under a key: the body names applicants, whose numbers could be guessed from a bare hash.
    digest = hashlib.blake2b(body, key=keys.service("intake-batches")).hexdigest()
    known = session.scalar(
        select(IntakeBatch).where(IntakeBatch.unit_id == unit_id, IntakeBatch.batch == batch)
    )
    if known is not None:
        if known.digest != digest:
            raise Conflict(N_("这个批次号已经用过，内容不同。"), field="batch")
        return _answer(known)
    row = IntakeBatch(
        id=uuid.uuid4(),
        unit_id=unit_id,
        batch=batch,
        digest=digest,
        received_at=received_at or clock.now(),
        accepted=0,
        duplicate=0,
        refused={"items": []},
    )
    session.add(row)
    session.flush()
    taken = take_events(
        session,
        keys,
        unit_id=unit_id,
        items=items,
        channel=Channel.FEED,
        received_at=row.received_at,
        batch_id=row.id,
    )
    row.accepted, row.duplicate = taken.accepted, taken.duplicate
    row.refused = {"items": [each.document() for each in taken.refused]}
    session.flush()
    return _answer(row)


def count_refusal(session: Session, refusal: IntakeRefused) -> None:
    """Count a request that was refused whole, by day, unit and reason."""
    maker = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = maker(IntakeRefusal).values(day=clock.today(), unit=refusal.unit, reason=refusal.reason, count=1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["day", "unit", "reason"], set_={"count": IntakeRefusal.count + 1}
        )
    )


def _answer(row: IntakeBatch) -> dict[str, Any]:
    return {"accepted": row.accepted, "duplicate": row.duplicate, "refused": row.refused["items"]}
