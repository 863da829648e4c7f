"""Planning slots and airings: clashes are said at once, overrides have reasons, and of two planners exactly one wins."""

import threading

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry
from evalapp.core.errors import Conflict, DomainError, Invalid
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme.models import Airing, ChangeKind, ChannelHold, Episode, RecordingSlot, StudioHold
from evalapp.programme.queries import planning as episodes
from evalapp.programme.queries import planning_schedule as queries
from evalapp.programme.rules import ClashKind
from evalapp.programme.services import (
    planning_airings,
    planning_dossier,
    planning_places,
    planning_slots,
)
from evalapp.programme.services.planning_checks import PlanRefused
from evalapp.programme.services.planning_history import NOTHING
from tests.support.programme import Programme, at, span


@pytest.fixture(autouse=True)
def monday() -> object:
    """A Monday morning without a holiday near."""
    with time_machine.travel("2026-11-23T08:00:00+08:00") as traveller:
        yield traveller


def test_a_taken_studio_is_said_with_the_next_free_time(programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    with pytest.raises(PlanRefused) as refusal:
        programme.slot(programme.planned(), starts_at=at(days=10, hour=14), override_reason="")
    (clash,) = refusal.value.clashes
    assert (clash.kind, clash.params["other"]) == (ClashKind.STUDIO_TAKEN, 1)
    assert refusal.value.free == span(at(days=10, hour=15), 60)
    assert refusal.value.may_be_overridden


def test_an_override_keeps_its_reason_in_history_and_audit(session: Session, programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    second = programme.planned()
    programme.slot(second, starts_at=at(days=10, hour=14), override_reason="两期共用布景")
    change = episodes.history(session, second.id)[0]
    assert (change.kind, change.override_reason, change.overridden) == (
        ChangeKind.SLOT_PLANNED,
        "两期共用布景",
        ["studio_taken"],
    )
    audit = session.scalars(select(AuditEntry).where(AuditEntry.action == "episode.slot_planned")).all()
    assert {"overridden": ["studio_taken"]} in [entry.detail for entry in audit]


def test_a_taken_channel_is_refused_whatever_the_reason(programme: Programme) -> None:
    programme.airing(programme.prepared(), starts_at=at(days=10, hour=20))
    with pytest.raises(PlanRefused) as refusal:
        programme.airing(programme.prepared(), starts_at=at(days=10, hour=20), override_reason="一定要")
    assert not refusal.value.may_be_overridden
    assert refusal.value.free == span(at(days=11, hour=20), 45)


def test_what_is_refused_changes_nothing(session: Session, programme: Programme) -> None:
    airing = programme.airing(programme.prepared(), starts_at=at(days=10, hour=20))
    programme.airing(programme.prepared(), starts_at=at(days=11, hour=20))
    with pytest.raises(PlanRefused):
        _postpone(programme, airing, at(days=11, hour=20))
    assert session.get(Airing, airing.id).starts_at == at(days=10, hour=20)
    assert episodes.history(session, airing.episode_id)[0].kind is ChangeKind.AIRING_PLANNED


def test_a_speaker_on_leave_is_seen_and_a_day_without_leave_offered(programme: Programme) -> None:
    episode = programme.planned()
    with programme.platform.transaction() as writing:
        leave = planning_places.add_leave(
            writing,
            unit_id=episode.unit_id,
            post="局长",
            starts_on=at(days=10).date(),
            ends_on=at(days=11).date(),
            actor=SYSTEM,
        )
    with pytest.raises(PlanRefused) as refusal:
        programme.slot(episode, starts_at=at(days=10, hour=14), override_reason="")
    assert [clash.kind for clash in refusal.value.clashes] == [ClashKind.SPEAKER_AWAY]
    assert refusal.value.free == span(at(days=14, hour=9), 60)  # the weekend is passed over
    with programme.platform.transaction() as writing:
        planning_places.end_leave(writing, leave_id=leave.id, actor=SYSTEM)
    programme.slot(episode, starts_at=at(days=10, hour=14), override_reason="")


def test_a_missing_dossier_is_seen_before_a_near_recording(programme: Programme) -> None:
    episode = programme.planned()
    with pytest.raises(PlanRefused) as refusal:
        programme.slot(episode, starts_at=at(days=1, hour=14), override_reason="")
    assert [clash.kind for clash in refusal.value.clashes] == [ClashKind.NO_DOSSIER]
    assert refusal.value.free is None  # another time does not write a report
    programme.handed_in(episode)
    programme.slot(episode, starts_at=at(days=1, hour=14), override_reason="")


def test_a_moved_slot_gives_its_old_time_back(programme: Programme) -> None:
    slot = programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    with programme.platform.transaction() as writing:
        planning_slots.move_slot(
            writing, slot_id=slot.id, span=span(at(days=11, hour=9), 60), actor=SYSTEM, seen_revision=1
        )
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14), override_reason="")


def test_a_cancelled_slot_gives_its_time_back(session: Session, programme: Programme) -> None:
    slot = programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    with programme.platform.transaction() as writing:
        planning_slots.cancel_slot(writing, slot_id=slot.id, reason="设备检修", actor=SYSTEM, seen_revision=1)
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14), override_reason="")
    assert session.get(RecordingSlot, slot.id).reason == "设备检修"


def test_a_postponed_airing_says_why_and_does_not_move_the_window(
    session: Session, programme: Programme
) -> None:
    episode = programme.scheduled(starts_at=at(days=3, hour=20))
    opens, closes = at(days=5), at(days=12)
    programme._window(episode, opens_at=opens, closes_at=closes)
    airing = _only_airing(programme)
    _postpone(programme, airing, at(days=4, hour=20))
    moved = session.get(Airing, airing.id)
    assert (moved.starts_at, moved.postponed_from, moved.reason, moved.revision) == (
        at(days=4, hour=20),
        at(days=3, hour=20),
        "让路防汛直播",
        2,
    )
    assert session.get(Episode, episode.id).opens_at == opens


def test_postponing_beyond_the_opening_wants_a_reason_of_its_own(
    session: Session, programme: Programme
) -> None:
    episode = programme.scheduled(starts_at=at(days=3, hour=20))
    programme._window(episode, opens_at=at(days=5), closes_at=at(days=12))
    airing = _only_airing(programme)
    with pytest.raises(PlanRefused) as refusal:
        _postpone(programme, airing, at(days=6, hour=20))
    assert [clash.kind for clash in refusal.value.clashes] == [ClashKind.AFTER_OPENING]
    _postpone(programme, airing, at(days=6, hour=20), override_reason="网上先看")
    assert episodes.history(session, episode.id)[0].overridden == ["after_opening"]


def test_a_replaced_airing_names_what_took_its_place(session: Session, programme: Programme) -> None:
    first, second = programme.scheduled(starts_at=at(days=5, hour=20)), programme.prepared()
    airing = _only_airing(programme)
    with programme.platform.transaction() as writing:
        planning_airings.replace_airing(
            writing,
            airing_id=airing.id,
            by_episode_id=second.id,
            reason="先播防汛专题",
            actor=SYSTEM,
            seen_revision=1,
        )
    old, new = queries.airings(session)
    if old.airing.cancelled_at is None:
        old, new = new, old
    assert (old.airing.reason, old.replaced_by) == ("先播防汛专题", second.number)
    assert (new.episode.id, new.airing.starts_at) == (second.id, old.airing.starts_at)
    assert episodes.history(session, first.id)[0].kind is ChangeKind.AIRING_REPLACED


def test_a_cancelled_airing_stays_with_its_reason(session: Session, programme: Programme) -> None:
    programme.scheduled(starts_at=at(days=5, hour=20))
    airing = _only_airing(programme)
    with programme.platform.transaction() as writing:
        planning_airings.cancel_airing(
            writing, airing_id=airing.id, reason="停播一周", actor=SYSTEM, seen_revision=1
        )
    (row,) = queries.airings(session)
    assert row.airing.reason == "停播一周"
    assert episodes.episode_with_state(session, 1).facts.has_airing is False
    assert session.scalars(select(ChannelHold)).all() == []


def test_what_was_on_the_air_is_not_moved_or_cancelled(session: Session, programme: Programme) -> None:
    programme.scheduled(starts_at=at(days=1, hour=20))
    airing = _only_airing(programme)
    with time_machine.travel(at(days=1, hour=20)):
        with pytest.raises(Conflict, match="开播"):
            _postpone(programme, airing, at(days=2, hour=20))
        with pytest.raises(Conflict, match="开播"), programme.platform.transaction() as writing:
            planning_airings.cancel_airing(
                writing, airing_id=airing.id, reason="后悔", actor=SYSTEM, seen_revision=1
            )


@pytest.mark.parametrize("minutes", [0, -30, 13 * 60, 42])
def test_a_span_that_no_plan_can_have_is_refused(programme: Programme, minutes: int) -> None:
    with pytest.raises(Invalid):
        programme.slot(programme.planned(), minutes=minutes)


def test_a_withdrawn_episode_is_not_planned(programme: Programme) -> None:
    with pytest.raises(Conflict, match="撤下"):
        programme.slot(programme.withdrawn())


def test_a_repeat_is_an_airing_after_the_first(session: Session, programme: Programme) -> None:
    episode = programme.scheduled(starts_at=at(days=5, hour=20))
    programme.airing(episode, starts_at=at(days=6, hour=20))
    assert [row.is_repeat for row in queries.airings(session)] == [False, True]


# Two people at once


def airings_won(programme: Programme, planners: int = 2) -> int:
    """Have planners ask for one hour of one channel at the same moment; return how many got it."""
    waiting = [programme.prepared() for _ in range(planners)]
    channel, barrier, won = programme.channel(), threading.Barrier(planners), []

    def plan(episode: Episode) -> None:
        barrier.wait()
        try:
            programme.airing(episode, starts_at=at(days=10, hour=20), channel=channel, override_reason="")
        except DomainError:
            return
        won.append(episode.id)

    threads = [threading.Thread(target=plan, args=(episode,)) for episode in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won)


def test_of_planners_who_want_the_same_hour_exactly_one_wins(
    platform: Platform, programme: Programme
) -> None:
    assert airings_won(programme, 4) == 1


def test_the_database_alone_lets_one_win(
    platform: Platform, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first planted defect, which must do no harm: nobody looks for clashes any more."""
    monkeypatch.setattr(planning_airings, "accepted_clashes", lambda *_: NOTHING)
    assert airings_won(programme, 4) == 1


def test_a_planner_who_neither_looks_nor_holds_is_noticed(
    platform: Platform, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: without look and hold everybody wins, and the count says so."""
    monkeypatch.setattr(planning_airings, "accepted_clashes", lambda *_: NOTHING)
    monkeypatch.setattr(planning_airings, "_hold", lambda *_: None)
    assert airings_won(programme, 4) == 4


def test_of_two_who_book_one_studio_at_once_exactly_one_wins(
    platform: Platform, programme: Programme, session: Session
) -> None:
    waiting, studio = [programme.planned(), programme.planned()], programme.studio()
    barrier, refused = threading.Barrier(2), []

    def book(episode: Episode) -> None:
        barrier.wait()
        try:
            programme.slot(episode, starts_at=at(days=10, hour=14), studio=studio, override_reason="")
        except PlanRefused as error:
            refused.append(error)

    threads = [threading.Thread(target=book, args=(episode,)) for episode in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(session.scalars(select(RecordingSlot)).all()) == 1
    assert [error.free for error in refused] == [span(at(days=10, hour=15), 60)]


def test_of_two_who_move_the_same_airing_one_wins(
    platform: Platform, programme: Programme, session: Session
) -> None:
    programme.scheduled(starts_at=at(days=5, hour=20))
    airing, barrier, lost = _only_airing(programme), threading.Barrier(2), []

    def move(days: int) -> None:
        barrier.wait()
        try:
            _postpone(programme, airing, at(days=days, hour=20))
        except Conflict as error:
            lost.append(str(error))

    threads = [threading.Thread(target=move, args=(days,)) for days in (6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    assert "别人" in lost[0]


def test_an_overridden_slot_holds_what_is_left(session: Session, programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14, minute=30), override_reason="合用")
    assert len(session.scalars(select(StudioHold)).all()) == 18  # 14:00 to 15:30 in fives, none twice


# The dossier


def test_a_report_keeps_every_wording(session: Session, programme: Programme) -> None:
    episode = programme.planned()
    for text in ("第一稿", "第二稿", "第二稿"):
        with programme.platform.transaction() as writing:
            planning_dossier.write_report(writing, episode_id=episode.id, report=text, actor=SYSTEM)
    assert [version.report for version in episodes.dossier_versions(session, episode.id)] == [
        "第二稿",
        "第一稿",
    ]


@pytest.mark.parametrize(("length", "fits"), [(500, True), (501, False)])
def test_a_report_has_at_most_500_characters(programme: Programme, length: int, fits: bool) -> None:  # noqa: FBT001
    episode = programme.planned()

    def write() -> None:
        with programme.platform.transaction() as writing:
            planning_dossier.write_report(writing, episode_id=episode.id, report="话" * length, actor=SYSTEM)

    if fits:
        write()
        return
    with pytest.raises(Invalid) as refusal:
        write()
    assert refusal.value.field == "report"


def test_an_empty_dossier_is_not_handed_in(programme: Programme) -> None:
    with pytest.raises(Invalid):
        programme.handed_in(programme.planned(), report="  ")


def test_a_dossier_is_locked_from_the_first_airing_on(programme: Programme) -> None:
    episode = programme.handed_in(programme.prepared())
    programme.airing(episode, starts_at=at(days=1, hour=20))
    programme.handed_in(episode, report="播出前的更正")
    with time_machine.travel(at(days=1, hour=20)), pytest.raises(Conflict, match="播出"):
        programme.handed_in(episode, report="播出后的更正")


def test_of_two_who_write_the_same_report_the_second_is_told(programme: Programme) -> None:
    episode = programme.handed_in(programme.planned())
    with programme.platform.transaction() as writing:
        planning_dossier.write_report(
            writing, episode_id=episode.id, report="同事的更正", actor=SYSTEM, seen_version=1
        )
    with pytest.raises(Conflict), programme.platform.transaction() as writing:
        planning_dossier.write_report(
            writing, episode_id=episode.id, report="我的更正", actor=SYSTEM, seen_version=1
        )


def _only_airing(programme: Programme) -> Airing:
    with programme.platform.session() as reading:
        return reading.scalars(select(Airing)).one()


def _postpone(programme: Programme, airing: Airing, starts_at, override_reason: str = "") -> None:
    with programme.platform.transaction() as writing:
        planning_airings.postpone_airing(
            writing,
            airing_id=airing.id,
            span=span(starts_at, 45),
            reason="让路防汛直播",
            actor=SYSTEM,
            seen_revision=1,
            override_reason=override_reason,
        )
