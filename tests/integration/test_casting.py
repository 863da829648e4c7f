"""Casting: one ballot a person, changeable until closing, never lost, never counted twice."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, inspect, select

from evalapp.accounts import queries
from evalapp.accounts.models import Resident, SignedIn
from evalapp.ballots.models import BallotChange, BallotSignal, Grading, SealedBallot
from evalapp.ballots.rules.sealing import Opener
from evalapp.ballots.services import appending, booths, casting, closing
from evalapp.core import clock, lean
from evalapp.core.errors import Conflict, NotFound, NotSignedIn, TooMany, Unavailable
from evalapp.programme.models import Recording
from evalapp.retention.jobs import Retention
from tests.support.watchable import add_prepared


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


def test_a_fourth_change_within_the_hour_is_refused_and_allowed_later(polling):
    episode, voter = polling.announce(), polling.voter()
    for _ in range(4):
        polling.cast(episode, voter)
    with pytest.raises(TooMany):
        polling.cast(episode, voter)
    with time_machine.travel(clock.now() + timedelta(minutes=66)):
        polling.cast(episode, voter)
    assert rows(polling) == 5


def test_twenty_ballots_a_box_are_the_end(polling):
    episode, voter = polling.announce(), polling.voter()
    moment = clock.now()
    for _ in range(20):
        with time_machine.travel(moment):
            polling.cast(episode, voter)
        moment += timedelta(minutes=40)
    with time_machine.travel(moment), pytest.raises(TooMany):
        polling.cast(episode, voter)


def test_changes_are_forgotten_after_two_hours(polling):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter)
    polling.cast(episode, voter)
    assert rows(polling, BallotChange) == 1
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        Retention()(polling.platform)
    assert rows(polling, BallotChange) == 0


@pytest.mark.parametrize(("jump", "sentence"), [(timedelta(hours=-1), "开始"), (timedelta(days=7), "截止")])
def test_no_ballot_outside_the_window_wherever_the_clock_jumps(polling, jump, sentence):
    episode, voter = polling.announce(), polling.voter()
    with time_machine.travel(clock.now() + jump), pytest.raises(booths.Closed, match=sentence):
        polling.cast(episode, voter)
    assert rows(polling) == 0


def test_grading_waits_for_a_recording_that_can_be_watched(polling):
    episode, voter = polling.announce(is_prepared=False), polling.voter()
    with pytest.raises(booths.Closed, match="录像还没有准备好"):
        polling.cast(episode, voter)
    assert rows(polling) == 0
    with polling.platform.transaction() as session:
        add_prepared(session, episode)
    polling.cast(episode, voter)
    assert rows(polling) == 1


def test_a_recording_replaced_while_grading_keeps_it_open(polling):
    episode = polling.announce()
    with polling.platform.transaction() as session:
        first = session.scalars(select(Recording)).one()
        second = Recording(
            episode_id=episode.id,
            version=2,
            token=uuid.uuid4().hex,
            original_name="corrected.mp4",
            size=1,
            delivered_at=clock.now(),
            delivered_by="电视台",
        )
        session.add(second)
        session.flush()
        first.replaced_at, first.replaced_by_id = clock.now(), second.id
        session.flush()
        second.prepared_at, second.duration_ms = clock.now(), 60_000
    polling.cast(episode, polling.voter())
    assert rows(polling) == 1


def test_a_clock_that_went_back_makes_casting_unavailable(polling):
    episode, voters = polling.announce(), polling.voters(3)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        polling.cast(episode, voters[0])
    with pytest.raises(casting.ClockWentBack):
        polling.cast(episode, voters[1])
    with time_machine.travel(clock.now() + timedelta(hours=2) - timedelta(seconds=1)):
        polling.cast(episode, voters[2])


def test_a_clock_that_nobody_compared_would_be_noticed(polling, monkeypatch):
    """Planted defect: without the note of the time, the set-back clock is not seen."""
    monkeypatch.setattr(appending, "touch", lambda *_: None)
    episode, voters = polling.announce(), polling.voters(2)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        polling.cast(episode, voters[0])
    assert polling.cast(episode, voters[1])


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


def in_threads(number, act):
    """Run `act(n)` in this many threads at once; outcomes are results or refusals."""
    start = threading.Barrier(number)

    def one(n):
        start.wait()
        for _ in range(50):
            try:
                return act(n)
            except Unavailable as busy:
                refusal = busy
            except Exception as error:  # noqa: BLE001  a refusal is an outcome here
                return error
        return refusal

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_fifty_threads_with_one_key_are_one_ballot_and_one_receipt(polling):
    episode, voter, nonce = polling.announce(), polling.voter(), uuid.uuid4().bytes
    polling.booth(episode)
    outcomes = in_threads(50, lambda _: polling.cast(episode, voter, key="one", nonce=nonce).receipt)
    assert len(set(outcomes)) == 1, outcomes
    assert rows(polling) == 1
    assert rows(polling, BallotSignal) == 1


def test_forgetting_the_key_would_be_noticed(polling, monkeypatch):
    """Planted defect: when repeats are not recognised, the same request becomes several ballots."""
    monkeypatch.setattr(casting.voters, "request_mark", unrepeatable(casting.voters.request_mark))
    episode, voter, nonce = polling.announce(), polling.voter(), uuid.uuid4().bytes
    for _ in range(3):
        polling.cast(episode, voter, key="one", nonce=nonce)
    assert rows(polling) == 3


def unrepeatable(request_mark):
    return lambda secret, *, voter, key, body: request_mark(
        secret, voter=voter, key=key + uuid.uuid4().hex, body=body
    )


def test_fifty_ballots_of_one_citizen_at_once_make_one_history(polling):
    season = polling.season(profile=unlimited())
    episode, voter = polling.announce(season=season), polling.voter()
    polling.booth(episode)
    outcomes = in_threads(50, lambda n: polling.cast(episode, voter, (n % 5 + 1,) * 3, key=f"k{n}").receipt)
    assert len(set(outcomes)) == 50, outcomes
    assert [ballot.sequence for ballot in opened(polling, episode)] == list(range(1, 51))


def unlimited():
    from evalapp.ballots.queries.gradings import default_profile

    return default_profile().model_dump(mode="json") | {"changes_per_hour": 99, "ballots_per_box": 99}


def test_closing_waits_for_casts_under_way_and_no_receipt_lies_outside(polling):
    """Casts in flight while the box closes: each is in the box or refused."""
    episode, voters = polling.announce(), polling.voters(200)
    polling.booth(episode)
    grading = polling.grading(episode)
    receipts, refused, go = [], [], threading.Event()

    def vote(voter):
        try:
            receipts.append(polling.cast(episode, voter).receipt)
        except (booths.Closed, Unavailable) as refusal:
            refused.append(refusal)
        if len(receipts) == 60:
            go.set()

    def close():
        go.wait(30)
        with polling.platform.transaction() as session:
            session.get_one(Grading, grading.id).closes_at = clock.now()
        with polling.platform.transaction() as session:
            assert closing.close(session, grading.id)
            in_box.extend(session.scalars(select(SealedBallot.entry_hash)))

    in_box = []
    closer = threading.Thread(target=close)
    closer.start()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(vote, voters))
    closer.join()
    assert len(receipts) + len(refused) == 200
    assert refused
    assert {receipt.entry_hash for receipt in receipts} == set(in_box)
    assert rows(polling) == len(receipts)


def test_a_closing_that_does_not_wait_would_be_noticed(polling, monkeypatch):
    """Planted defect: without the guard in the INSERT and without the lock, a cast that read before lands after."""
    if polling.platform.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer; there is nothing to wait for")
    episode, voter = polling.announce(), polling.voter()
    grading = polling.grading(episode)
    read = appending.read

    def read_then_close(session, parameters):
        found = read(session, parameters)
        with polling.platform.transaction() as other:
            other.get_one(Grading, grading.id).closed_at = clock.now()
        return found

    monkeypatch.setattr(appending, "read", read_then_close)
    with pytest.raises((booths.Closed, Unavailable)):
        polling.cast(episode, voter)  # the guard in the INSERT refuses what the lock would have kept waiting
    monkeypatch.setitem(appending._APPEND, (False, False), without_guard())
    with polling.platform.transaction() as session:
        session.get_one(Grading, grading.id).closed_at = None
    polling.cast(episode, voter)
    assert rows(polling) == 1


def without_guard():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appending, "_OPEN", appending.true())
        return lean.Statement(appending._appending(is_change=False, uses_code=False))


def test_a_second_closing_changes_nothing(polling):
    episode = polling.announce(days=1)
    grading = polling.grading(episode)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        outcomes = in_threads(4, lambda _: close_in_a_transaction(polling, grading.id))
    assert sorted(outcomes) == [False, False, False, True]
    assert polling.grading(episode).closed_at == polling.grading(episode).closes_at


def close_in_a_transaction(polling, grading_id):
    with polling.platform.transaction() as session:
        return closing.close(session, grading_id)


def test_a_second_process_may_not_cast_into_sqlite(polling):
    if polling.platform.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes ballots from many processes")
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter)
    other = type(polling)(polling.platform)
    with pytest.raises(Unavailable):
        other.cast(episode, voter)
    polling.booths.close()
    assert other.cast(episode, voter)
    other.booths.close()


def test_a_full_disk_is_said_and_loses_nothing(polling):
    if polling.platform.engine.dialect.name != "sqlite":
        pytest.skip("a full disk is made with SQLite's page limit")
    episode, voters = polling.announce(), polling.voters(400)
    polling.cast(episode, voters[0])
    receipts = []
    with polling.platform.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count={pages + 20}")

    event.listen(polling.platform.engine, "checkout", limit)
    with pytest.raises(Unavailable):
        receipts.extend(polling.cast(episode, voter).receipt for voter in voters[1:])
    event.remove(polling.platform.engine, "checkout", limit)
    polling.platform.engine.dispose()
    before = rows(polling)
    assert polling.cast(episode, voters[-1])
    assert rows(polling) == before + 1
