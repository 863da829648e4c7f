"""Casting: read under the lock, look at the clock, seal, append. Nothing else happens on this path."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from evalapp.accounts.rules import RESIDENT_SESSION
from evalapp.ballots.rules import sealing, voters, windows
from evalapp.ballots.rules.grades import Channel, Dimension, Opinion, Submission
from evalapp.ballots.rules.receipts import NonceBy, Receipt, code_of
from evalapp.ballots.rules.sealing import Ballot
from evalapp.ballots.rules.standing import CLIENT, group_of
from evalapp.ballots.rules.voters import RequestMark, Signals
from evalapp.ballots.services import appending
from evalapp.ballots.services.appending import Executor
from evalapp.ballots.services.booths import Booth, Closed, refusal_when_over, shown
from evalapp.core import clock
from evalapp.core.errors import (
    Conflict,
    DomainError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from evalapp.core.i18n import N_
from evalapp.ledger.rules import leaf_hash

# Each failed try means that another ballot of the same voter was first, so that tries end.
MOST_TRIES = 64
TOUCH_EVERY = timedelta(seconds=2)
HOUR_OF_BUCKETS = int(windows.CHANGES_WITHIN.total_seconds()) // voters.BUCKET_SECONDS


class ClockWentBack(Unavailable):
    """The clock lies behind what was already written by it."""

    code = "clock-went-back"


@dataclass(frozen=True, kw_only=True)
class Voter:
    """Who casts: a resident, or whoever is signed in with the session whose token has this hash."""

    resident_id: uuid.UUID | None = None
    token_hash: str | None = None


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
class _Request:
    """What somebody wants to append, before it is known who they are."""

    booth: Booth
    voter: Voter
    circumstances: Circumstances
    body: bytes
    opinion: Opinion | None
    nonce: bytes
    nonce_by: NonceBy
    watched: int | None


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """A request of a voter, with the keyed hashes that its rows are found by."""

    request: _Request
    found: Any
    voter_key: bytes
    changer: bytes
    mark: RequestMark
    now: datetime

    @property
    def booth(self) -> Booth:
        return self.request.booth


def cast(
    executor: Executor,
    booth: Booth,
    submission: Submission,
    *,
    voter: Voter,
    circumstances: Circumstances,
    nonce_by: NonceBy = NonceBy.VOTER,
) -> Acceptance:
    """Append a ballot and return its receipt; the same request again gets the same receipt.

    On PostgreSQL two statements and two ways to the server for a first ballot, four and four for a change. Raises `Closed`, `Conflict` (the key came with
    another body), `TooMany`, `NotSignedIn`, `NotAllowed`, `ClockWentBack`.
    """
    opinion, nonce, watched = submission.opinion, submission.nonce, submission.watched
    request = _Request(
        booth=booth,
        voter=voter,
        circumstances=circumstances,
        body=_body(opinion, nonce=nonce, watched=watched),
        opinion=opinion,
        nonce=nonce,
        nonce_by=nonce_by,
        watched=watched,
    )
    return _append(executor, request)


def withdraw(
    executor: Executor,
    booth: Booth,
    *,
    voter: Voter,
    circumstances: Circumstances,
    nonce: bytes | None = None,
) -> Acceptance:
    """Append a ballot without grades: the voter's ballot does not count any more. The box sees no difference.

    Raises what `cast` raises, and `NotFound` when this person has handed in nothing.
    """
    request = _Request(
        booth=booth,
        voter=voter,
        circumstances=circumstances,
        body=_body(None, nonce=nonce or b"", watched=None),
        opinion=None,
        nonce=nonce or os.urandom(sealing.NONCE_BYTES),
        nonce_by=NonceBy.SERVER if nonce is None else NonceBy.VOTER,
        watched=None,
    )
    return _append(executor, request)


def _body(opinion: Opinion | None, *, nonce: bytes, watched: int | None) -> bytes:
    """What makes two requests the same: everything that the voter sent, however it was spaced."""
    if opinion is None:
        return b"withdraw" + nonce
    grades = [opinion.grades[dimension] for dimension in Dimension]
    reasons = [opinion.reasons.get(dimension, ()) for dimension in Dimension]
    return repr((grades, nonce, reasons, watched)).encode()


def _append(executor: Executor, request: _Request) -> Acceptance:
    attempt = _enter(executor, request)
    try:
        _refuse_outside_window(attempt)
    except Closed:
        own = appending.own(executor, _own_parameters(attempt))
        if own.earlier_body is None:
            raise
        return _repeat(attempt, own)  # accepted in time; only the answer was lost
    # Most ballots are somebody's first: it is tried as that, and the same statement says when it is not.
    own = appending.own(executor, _own_parameters(attempt)) if request.opinion is None else None
    for _ in range(MOST_TRIES):
        if own is not None:
            if own.earlier_body is not None:
                return _repeat(attempt, own)
            _refuse_change(attempt, own)
            if not appending.is_under_lock(executor):
                attempt = _enter(executor, request)
                _refuse_outside_window(attempt)
        so_far, first_box_id = (0, None) if own is None else (own.last_sequence or 0, own.last_box_id)
        receipt, row = _sealed(attempt, sequence=so_far + 1, group=_group(attempt, first_box_id))
        _touch(executor, attempt)
        own = appending.append(executor, row)
        if own is None:
            return Acceptance(receipt=receipt, is_repeat=False)
    raise Unavailable(N_("同时提交得太多，请稍后再试。"))


def _enter(executor: Executor, request: _Request) -> _Attempt:
    """Take the shared lock, read, and look at the clock after it. Refuses whoever may not cast here now."""
    booth, voter = request.booth, request.voter
    parameters: dict[str, Any] = {"grading_id": booth.grading_id, "lock": booth.lock}
    if voter.token_hash is not None:
        seen_since = clock.now() - RESIDENT_SESSION
        parameters |= {"token_hash": voter.token_hash, "seen_since": seen_since}
    else:
        parameters["resident_id"] = voter.resident_id
    found = appending.read(executor, parameters)
    now = clock.now()
    if found is None:
        raise NotSignedIn(N_("请先登录。"))
    if windows.clock_went_back(now=now, written_at=found.written_at):
        raise ClockWentBack(N_("系统时钟落后于已写入的记录，暂时不能收票。请稍后再试。"), retry_after=30)
    voter_key = voters.voter_key(booth.voter_secret, bytes.fromhex(found.person_id))
    key = request.circumstances.idempotency_key
    return _Attempt(
        request=request,
        found=found,
        voter_key=voter_key,
        changer=voters.keyed(booth.voter_secret, "changes", voter_key),
        mark=voters.request_mark(booth.voter_secret, voter=voter_key, key=key, body=request.body),
        now=now,
    )


def _repeat(attempt: _Attempt, own: Any) -> Acceptance:
    if not attempt.mark.repeats(body=own.earlier_body):
        raise Conflict(N_("同一个 Idempotency-Key 已经用于另一份内容，请换一个再提交。"))
    booth, key = attempt.booth, attempt.request.circumstances.idempotency_key
    shown = voters.show_time(booth.voter_secret, key=key, hidden=own.earlier_hidden_second)
    receipt = Receipt(
        box=booth.boxes[booth.group_of_box(own.earlier_box_id)].reference,
        entry_hash=own.earlier_entry_hash,
        nonce_hash=own.earlier_nonce_hash,
        nonce_by=NonceBy.SERVER if shown & 1 else NonceBy.VOTER,
        at=_written(shown >> 1),
    )
    return Acceptance(receipt=receipt, is_repeat=True)


def _refuse_change(attempt: _Attempt, own: Any) -> None:
    """Refuse a voter whose changes are used up; a closing mark that came in between; a withdrawal of nothing."""
    booth, so_far = attempt.booth, own.last_sequence or 0
    if own.is_shut:
        raise Closed(N_("评议已于 %(moment)s 截止。"), moment=shown(attempt.found.closes_at))
    if attempt.request.opinion is None and so_far == 0:
        raise NotFound(N_("你在这一期还没有提交过评票。"))
    if so_far >= booth.ballots_per_box:
        raise TooMany(
            N_("每期最多提交 %(most)s 次，你已经用完。"), retry_after=86_400, most=booth.ballots_per_box
        )
    allowed = windows.may_change(
        changes_this_hour=own.changes_this_hour,
        ballots_so_far=so_far,
        per_hour=booth.changes_per_hour,
        per_box=booth.ballots_per_box,
    )
    if not allowed:
        raise TooMany(
            N_("每小时最多改 %(most)s 次，请过一会儿再改。"), retry_after=3_600, most=booth.changes_per_hour
        )


def _refuse_outside_window(attempt: _Attempt) -> None:
    found, now = attempt.found, attempt.now
    refusal: DomainError | None = refusal_when_over(
        is_void=found.voided_at is not None or found.withdrawn_at is not None,
        closed_at=found.closed_at,
        closes_at=found.closes_at,
        now=now,
    )
    if refusal is not None:
        raise refusal
    if not windows.is_open(opens_at=found.opens_at, closes_at=found.closes_at, now=now):
        refusal = Closed(N_("评议将于 %(moment)s 开始。"), moment=shown(found.opens_at))
    elif not found.is_prepared:
        refusal = Closed(N_("这一期的录像还没有准备好，要等录像能看了才开始评议。"))
    elif not found.is_locked:
        refusal = Unavailable(N_("票箱正在处理，请几秒后再试。"), retry_after=2)
    if refusal is not None:
        raise refusal


def _group(attempt: _Attempt, first_box_id: uuid.UUID | None) -> str:
    booth, found = attempt.booth, attempt.found
    group = group_of(
        groups=booth.boxes.keys(),
        first_ballot_in=None if first_box_id is None else booth.group_of_box(first_box_id),
        invited_to=found.invited_to,
        has_client_code=found.client_code is not None,
    )
    if group is None:
        raise NotAllowed(N_("这一期只由受邀的人评。"))
    return group


def _sealed(attempt: _Attempt, *, sequence: int, group: str) -> tuple[Receipt, appending.Row]:
    """The ballot as the row that is to be appended, and the receipt that then holds."""
    request, booth = attempt.request, attempt.booth
    box = booth.boxes[group]
    ballot = Ballot(
        box=box.reference,
        voter_key=attempt.voter_key,
        sequence=sequence,
        nonce=request.nonce,
        opinion=request.opinion,
        channel=request.circumstances.channel,
    )
    envelope = sealing.seal(sealing.ballot_bytes(ballot), public_key=box.public_key)
    entry_hash = leaf_hash(sealing.ballot_entry(nonce=request.nonce, envelope=envelope))
    nonce_hash, second = sealing.nonce_hash(request.nonce), int(attempt.now.timestamp())
    hidden = second << 1 | int(request.nonce_by is NonceBy.SERVER)
    key = request.circumstances.idempotency_key
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
            "hidden_second": voters.hide_time(booth.voter_secret, key=key, second=hidden),
        },
        signals=_signals(attempt),
        own=_own_parameters(attempt),
        is_change=sequence > 1,
        code=_code(attempt) if group == CLIENT and sequence == 1 else None,
    )
    receipt = Receipt(
        box=box.reference,
        entry_hash=entry_hash,
        nonce_hash=nonce_hash,
        nonce_by=request.nonce_by,
        at=_written(second),
    )
    return receipt, row


def _own_parameters(attempt: _Attempt) -> dict[str, Any]:
    return {
        "grading_id": attempt.booth.grading_id,
        "voter_key": attempt.voter_key,
        "request_key": attempt.mark.key,
        "changer": attempt.changer,
        "since_bucket": voters.time_bucket(attempt.now) - HOUR_OF_BUCKETS,
    }


def _touch(executor: Executor, attempt: _Attempt) -> None:
    now, written_at = attempt.now, attempt.found.written_at
    if written_at is None or now >= written_at + TOUCH_EVERY:
        parameters = {"touched_id": attempt.booth.grading_id, "now": now, "before": now - TOUCH_EVERY}
        appending.touch(executor, parameters)


def _code(attempt: _Attempt) -> dict[str, Any]:
    booth = attempt.booth
    return {
        "code_unit_id": booth.unit_id,
        "code_number": attempt.found.client_code,
        "code_mark": voters.keyed(booth.voter_secret, "code used", attempt.voter_key),
    }


def _signals(attempt: _Attempt) -> Signals:
    key, where, found = attempt.booth.signal_key, attempt.request.circumstances, attempt.found
    network = None if where.address is None else voters.network_of(where.address)
    return Signals(
        device=None if where.device is None else voters.device_signal(key, where.device),
        network=None if network is None else voters.network_signal(key, network),
        number_block=voters.number_block_signal(key, found.number_block) if found.number_block else None,
        on_staff_list=found.staff_entries > 0,
        bucket=voters.time_bucket(attempt.now),
        watched=attempt.request.watched,
    )


def _written(second: int) -> str:
    """The voter's own time, in the district's clock."""
    return clock.local(datetime.fromtimestamp(second, UTC)).isoformat(timespec="seconds")
