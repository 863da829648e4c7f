"""Seasons and episodes: made once, edited without losing words, withdrawn in the open, their state in one query."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry
from evalapp.comments.models import Thread
from evalapp.core import clock
from evalapp.core.errors import Conflict, DomainError, Invalid, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.portal.queries.home import home_page
from evalapp.programme.models import Airing, ChangeKind, Episode, RecordingSlot
from evalapp.programme.queries import planning as queries
from evalapp.programme.rules import EpisodeState
from evalapp.programme.services import planning
from tests.support.programme import Programme, at
from tests.support.statements import statements


@pytest.mark.parametrize("state", list(EpisodeState))
def test_every_state_is_reached_through_facts(
    session: Session, programme: Programme, state: EpisodeState
) -> None:
    episode = getattr(programme, state.value)()
    assert queries.episode_with_state(session, episode.number).state is state


def test_a_void_box_stays_void(session: Session, programme: Programme) -> None:
    episode, now = programme.void(), clock.now()
    with pytest.raises(Conflict, match="作废"), programme.platform.transaction() as writing:
        planning.note_window(writing, episode.id, now + timedelta(days=1), now + timedelta(days=8))
    assert queries.episode_with_state(session, episode.number).state is EpisodeState.VOID
    assert ChangeKind.BOX_VOIDED in {change.kind for change in queries.history(session, episode.id)}


def test_a_new_episode_has_a_reference_and_a_thread(session: Session, programme: Programme) -> None:
    episode = programme.planned(title="菜市场门口的路")
    thread = session.get(Thread, episode.thread_id)
    assert episode.reference == "EP-2026-01"
    assert (thread.reference, thread.path, thread.title) == ("EP-2026-01", "/episodes/1", "菜市场门口的路")
    assert (
        session.scalar(select(AuditEntry.action).where(AuditEntry.subject == "EP-2026-01"))
        == "episode.created"
    )


def test_a_season_is_begun_once(session: Session, programme: Programme) -> None:
    programme.season(2026)
    with pytest.raises(Conflict), programme.platform.transaction() as writing:
        planning.create_season(writing, year=2026, title="又一次", actor=SYSTEM)


def test_two_people_who_create_at_once_get_two_numbers(programme: Programme, session: Session) -> None:
    season, unit = programme.season(), programme.unit()
    barrier, refusals = threading.Barrier(4), []

    def create() -> None:
        barrier.wait()
        try:
            with programme.platform.transaction() as writing:
                planning.create_episode(
                    writing, season_id=season.id, unit_id=unit.id, title="同时", actor=SYSTEM
                )
        except DomainError as error:
            refusals.append(error)

    _at_once(create, 4)
    assert refusals == []
    assert sorted(session.scalars(select(Episode.number))) == [1, 2, 3, 4]


def test_a_taken_number_is_refused_at_its_field(programme: Programme) -> None:
    episode = programme.planned()
    with pytest.raises(Conflict) as refusal, programme.platform.transaction() as writing:
        planning.create_episode(
            writing,
            season_id=episode.season_id,
            unit_id=episode.unit_id,
            title="重号",
            number=episode.number,
            actor=SYSTEM,
        )
    assert refusal.value.field == "number"


def test_an_edit_keeps_the_earlier_words_and_tells_the_thread(session: Session, programme: Programme) -> None:
    episode = programme.planned(title="旧题目")
    with programme.platform.transaction() as writing:
        planning.edit_episode(
            writing,
            episode_id=episode.id,
            title="新题目",
            summary="",
            speaker_post="局长",
            seen_revision=1,
            actor=SYSTEM,
        )
    change = queries.history(session, episode.id)[0]
    assert change.detail == {"before": {"title": "旧题目"}, "after": {"title": "新题目"}}
    assert session.get(Thread, episode.thread_id).title == "新题目"


def test_of_two_who_edit_the_same_wording_one_wins(programme: Programme) -> None:
    episode = programme.planned()
    barrier, won, lost = threading.Barrier(2), [], []

    def edit() -> None:
        barrier.wait()
        try:
            with programme.platform.transaction() as writing:
                planning.edit_episode(
                    writing,
                    episode_id=episode.id,
                    title=f"题目 {threading.get_ident()}",
                    summary="",
                    speaker_post="",
                    seen_revision=1,
                    actor=SYSTEM,
                )
            won.append(1)
        except Conflict:
            lost.append(1)

    _at_once(edit, 2)
    assert (len(won), len(lost)) == (1, 1)


def test_a_withdrawal_frees_what_was_planned_and_keeps_its_reason(
    session: Session, programme: Programme
) -> None:
    episode = programme.planned()
    programme.slot(episode, starts_at=at(days=5))
    programme.airing(episode, starts_at=at(days=8, hour=20))
    programme.withdrawn(episode, reason="单位撤并")
    assert session.scalar(select(func.count()).where(RecordingSlot.cancelled_at.is_(None))) == 0
    assert session.scalar(select(Airing.reason)) == "单位撤并"
    programme.airing(programme.planned(), starts_at=at(days=8, hour=20))  # the channel is free again


def test_one_person_does_not_throw_ballots_away(programme: Programme) -> None:
    episode = programme.grading()
    with pytest.raises(Conflict, match="两人"):
        programme.withdrawn(episode)
    with programme.platform.transaction() as writing:
        planning.note_voided(writing, episode.id, "两人决定作废")
    assert programme.withdrawn(episode).withdrawn_at is not None


def test_a_counted_episode_is_not_withdrawn(programme: Programme) -> None:
    with pytest.raises(Conflict, match="计票"):
        programme.withdrawn(programme.counted())


def test_a_withdrawal_needs_a_reason(programme: Programme) -> None:
    with pytest.raises(Invalid):
        programme.withdrawn(reason="  ")


def test_a_window_is_whole_and_the_right_way_round(programme: Programme) -> None:
    episode, now = programme.planned(), clock.now()
    with pytest.raises(Invalid), programme.platform.transaction() as writing:
        planning.note_window(writing, episode.id, now, now)


def test_an_episode_of_another_unit_does_not_exist(session: Session, programme: Programme) -> None:
    episode, other = programme.planned(), programme.unit()
    with pytest.raises(NotFound):
        queries.episode_of_unit(session, unit_id=other.id, number=episode.number)


def test_what_is_open_for_grading_is_listed_soonest_deadline_first(
    session: Session, programme: Programme
) -> None:
    late, soon = programme.grading(), programme.grading()
    with programme.platform.transaction() as writing:
        planning.note_window(
            writing, soon.id, clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
        )
    programme.closed()
    programme.void()
    unprepared = programme.planned()
    programme._window(
        unprepared, opens_at=clock.now() - timedelta(hours=1), closes_at=clock.now() + timedelta(hours=1)
    )
    assert [card.number for card in home_page(session).open] == [soon.number, late.number]
    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert home_page(session).open == []


def test_states_are_loaded_in_one_statement_whatever_the_number(
    platform: Platform, programme: Programme
) -> None:
    programme.final()
    few = _statements(platform)
    for _ in range(10):
        programme.scheduled()
    assert _statements(platform) == few == 1


def test_more_statements_with_more_rows_are_noticed(platform: Platform, programme: Programme) -> None:
    """The planted defect: a list that asks for each row."""
    for _ in range(3):
        programme.planned()

    def row_by_row(session: Session) -> None:
        for row in queries.episodes_with_state(session):
            queries.episode_with_state(session, row.episode.number)

    assert _statements(platform, row_by_row) == 4


def test_the_public_watches_from_the_opening_or_the_first_airing_on(
    session: Session, programme: Programme
) -> None:
    grading, episode = programme.grading(), programme.scheduled(starts_at=at(days=7, hour=20))
    assert not queries.episode_with_state(session, episode.number).is_shown
    with time_machine.travel(at(days=7, hour=20)):
        assert queries.episode_with_state(session, episode.number).is_shown
    assert queries.episode_with_state(session, grading.number).is_shown


def test_a_failed_preparation_is_known_until_a_later_version_is_delivered(
    session: Session, programme: Programme
) -> None:
    episode = programme.refused()
    row = queries.episode_with_state(session, episode.number)
    assert row.preparation_failed
    assert row.state is EpisodeState.PLANNED


def _statements(platform: Platform, read=queries.episodes_with_state) -> int:
    with statements(platform) as sent, platform.session() as session:
        read(session)
    return len(sent)


def _at_once(work, threads: int) -> None:
    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
