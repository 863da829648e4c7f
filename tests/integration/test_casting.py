"""Casting: a sealed ballot with its receipt, changeable, by whoever is signed in, in three statements."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, inspect, select

from evalapp.accounts import queries
from evalapp.accounts.models import Resident, SignedIn
from evalapp.ballots.models import BallotSignal, SealedBallot
from evalapp.ballots.rules.sealing import Opener
from evalapp.ballots.services import booths, casting
from evalapp.core import clock, lean
from evalapp.core.errors import Conflict, NotFound, NotSignedIn


def opened(polling, episode, group="resident"):
    """Every ballot of a box, opened as the keepers would."""
    opener = Opener(polling.keepers.box_key(episode.reference, group))
    with polling.platform.session() as session:
        envelopes = session.scalars(
            select(SealedBallot.envelope).order_by(SealedBallot.voter_key, SealedBallot.sequence)
        )
        return [opener.open(envelope) for envelope in envelopes]


def rows(polling, kind=SealedBallot):
    with polling.platform.session() as session:
        return session.scalar(select(func.count()).select_from(kind))


def test_a_ballot_is_sealed_and_its_receipt_belongs_to_its_entry(polling):
    episode, voter = polling.announce(), polling.voter()
    accepted = polling.cast(episode, voter, (5, 0, 2))
    (ballot,) = opened(polling, episode)
    assert tuple(ballot.opinion.grades.values()) == (5, 0, 2)
    assert ballot.box == accepted.receipt.box == f"{episode.reference}.resident"
    with polling.platform.session() as session:
        row = session.scalars(select(SealedBallot)).one()
    assert row.entry_hash == accepted.receipt.entry_hash
    assert not accepted.is_repeat


def test_the_same_request_gets_the_same_receipt_later(polling):
    episode, voter = polling.announce(), polling.voter()
    nonce = uuid.uuid4().bytes
    first = polling.cast(episode, voter, key="k", nonce=nonce)
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        again = polling.cast(episode, voter, key="k", nonce=nonce)
    assert again.receipt == first.receipt
    assert again.is_repeat
    assert rows(polling) == 1


def test_the_same_key_with_another_body_is_refused(polling):
    episode, voter = polling.announce(), polling.voter()
    nonce = uuid.uuid4().bytes
    polling.cast(episode, voter, (5, 5, 5), key="k", nonce=nonce)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        polling.cast(episode, voter, (5, 5, 4), key="k", nonce=nonce)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        polling.withdraw(episode, voter, key="k")
    assert rows(polling) == 1


def test_two_people_may_draw_the_same_key(polling):
    episode = polling.announce()
    receipts = [polling.cast(episode, voter, key="k").receipt for voter in polling.voters(2)]
    assert receipts[0].entry_hash != receipts[1].entry_hash


def test_a_change_is_a_new_row_and_a_withdrawal_looks_like_one(polling):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter, (1, 1, 1))
    polling.cast(episode, voter, (5, 5, 5))
    polling.withdraw(episode, voter)
    ballots = opened(polling, episode)
    assert [ballot.sequence for ballot in ballots] == [1, 2, 3]
    assert ballots[-1].opinion is None
    with polling.platform.session() as session:
        assert len(set(session.scalars(select(func.length(SealedBallot.envelope))))) == 1


def test_nothing_can_be_withdrawn_before_something_was_handed_in(polling):
    episode, voter = polling.announce(), polling.voter()
    with pytest.raises(NotFound):
        polling.withdraw(episode, voter)


def signed_in(polling, voter, **changes):
    token = uuid.uuid4().hex
    row = SignedIn(
        token_hash=queries.hashed(token),
        resident_id=voter.resident_id,
        created_at=clock.now(),
        last_seen_at=clock.now(),
    )
    for name, value in changes.items():
        setattr(row, name, value)
    with polling.platform.transaction() as session:
        session.add(row)
    return casting.Voter(token_hash=queries.hashed(token))


def test_a_signed_in_browser_casts_as_its_resident(polling):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter)
    polling.cast(episode, signed_in(polling, voter))
    assert [ballot.sequence for ballot in opened(polling, episode)] == [1, 2]


def test_whoever_is_not_signed_in_may_not_cast(polling):
    episode, voter = polling.announce(), polling.voter()
    long_ago = clock.now() - timedelta(days=31)
    strangers = [
        casting.Voter(resident_id=uuid.uuid4()),
        casting.Voter(token_hash="00" * 32),
        casting.Voter(),
        signed_in(polling, voter, ended_at=clock.now()),
        signed_in(polling, voter, last_seen_at=long_ago),
        signed_in(polling, voter, resident_id=None),
    ]
    for stranger in strangers:
        with pytest.raises(NotSignedIn):
            polling.cast(episode, stranger)
    with polling.platform.transaction() as session:
        session.get_one(Resident, voter.resident_id).erased_at = clock.now()
    with pytest.raises(NotSignedIn):
        polling.cast(episode, voter)


def test_a_receipt_that_was_lost_on_the_way_is_given_again_after_closing(polling):
    episode, voter, nonce = polling.announce(days=1), polling.voter(), uuid.uuid4().bytes
    first = polling.cast(episode, voter, key="k", nonce=nonce)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert polling.cast(episode, voter, key="k", nonce=nonce).receipt == first.receipt
        with pytest.raises(booths.Closed):
            polling.cast(episode, voter, key="other", nonce=nonce)


def test_signals_are_keyed_hashes_apart_from_the_ballot(polling):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter, watched=3)
    with polling.platform.session() as session:
        signal = session.scalars(select(BallotSignal)).one()
        columns = {column.key for column in inspect(SealedBallot).columns}
    assert (signal.watched, signal.on_staff_list) == (3, False)
    assert len({signal.device, signal.network, signal.number_block}) == 3
    assert not {"device", "network", "created_at", "watched", "bucket"} & columns


def statements_of(polling, act):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    one = lean.Link.one

    def note_text(link, statement, *arguments):
        seen.append(statement.text)
        return one(link, statement, *arguments)

    event.listen(polling.platform.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lean.Link, "one", note_text)
        act()
    event.remove(polling.platform.engine, "before_cursor_execute", note)
    return seen


def test_casting_takes_at_most_three_statements(polling):
    episode, voters = polling.announce(), polling.voters(3)
    polling.cast(episode, voters[0])  # opens the booth and notes the time
    is_postgresql = polling.platform.engine.dialect.name == "postgresql"
    first = statements_of(polling, lambda: polling.cast(episode, voters[1]))
    change = statements_of(polling, lambda: polling.cast(episode, voters[1]))
    assert len(first) == (2 if is_postgresql else 3), first
    # SQLite has no INSERT inside a WITH: signals and the hourly limit are statements of their own there.
    assert len(change) == (3 if is_postgresql else 6), change
