"""From sealed ballots to a result: a damaged box is not counted, and counting keeps no grade."""

import pytest
from sqlalchemy import func, select

from evalapp.ballots.keepers import KeyGone
from evalapp.ballots.models import BallotSignal, SealedBallot
from evalapp.ballots.services import standings
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.programme.models import Episode
from evalapp.results.models import Result
from evalapp.results.queries import league, published
from evalapp.results.services import opening
from evalapp.units.models import Unit
from tests.support.results import vote


def document(polling, episode):
    with polling.platform.session() as session:
        return published.published(session, episode.number).document


def test_a_result_follows_from_the_last_ballot_of_each_voter(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 4, 3), times=30)
    changed, gone = polling.voters(2)
    polling.cast(episode, changed, (1, 1, 1))
    polling.cast(episode, changed, (5, 4, 3))
    polling.cast(episode, gone, (1, 1, 1))
    polling.withdraw(episode, gone)
    office.publish(episode)
    shown = document(polling, episode)
    resident = shown["counts"]["groups"]["resident"]
    assert resident["people"] == 31
    assert resident["dimensions"]["openness"] == {"5": 31, "4": 0, "3": 0, "2": 0, "1": 0, "unknown": 0}
    assert shown["score"]["index"]["mean"] == "80.00"
    assert shown["score"]["too_few"] == ["client", "panel"]


def test_an_open_box_is_not_counted_and_a_counted_one_not_twice(polling, office):
    episode = polling.announce()
    with pytest.raises(Conflict, match="截止"):
        office.count(polling.grading(episode))
    grading = office.close(episode)
    office.count(grading)
    with pytest.raises(Conflict, match="已经"):
        office.count(grading)


def test_counting_keeps_no_grade_and_an_unpublished_result_is_nobodys(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=30)
    grading = office.close(episode)
    office.count(grading)
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 0
    office.prepare(grading)
    with polling.platform.session() as session:
        with pytest.raises(NotFound):
            published.published(session, episode.number)
        assert league.league(session, 2026).classes == []


def test_a_swapped_envelope_stops_the_count(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=3)
    with polling.platform.transaction() as session:
        one, two, _ = session.scalars(select(SealedBallot))
        one.envelope, two.envelope = two.envelope, one.envelope
    grading = office.close(episode)
    with pytest.raises(opening.BoxDamaged):
        office.count(grading)


@pytest.mark.parametrize("damage", ["delete", "sequence"])
def test_a_missing_ballot_stops_the_count(polling, office, damage):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter)
    polling.cast(episode, voter)
    with polling.platform.transaction() as session:
        first = session.scalars(select(SealedBallot).where(SealedBallot.sequence == 1)).one()
        if damage == "delete":
            session.execute(BallotSignal.__table__.delete().where(BallotSignal.ballot_id == first.id))
            session.delete(first)
        else:
            first.sequence = 3
    grading = office.close(episode)
    with pytest.raises(opening.BoxDamaged):
        office.count(grading)


def test_without_its_key_a_box_says_that_it_cannot_be_counted(polling, office):
    episode = polling.announce()
    grading = office.close(episode)
    (polling.keepers._folder(episode.reference) / "panel.key").unlink()
    with pytest.raises(KeyGone, match="panel"):
        office.count(grading)


def test_invited_people_and_clients_have_boxes_of_their_own(polling, office):
    episode = polling.announce()
    member, client, resident = polling.voters(3)
    with polling.platform.transaction() as session:
        stored = session.get_one(Episode, episode.id)
        standings.invite(session, stored, person_ids=[member.person_id], actor=SYSTEM)
        unit = session.get_one(Unit, stored.unit_id)
        (code,) = standings.print_client_codes(session, unit, number=1, secret=b"s" * 32, actor=SYSTEM)
    for voter in (member, client):
        with polling.platform.transaction() as session:
            if voter is client:
                standings.claim_code(
                    session, code.text.lower(), resident_id=voter.resident_id, secret=b"s" * 32
                )
    boxes = [
        polling.cast(episode, voter).receipt.box.rpartition(".")[2] for voter in (member, client, resident)
    ]
    assert boxes == ["panel", "client", "resident"]
    with polling.platform.transaction() as session, pytest.raises(Invalid):
        standings.claim_code(session, code.text, resident_id=resident.resident_id, secret=b"s" * 32)
    with polling.platform.transaction() as session:
        standings.invite(session, stored, person_ids=[resident.person_id], actor=SYSTEM)
    assert polling.cast(episode, resident).receipt.box.endswith(
        ".resident"
    )  # the first ballot fixed the group
    assert polling.cast(episode, client).receipt.box.endswith(".client")
    other = polling.announce(unit=unit)
    assert polling.cast(other, client).receipt.box.endswith(".resident")  # the code is used up
