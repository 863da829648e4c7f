"""Opening the boxes of an episode with the keepers' key, and checking that every ballot belongs where it lies."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts.queries import kiosk_caps
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import BallotBox, BallotSignal, Grading, PanelInvitation, SealedBallot
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules import sealing
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.ballots.rules.sealing import Ballot, Opener, Unreadable
from evalapp.ballots.rules.voters import Signals, device_signal, network_signal
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.ledger.rules import leaf_hash
from evalapp.programme.models import Episode
from evalapp.results.models import SetApart
from evalapp.results.rules import counting
from evalapp.results.rules.counting import CountFault, GroupCount, Standing
from evalapp.results.rules.integrity import Flag, Observed, flags, pattern

CHUNK = 5_000


class BoxDamaged(Conflict):
    """What lies in the box cannot have come out of honest casting: nothing is counted until that is explained."""

    code = "box-damaged"
    title = N_("票箱里的东西不对。")


@dataclass(frozen=True, kw_only=True)
class OpenedBoxes:
    """The standing ballots of an episode by voter, with the random key of each row."""

    profile: SeasonProfile
    standing: Mapping[bytes, Standing]
    rows: Mapping[bytes, uuid.UUID]

    def counts(self, *, without: frozenset[uuid.UUID] = frozenset()) -> dict[str, GroupCount]:
        """Counts by group, leaving out these ballots."""
        kept = (standing for voter, standing in self.standing.items() if self.rows[voter] not in without)
        return counting.count(kept, groups=[group.code for group in self.profile.groups])


def open_boxes(session: Session, grading: Grading, episode: Episode, *, keepers: Keepers) -> OpenedBoxes:
    """Open every envelope and fold, within a transaction. Raises `KeyGone`, and `BoxDamaged` for a ballot that is not what its row says."""
    profile = gradings.profile_from(grading.profile)
    last: dict[bytes, tuple[int, uuid.UUID]] = {}
    opened: dict[str, list[Ballot]] = {}
    try:
        for box in gradings.boxes(session, grading.id):
            opener = Opener(keepers.box_key(episode.reference, box.group))
            opened[box.group] = []
            for ballot_id, ballot in _opened(session, box, opener):
                opened[box.group].append(ballot)
                if ballot.sequence > last.get(ballot.voter_key, (0, None))[0]:
                    last[ballot.voter_key] = (ballot.sequence, ballot_id)
        standing = counting.fold(opened)
    except (CountFault, Unreadable) as fault:
        raise BoxDamaged(
            N_("票箱与记录不符，已停止计票：%(fault)s。请保留现场并通知审计员。"), fault=str(fault)
        ) from fault
    return OpenedBoxes(
        profile=profile,
        standing=standing,
        rows={voter: ballot_id for voter, (_, ballot_id) in last.items() if voter in standing},
    )


def _opened(session: Session, box: BallotBox, opener: Opener) -> Iterator[tuple[uuid.UUID, Ballot]]:
    rows = session.execute(
        select(
            SealedBallot.id,
            SealedBallot.voter_key,
            SealedBallot.sequence,
            SealedBallot.nonce_hash,
            SealedBallot.envelope,
            SealedBallot.entry_hash,
        )
        .where(SealedBallot.box_id == box.id)
        .order_by(SealedBallot.id)
        .execution_options(yield_per=CHUNK)
    )
    try:
        for row in rows:
            yield row.id, _checked(opener.open(row.envelope), row, box)
    finally:
        rows.close()


def _checked(ballot: Ballot, row: Any, box: BallotBox) -> Ballot:
    belongs = (
        ballot.box == box.reference
        and ballot.voter_key == row.voter_key
        and ballot.sequence == row.sequence
        and sealing.nonce_hash(ballot.nonce) == row.nonce_hash
        and leaf_hash(sealing.ballot_entry(nonce=ballot.nonce, envelope=row.envelope)) == row.entry_hash
    )
    if not belongs:
        raise CountFault("an envelope does not belong to its row")
    return ballot


def observed(session: Session, opened: OpenedBoxes, grading: Grading) -> list[Observed]:
    """The standing ballots with their signals: the one query that reads them."""
    signals = {
        row.ballot_id: Signals(
            device=row.device,
            network=row.network,
            number_block=row.number_block,
            on_staff_list=row.on_staff_list,
            bucket=row.bucket,
            watched=row.watched,
        )
        for row in session.execute(
            select(*BallotSignal.__table__.c)
            .join(SealedBallot, SealedBallot.id == BallotSignal.ballot_id)
            .where(SealedBallot.grading_id == grading.id)
        )
    }
    return [
        Observed(
            handle=str(opened.rows[voter]),
            signals=signals[opened.rows[voter]],
            grades=pattern(standing.ballot.opinion.grades),
        )
        for voter, standing in opened.standing.items()
        if standing.ballot.opinion is not None and opened.rows[voter] in signals
    ]


def find_flags(
    session: Session, opened: OpenedBoxes, grading: Grading, episode: Episode, *, keepers: Keepers
) -> tuple[Flag, ...]:
    """What the announced rules point at."""
    rules = opened.profile.integrity
    key = keepers.signal_key(episode.reference)
    caps = {network_signal(key, listed.network): listed.cap for listed in rules.networks}
    # A kiosk counts as one where it was registered before the box opened: nobody makes one of a device afterwards.
    kiosks = kiosk_caps(session, before=grading.opens_at)
    return flags(
        observed(session, opened, grading),
        rules,
        network_caps=caps,
        device_caps={device_signal(key, mark): cap for mark, cap in kiosks.items()},
    )


def invited(session: Session, episode_id: uuid.UUID) -> dict[str, int]:
    """How many people were invited to each group."""
    rows = session.execute(
        select(PanelInvitation.group, func.count())
        .where(PanelInvitation.episode_id == episode_id)
        .group_by(PanelInvitation.group)
        .order_by(PanelInvitation.group)
    )
    return {row[0]: row[1] for row in rows}


def set_apart(session: Session, grading_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The ballots that two people set apart and did not put back, with the reason."""
    rows = session.execute(
        select(SetApart.ballot_id, SetApart.reason)
        .join(SealedBallot, SealedBallot.id == SetApart.ballot_id)
        .where(SealedBallot.grading_id == grading_id, SetApart.put_back_id.is_(None))
    )
    return {row[0]: row[1] for row in rows}
