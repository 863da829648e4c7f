"""Casting: read under the lock, look at the clock, seal, append. Nothing else happens on this path."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from evalapp.ballots.rules import sealing, voters, windows
from evalapp.ballots.rules.grades import Channel, Dimension, Opinion, Submission
from evalapp.ballots.rules.receipts import NonceBy, Receipt, code_of
from evalapp.ballots.rules.sealing import Ballot
from evalapp.ballots.rules.standing import CLIENT, group_of
from evalapp.ballots.rules.voters import RequestMark, Signals
from evalapp.ballots.services import appending
from evalapp.ballots.services.booths import Booth
from evalapp.core import clock
from evalapp.core.errors import Conflict, DomainError, NotAllowed, NotFound, TooMany, Unavailable
from evalapp.core.i18n import N_
from evalapp.ledger.rules import canonical_json, leaf_hash

# Each failed try means that another ballot of the same voter was first, so that tries end.
MOST_TRIES = 64
TOUCH_EVERY = timedelta(seconds=2)
HOUR_OF_BUCKETS = int(windows.CHANGES_WITHIN.total_seconds()) // voters.BUCKET_SECONDS


class Closed(Conflict):
    """The box does not take ballots now."""

    code = "box-closed"


class ClockWentBack(Unavailable):
    """The clock lies behind what was already written by it."""

    code = "clock-went-back"


@dataclass(frozen=True, kw_only=True)
class Voter:
    """Who casts: a resident who is signed in; the number's first digits if the vault tells them."""

    resident_id: uuid.UUID
    person_id: str
    number_block: str | None = None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a request brings besides the opinion; only keyed hashes of it are kept."""

    channel: Channel
    idempotency_key: str
    device: str | None = None
    address: str | None = None


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """The receipt, and whether it answers a repeated request."""

    receipt: Receipt
    is_repeat: bool


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """One request, with the keyed hashes that its two statements share."""

    booth: Booth
    voter: Voter
    voter_key: bytes
    circumstances: Circumstances
    mark: RequestMark
    opinion: Opinion | None
    nonce: bytes
    nonce_by: NonceBy
    watched: int | None

    @property
    def changer(self) -> bytes:
        return voters.keyed(self.booth.voter_secret, "changes", self.voter_key)


def cast(
    session: Session,
    booth: Booth,
    submission: Submission,
    *,
    voter: Voter,
    circumstances: Circumstances,
    nonce_by: NonceBy = NonceBy.VOTER,
) -> Acceptance:
    """Append a ballot and return its receipt; the same request again gets the same receipt.

    Raises `Closed`, `Conflict` (the key came with another body), `TooMany`, `NotAllowed`, `ClockWentBack`.
    """
    return _append(
        session,
        _attempt(
            booth,
            voter=voter,
            circumstances=circumstances,
            opinion=submission.opinion,
            nonce=submission.nonce,
            nonce_by=nonce_by,
            watched=submission.watched,
        ),
    )


def withdraw(
    session: Session,
    booth: Booth,
    *,
    voter: Voter,
    circumstances: Circumstances,
    nonce: bytes | None = None,
) -> Acceptance:
    """Append a ballot without grades: the voter's ballot does not count any more. The box sees no difference.

    Raises what `cast` raises, and `Conflict` when this person has handed in nothing.
    """
    attempt = _attempt(
        booth,
        voter=voter,
        circumstances=circumstances,
        opinion=None,
        nonce=nonce or os.urandom(sealing.NONCE_BYTES),
        nonce_by=NonceBy.SERVER if nonce is None else NonceBy.VOTER,
        watched=None,
    )
    return _append(session, attempt)


def _attempt(
    booth: Booth,
    *,
    voter: Voter,
    circumstances: Circumstances,
    opinion: Opinion | None,
    nonce: bytes,
    nonce_by: NonceBy,
    watched: int | None,
) -> _Attempt:
    voter_key = voters.voter_key(booth.voter_secret, bytes.fromhex(voter.person_id))
    drawn_here = opinion is None and nonce_by is NonceBy.SERVER
    body = _body(opinion, nonce=b"" if drawn_here else nonce, watched=watched)
    return _Attempt(
        booth=booth,
        voter=voter,
        voter_key=voter_key,
        circumstances=circumstances,
        mark=voters.request_mark(
            booth.voter_secret, voter=voter_key, key=circumstances.idempotency_key, body=body
        ),
        opinion=opinion,
        nonce=nonce,
        nonce_by=nonce_by,
        watched=watched,
    )


def _body(opinion: Opinion | None, *, nonce: bytes, watched: int | None) -> bytes:
    """What makes two requests the same: everything that the voter sent, however it was spaced."""
    if opinion is None:
        return b"withdraw" + nonce
    return canonical_json(
        {
            "grades": [opinion.grades[dimension] for dimension in Dimension],
            "nonce": nonce.hex(),
            "reasons": [opinion.reasons.get(dimension, ()) for dimension in Dimension],
            "watched": -1 if watched is None else watched,
        }
    )


def _append(session: Session, attempt: _Attempt) -> Acceptance:
    for _ in range(MOST_TRIES):
        found = appending.read(session, _parameters(attempt))
        now = clock.now()
        if found is None:
            raise NotAllowed(N_("请先登录，再评。"))
        if found.earlier_body is not None:
            return _repeat(attempt, found)
        _refuse(attempt, found, now)
        group = _group(attempt.booth, found)
        receipt = _try(session, attempt, found, group, now)
        if receipt is not None:
            return Acceptance(receipt=receipt, is_repeat=False)
    raise Unavailable(N_("同时提交得太多，请稍后再试。"))


def _parameters(attempt: _Attempt) -> dict[str, Any]:
    return {
        "grading_id": attempt.booth.grading_id,
        "lock": attempt.booth.lock,
        "resident_id": attempt.voter.resident_id,
        "person_id": attempt.voter.person_id,
        "voter_key": attempt.voter_key,
        "request_key": attempt.mark.key,
        "changer": attempt.changer,
        "since_bucket": voters.time_bucket(clock.now()) - HOUR_OF_BUCKETS,
    }


def _repeat(attempt: _Attempt, found: Any) -> Acceptance:
    if not attempt.mark.repeats(body=found.earlier_body):
        raise Conflict(N_("同一个 Idempotency-Key 已经用于另一份内容，请换一个再提交。"))
    booth = attempt.booth
    shown = voters.show_time(
        booth.voter_secret, key=attempt.circumstances.idempotency_key, hidden=found.earlier_hidden_second
    )
    receipt = Receipt(
        box=booth.boxes[booth.group_of_box(found.earlier_box_id)].reference,
        entry_hash=found.earlier_entry_hash,
        nonce_hash=found.earlier_nonce_hash,
        nonce_by=NonceBy.SERVER if shown & 1 else NonceBy.VOTER,
        at=_written(shown >> 1),
    )
    return Acceptance(receipt=receipt, is_repeat=True)


def _refuse(attempt: _Attempt, found: Any, now: datetime) -> None:
    if windows.clock_went_back(now=now, written_at=found.written_at):
        raise ClockWentBack(N_("系统时钟落后于已写入的记录，暂时不能收票。请稍后再试。"), retry_after=30)
    _refuse_outside_window(found, now)
    if not found.is_locked:
        raise Unavailable(N_("票箱正在处理，请几秒后再试。"), retry_after=2)
    so_far = found.last_sequence or 0
    if attempt.opinion is None and so_far == 0:
        raise NotFound(N_("您在这一期还没有提交过评票。"))
    allowed = windows.may_change(
        changes_this_hour=found.changes_this_hour,
        ballots_so_far=so_far,
        per_hour=attempt.booth.changes_per_hour,
        per_box=attempt.booth.ballots_per_box,
    )
    if not allowed:
        if so_far >= attempt.booth.ballots_per_box:
            raise TooMany(
                N_("每期最多提交 %(most)s 次，您已经用完。"),
                retry_after=86_400,
                most=attempt.booth.ballots_per_box,
            )
        raise TooMany(
            N_("每小时最多改 %(most)s 次，请过一会儿再改。"),
            retry_after=3_600,
            most=attempt.booth.changes_per_hour,
        )


def _refuse_outside_window(found: Any, now: datetime) -> None:
    refusal: DomainError | None = None
    if found.voided_at is not None or found.withdrawn_at is not None:
        refusal = Closed(N_("这一期的评议已经作废。"))
    elif found.closed_at is not None or now >= found.closes_at:
        refusal = Closed(N_("评议已于 %(moment)s 截止。"), moment=_shown(found.closes_at))
    elif not windows.is_open(opens_at=found.opens_at, closes_at=found.closes_at, now=now):
        refusal = Closed(N_("评议将于 %(moment)s 开始。"), moment=_shown(found.opens_at))
    if refusal is not None:
        raise refusal


def _shown(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _group(booth: Booth, found: Any) -> str:
    group = group_of(
        groups=booth.boxes.keys(),
        first_ballot_in=None if found.last_box_id is None else booth.group_of_box(found.last_box_id),
        invited_to=found.invited_to,
        has_client_code=found.client_code is not None,
    )
    if group is None:
        raise NotAllowed(N_("这一期只由受邀的人评。"))
    return group


def _try(session: Session, attempt: _Attempt, found: Any, group: str, now: datetime) -> Receipt | None:
    """Seal and append; nothing when another ballot of this voter was first."""
    booth, sequence = attempt.booth, (found.last_sequence or 0) + 1
    box = booth.boxes[group]
    data = sealing.ballot_bytes(
        Ballot(
            box=box.reference,
            voter_key=attempt.voter_key,
            sequence=sequence,
            nonce=attempt.nonce,
            opinion=attempt.opinion,
            channel=attempt.circumstances.channel,
        )
    )
    envelope = sealing.seal(data, public_key=box.public_key)
    entry_hash = leaf_hash(sealing.ballot_entry(nonce=attempt.nonce, envelope=envelope))
    nonce_hash, second = sealing.nonce_hash(attempt.nonce), int(now.timestamp())
    key, by_server = attempt.circumstances.idempotency_key, int(attempt.nonce_by is NonceBy.SERVER)
    row = appending.Row(
        values={
            "id": uuid.uuid4(),
            "grading_id": booth.grading_id,
            "box_id": box.id,
            "voter_key": attempt.voter_key,
            "sequence": sequence,
            "nonce_hash": nonce_hash,
            "envelope": envelope,
            "entry_hash": entry_hash,
            "code": code_of(entry_hash),
            "request_key": attempt.mark.key,
            "request_body": attempt.mark.body,
            "hidden_second": voters.hide_time(booth.voter_secret, key=key, second=second << 1 | by_server),
        },
        signals=_signals(attempt, on_staff_list=found.staff_entries > 0, now=now),
        changer=attempt.changer,
        is_change=sequence > 1,
        code=_code(attempt, found) if group == CLIENT and sequence == 1 else None,
    )
    if not appending.append(session, row):
        return None
    if found.written_at is None or now >= found.written_at + TOUCH_EVERY:
        appending.touch(session, {"touched_id": booth.grading_id, "now": now, "before": now - TOUCH_EVERY})
    return Receipt(
        box=box.reference,
        entry_hash=entry_hash,
        nonce_hash=nonce_hash,
        nonce_by=attempt.nonce_by,
        at=_written(second),
    )


def _code(attempt: _Attempt, found: Any) -> dict[str, Any]:
    booth = attempt.booth
    return {
        "code_unit_id": booth.unit_id,
        "code_number": found.client_code,
        "code_mark": voters.keyed(booth.voter_secret, "code used", attempt.voter_key),
    }


def _signals(attempt: _Attempt, *, on_staff_list: bool, now: datetime) -> Signals:
    key, where = attempt.booth.signal_key, attempt.circumstances
    block = attempt.voter.number_block
    return Signals(
        device=None if where.device is None else voters.device_signal(key, where.device),
        network=None
        if where.address is None
        else voters.network_signal(key, voters.network_of(where.address)),
        number_block=None if block is None else voters.number_block_signal(key, block),
        on_staff_list=on_staff_list,
        bucket=voters.time_bucket(now),
        watched=attempt.watched,
    )


def _written(second: int) -> str:
    """The voter's own time, in the district's clock."""
    return clock.local(datetime.fromtimestamp(second, UTC)).isoformat(timespec="seconds")
