"""Many at once: one ballot a person, none lost while the box closes, one process that casts, a full disk."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, select

from evalapp.ballots.models import BallotSignal, Grading, SealedBallot
from evalapp.ballots.rules.sealing import Opener
from evalapp.ballots.services import appending, booths, casting, closing
from evalapp.core import clock, lean
from evalapp.core.errors import Unavailable


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
