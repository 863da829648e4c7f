"""Publication by two people, the term for objections, turnout, and what is forgotten in the end."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from evalapp.audit.models import AuditEntry
from evalapp.ballots.models import BallotSignal, TwoPersonAct
from evalapp.ballots.services import announcing, closing
from evalapp.core import clock
from evalapp.core.errors import Conflict, NotAllowed
from evalapp.core.permissions import SYSTEM
from evalapp.programme.models import Episode
from evalapp.results.queries import published
from evalapp.results.services import publishing
from tests.support.results import vote


def test_one_person_cannot_publish(polling, office):
    episode = polling.announce()
    grading = office.close(episode)
    office.count(grading)
    with pytest.raises(Conflict):
        office.propose(grading)
    office.prepare(grading)
    act = office.propose(grading)
    with pytest.raises(NotAllowed):
        office.confirm(act, office.first)
    newcomer = polling.officer(approves_from=clock.now() + timedelta(days=1))
    with pytest.raises(NotAllowed):
        office.confirm(act, newcomer)
    with pytest.raises(NotAllowed):
        office.confirm(act, SYSTEM)
    office.confirm(act)
    with pytest.raises(Conflict):
        office.confirm(act, polling.officer())


def test_without_the_check_the_database_still_refuses_one_person(polling, office):
    """Planted defect: a service that forgot to compare is stopped by the constraint."""
    episode = polling.announce()
    grading = office.close(episode)
    office.count(grading)
    office.prepare(grading)
    act = office.propose(grading)
    forget = update(TwoPersonAct).values(confirmed_by=TwoPersonAct.proposed_by, confirmed_at=clock.now())
    with (
        polling.platform.transaction() as session,
        pytest.raises(IntegrityError, match="two_different_people"),
    ):
        session.execute(forget.where(TwoPersonAct.id == act.id))


def test_a_result_that_changed_after_it_was_proposed_is_proposed_anew(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=40)
    grading = office.close(episode)
    office.count(grading)
    office.prepare(grading)
    act = office.propose(grading)
    office.prepare(grading)
    with pytest.raises(Conflict):
        office.confirm(act)


def test_a_publication_starts_the_objection_term_and_ends_in_final(polling, office):
    episode = polling.announce()
    with time_machine.travel("2026-12-01 02:00:00+00:00"):  # a Tuesday
        office.publish(episode)
        with polling.platform.session() as session:
            stored = session.get_one(Episode, episode.id)
            assert clock.local(stored.final_at).isoformat() == "2026-12-16T00:00:00+08:00"
            assert stored.published_at is not None


def test_extension_and_voiding_are_entries_by_two_people(polling, office):
    episode = polling.announce(days=1)
    grading = polling.grading(episode)
    later = grading.closes_at + timedelta(days=1)
    with polling.platform.transaction() as session:
        act = announcing.propose_extension(
            session, grading, closes_at=later, reason="停电", actor=office.first
        )
    with polling.platform.transaction() as session, pytest.raises(NotAllowed):
        announcing.confirm_extension(session, act.id, actor=office.first)
    with polling.platform.transaction() as session:
        announcing.confirm_extension(session, act.id, actor=office.second)
    with time_machine.travel(clock.now() + timedelta(days=1, hours=3)):
        assert polling.cast(episode, polling.voter())
    with polling.platform.transaction() as session:
        act = announcing.propose_voiding(session, grading, reason="停播", actor=office.first)
    with polling.platform.transaction() as session:
        announcing.confirm_voiding(session, act.id, actor=office.second)
    with time_machine.travel(clock.now() + timedelta(days=1, hours=4)), pytest.raises(Conflict, match="作废"):
        polling.cast(episode, polling.voter())
    with polling.platform.session() as session:
        assert session.get_one(Episode, episode.id).void_reason == "停播"
        acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)).all()
    assert {"box.extend.confirmed", "box.void.confirmed"} <= set(acts)


def test_what_ties_voters_to_ballots_is_forgotten_and_the_count_stands(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=30)
    result = office.publish(episode)
    folder = polling.keepers._folder(episode.reference)
    for days, gone in (
        (29, set()),
        (31, {"voter.secret", "signals.key"}),
        (91, {"panel.key", "resident.key"}),
    ):
        with polling.platform.session() as session:
            final_at = session.get_one(Episode, episode.id).final_at
        with time_machine.travel(final_at + timedelta(days=days)), polling.platform.transaction() as session:
            for grading_id in publishing.to_forget(session):
                publishing.forget(session, grading_id, keepers=polling.keepers)
        assert not {path.name for path in folder.iterdir()} & gone
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(BallotSignal)) == 0
        assert published.published(session, episode.number).result.document_hash == result.document_hash
        assert publishing.to_forget(session) == []


def test_turnout_is_told_in_steps_and_late(polling):
    episode = polling.announce()
    grading = polling.grading(episode)
    moment = clock.now()
    for number, minutes, told in ((19, 0, 0), (2, 5, 0), (0, 11, 20), (19, 15, 20), (1, 22, 40)):
        vote(polling, episode, (5, 5, 5), times=number)
        with (
            time_machine.travel(moment + timedelta(minutes=minutes)),
            polling.platform.transaction() as session,
        ):
            closing.refresh_turnout(session, grading.id)
        assert polling.grading(episode).turnout == told
