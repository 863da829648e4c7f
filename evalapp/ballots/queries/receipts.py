"""Reading receipts: is a ballot in a box, and which receipts are one's own. Never how anybody graded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts.rules import PersonIds
from evalapp.ballots.keepers import Keepers, KeyGone
from evalapp.ballots.models import BallotBox, Grading, SealedBallot
from evalapp.ballots.rules.receipts import CodeRefused, NonceBy, Receipt, typed_code
from evalapp.ballots.rules.voters import voter_key
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode


@dataclass(frozen=True, kw_only=True)
class Standing:
    """That this person has handed in for an episode, and the receipt's code. It may be a withdrawal: nobody can tell."""

    episode: Episode
    closes_at: datetime
    code: str
    box: str


def is_received(session: Session, typed: str, *, box: str | None = None) -> bool:
    """Whether a ballot with this receipt's code lies in some box (or in `box`); never more than yes or no."""
    try:
        code = typed_code(typed)
    except CodeRefused:
        return False
    query = select(SealedBallot.id).where(SealedBallot.code == code)
    if box is not None:
        query = query.join(BallotBox, BallotBox.id == SealedBallot.box_id).where(BallotBox.reference == box)
    return session.scalar(query) is not None


def receipt_of(session: Session, typed: str) -> Receipt:
    """The receipt with this code, without its time, which nobody but the voter has. Raises `NotFound`."""
    try:
        code = typed_code(typed)
    except CodeRefused:
        raise NotFound(N_("没有这张回执。")) from None
    row = session.execute(
        select(SealedBallot.entry_hash, SealedBallot.nonce_hash, BallotBox.reference)
        .join(BallotBox, BallotBox.id == SealedBallot.box_id)
        .where(SealedBallot.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有这张回执。"))
    return Receipt(
        box=row.reference,
        entry_hash=row.entry_hash,
        nonce_hash=row.nonce_hash,
        nonce_by=NonceBy.VOTER,
        at=None,
    )


def own(session: Session, *, person: PersonIds, keepers: Keepers) -> Sequence[Standing]:
    """What this person has handed in, newest episode first; nothing any more where the secrets are forgotten."""
    rows = session.execute(
        select(Grading, Episode)
        .join(Episode, Episode.id == Grading.episode_id)
        .where(Grading.forgotten_at.is_(None))
        .order_by(Episode.number.desc())
        .limit(200)
    ).all()
    keys = {
        grading.id: _voter_key(person, grading.announced_at, episode.reference, keepers)
        for grading, episode in rows
    }
    last = _last(session, set(keys.values()))
    return [
        Standing(
            episode=episode,
            closes_at=grading.closes_at,
            code=last[keys[grading.id]][0],
            box=last[keys[grading.id]][1],
        )
        for grading, episode in rows
        if keys[grading.id] in last
    ]


def code_in(
    session: Session, episode: Episode, *, announced_at: datetime, person: PersonIds, keepers: Keepers
) -> str | None:
    """The code of the receipt of this person's last ballot in one episode; None before there is one, or any more."""
    try:
        key = _voter_key(person, announced_at, episode.reference, keepers)
    except KeyGone:
        return None
    found = _last(session, {key}).get(key)
    return found[0] if found else None


def _voter_key(person: PersonIds, announced_at: datetime, reference: str, keepers: Keepers) -> bytes:
    return voter_key(keepers.voter_secret(reference), bytes.fromhex(person.in_box_of(announced_at)))


def _last(session: Session, keys: set[bytes]) -> dict[bytes, tuple[str, str]]:
    rows = session.execute(
        select(
            SealedBallot.voter_key,
            SealedBallot.entry_hash,
            SealedBallot.nonce_hash,
            BallotBox.reference,
        )
        .join(BallotBox, BallotBox.id == SealedBallot.box_id)
        .where(SealedBallot.voter_key.in_(keys))
        .order_by(SealedBallot.voter_key, SealedBallot.sequence)
    ).all()
    return {
        row.voter_key: (
            Receipt(
                box=row.reference,
                entry_hash=row.entry_hash,
                nonce_hash=row.nonce_hash,
                nonce_by=NonceBy.VOTER,
                at=None,
            ).code,
            row.reference,
        )
        for row in rows
    }
