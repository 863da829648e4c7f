"""What clashes with a plan, and where the next free time is."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.programme import rules
from evalapp.programme.rules import Booking, ClashKind, Leave, Readiness, ShowingKind, Span

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, tzinfo=ZONE)  # a Monday
STUDIO, CHANNEL, UNIT = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
READY = Readiness(has_dossier=True, has_recording=True, is_prepared=True)


def span(day: int, hour: int, minutes: int = 60) -> Span:
    start = NOW.replace(hour=0) + timedelta(days=day, hours=hour)
    return Span(starts_at=start, ends_at=start + timedelta(minutes=minutes))


def booking(kind: ShowingKind, when: Span, *, number: int = 20, unit: uuid.UUID = UNIT, **more) -> Booking:
    place = STUDIO if kind is ShowingKind.RECORDING else CHANNEL
    values = {
        "id": uuid.uuid4(),
        "episode_id": uuid.uuid5(uuid.NAMESPACE_OID, str(number)),
        "place_id": place,
    } | more
    return Booking(
        kind=kind,
        number=number,
        title="一条河的四季",
        unit_id=unit,
        unit_name="区水务局",
        speaker_post="局长",
        place_name="一号演播室",
        span=when,
        created_at=NOW,
        **values,
    )


def kinds(one: Booking, *, others=(), leaves=(), readiness: Readiness = READY) -> set[ClashKind]:
    found = rules.clashes(one, others=others, leaves=leaves, readiness=readiness, now=NOW)
    return {clash.kind for clash in found}


RECORDING, AIRING = ShowingKind.RECORDING, ShowingKind.AIRING


def test_two_recordings_in_one_studio_clash_and_a_reason_may_accept_it() -> None:
    first = booking(RECORDING, span(10, 14))
    second = booking(RECORDING, span(10, 14), number=22, unit=uuid.uuid4())
    assert kinds(second, others=[first]) == {ClashKind.STUDIO_TAKEN}
    (clash,) = rules.clashes(second, others=[first], leaves=(), readiness=READY, now=NOW)
    assert not clash.is_refused
    assert clash.params["other"] == 20


def test_two_airings_on_one_channel_are_refused() -> None:
    first, second = booking(AIRING, span(10, 20)), booking(AIRING, span(10, 20), number=21)
    (clash,) = rules.clashes(second, others=[first], leaves=(), readiness=READY, now=NOW)
    assert clash.kind is ClashKind.CHANNEL_TAKEN
    assert clash.is_refused


def test_what_touches_does_not_clash() -> None:
    first, second = booking(RECORDING, span(10, 14)), booking(RECORDING, span(10, 15), number=22)
    assert kinds(second, others=[first]) == set()


def test_a_plan_does_not_clash_with_itself() -> None:
    one = booking(RECORDING, span(10, 14))
    assert kinds(one, others=[one]) == set()


@pytest.mark.parametrize(("post", "clashes"), [("", True), ("局长", True), ("副局长", False)])
def test_a_speaker_on_leave_clashes_with_a_recording(post: str, clashes: bool) -> None:  # noqa: FBT001
    leave = Leave(unit_id=UNIT, post=post, span=span(10, 0, minutes=24 * 60))
    found = kinds(booking(RECORDING, span(10, 14)), leaves=[leave])
    assert found == ({ClashKind.SPEAKER_AWAY} if clashes else set())


def test_leave_of_another_unit_is_no_clash() -> None:
    leave = Leave(unit_id=uuid.uuid4(), post="", span=span(10, 0, minutes=24 * 60))
    assert kinds(booking(RECORDING, span(10, 14)), leaves=[leave]) == set()


def test_leave_on_the_day_of_an_airing_matters_only_to_a_live_one() -> None:
    leave = Leave(unit_id=UNIT, post="", span=span(10, 0, minutes=24 * 60))
    airing = booking(AIRING, span(10, 20))
    assert kinds(airing, leaves=[leave]) == set()
    live = Readiness(has_dossier=True)
    assert kinds(airing, leaves=[leave], readiness=live) == {ClashKind.SPEAKER_AWAY, ClashKind.NO_RECORDING}
    recorded_before = booking(RECORDING, span(8, 14))
    assert kinds(airing, leaves=[leave], others=[recorded_before], readiness=live) == set()


def test_a_speaker_cannot_be_in_two_studios() -> None:
    first = booking(RECORDING, span(10, 14))
    second = booking(RECORDING, span(10, 14), number=22, place_id=uuid.uuid4())
    assert kinds(second, others=[first]) == {ClashKind.SPEAKER_BUSY}


def test_a_missing_dossier_matters_when_the_recording_is_near() -> None:
    bare = Readiness(has_recording=False)
    assert kinds(booking(RECORDING, span(2, 14)), readiness=bare) == {ClashKind.NO_DOSSIER}
    assert kinds(booking(RECORDING, span(9, 14)), readiness=bare) == set()


def test_an_airing_wants_a_recording_or_a_slot_before_it() -> None:
    bare = Readiness(has_dossier=True)
    assert kinds(booking(AIRING, span(20, 20)), readiness=bare) == {ClashKind.NO_RECORDING}
    slot = booking(RECORDING, span(10, 14))
    assert kinds(booking(AIRING, span(20, 20)), others=[slot], readiness=bare) == set()
    assert kinds(booking(AIRING, span(2, 20)), others=[slot], readiness=bare) == {ClashKind.NO_RECORDING}
    unprepared = Readiness(has_dossier=True, has_recording=True)
    assert kinds(booking(AIRING, span(2, 20)), readiness=unprepared) == {ClashKind.NOT_PREPARED}


def test_a_first_airing_after_the_announced_opening_clashes_and_a_repeat_does_not() -> None:
    readiness = Readiness(has_recording=True, is_prepared=True, opens_at=span(9, 20).starts_at)
    late = booking(AIRING, span(10, 20))
    assert kinds(late, readiness=readiness) == {ClashKind.AFTER_OPENING}
    assert kinds(late, others=[booking(AIRING, span(8, 20))], readiness=readiness) == set()


def test_the_past_clashes() -> None:
    assert kinds(booking(AIRING, span(-1, 20))) == {ClashKind.IN_PAST}


@given(
    first=st.integers(0, 600),
    length=st.integers(1, 200),
    second=st.integers(0, 600),
    other=st.integers(1, 200),
)
def test_spans_overlap_exactly_when_they_share_five_minutes(
    first: int, length: int, second: int, other: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    one, two = (
        Span(starts_at=start + begin * rules.TICK, ends_at=start + (begin + ticks) * rules.TICK)
        for begin, ticks in ((first, length), (second, other))
    )
    assert one.overlaps(two) == bool(set(one.ticks()) & set(two.ticks()))


def test_a_studio_is_free_next_in_working_hours_of_a_working_day() -> None:
    asked = span(3, 14)  # Thursday
    busy = [span(3, 14, minutes=4 * 60), span(4, 9)]
    free = rules.next_free(
        rules.studio_times(asked, now=NOW, zone=ZONE, is_working=lambda day: day.weekday() < 5), busy=busy
    )
    assert free == span(4, 10)
    friday = span(4, 17)
    free = rules.next_free(
        rules.studio_times(friday, now=NOW, zone=ZONE, is_working=lambda day: day.weekday() < 5),
        busy=[friday],
    )
    assert free == span(7, 9)  # Monday


def test_a_channel_is_free_next_at_the_same_hour() -> None:
    free = rules.next_free(rules.channel_times(span(3, 20), now=NOW, zone=ZONE), busy=[span(4, 20)])
    assert free == span(5, 20)


def test_nothing_free_is_said() -> None:
    assert (
        rules.next_free(rules.channel_times(span(3, 20), now=NOW, zone=ZONE), busy=[span(0, 0, 99 * 24 * 60)])
        is None
    )
