"""What falls due when: reminders around the last day, notices one after another, a talk after bad months."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from evalapp.core import clock
from evalapp.core.calendar import announced
from evalapp.supervision.rules import rates, terms
from evalapp.supervision.rules.profile import Colour, read_profile, shipped
from evalapp.supervision.rules.rates import Month
from evalapp.supervision.rules.terms import ClockFacts, IssuedNotice, Made, NoticeState

DAYS, PROFILE = announced(), read_profile(shipped())
START = datetime(2026, 9, 28, 10, tzinfo=clock.zone())
FACTS = ClockFacts(due_on=date(2026, 9, 30), started_at=START, is_of_unit=True)


def local(moment: datetime) -> str:
    return f"{clock.local(moment):%m-%d %H:%M}"


def until_nothing_is_due(facts: ClockFacts = FACTS, *, until: datetime) -> list[tuple[str, str]]:
    """Every act that falls due if nobody does anything."""
    made, found = Made(), []
    while (act := terms.next_act(DAYS, PROFILE, facts, made)) is not None and act.at <= until:
        if isinstance(act, terms.DueReminder):
            made = replace(made, reminders=made.reminders | {act.code})
            found.append((act.code, local(act.at)))
        else:
            issued = IssuedNotice(colour=act.colour, due_at=act.due_at)
            made = replace(made, notices={**made.notices, act.colour: issued})
            found.append((act.colour.value, local(act.at)))
    return found


def test_over_the_national_holiday_nothing_falls_on_a_day_off() -> None:
    """The last day is Wednesday 30 September; 1 to 7 October are off, Saturday 10 is worked."""
    assert until_nothing_is_due(until=datetime(2026, 12, 31, tzinfo=clock.zone())) == [
        ("before", "09-29 09:00"),
        ("last_day", "09-30 09:00"),
        ("after", "10-08 09:00"),
        ("blue", "10-09 00:00"),
        ("orange", "10-14 00:00"),
        ("red", "10-20 00:00"),
    ]


def test_the_offices_own_clock_gets_reminders_and_no_notices() -> None:
    found = until_nothing_is_due(
        replace(FACTS, is_of_unit=False), until=datetime(2026, 12, 31, tzinfo=clock.zone())
    )
    assert [name for name, _ in found] == ["before", "last_day", "after"]


def test_a_reminder_from_before_the_clock_began_is_none() -> None:
    late_start = replace(FACTS, started_at=datetime(2026, 9, 29, 15, tzinfo=clock.zone()))
    found = until_nothing_is_due(late_start, until=datetime(2026, 9, 30, 12, tzinfo=clock.zone()))
    assert [name for name, _ in found] == ["last_day"]


def test_a_held_clock_has_nothing_due() -> None:
    assert terms.next_act(DAYS, PROFILE, replace(FACTS, due_on=None), Made()) is None


def test_an_answered_or_withdrawn_notice_ends_the_row() -> None:
    due_at = clock.end_of(date(2026, 10, 13))
    reminders = frozenset({"before", "last_day", "after"})
    failed = IssuedNotice(colour=Colour.BLUE, due_at=due_at)
    for notice, follows in (
        (failed, Colour.ORANGE),
        (replace(failed, answered_at=due_at), Colour.ORANGE),
        (replace(failed, answered_at=due_at - timedelta(seconds=1)), None),
        (replace(failed, withdrawn_at=due_at - timedelta(days=1)), None),
    ):
        act = terms.next_act(DAYS, PROFILE, FACTS, Made(reminders=reminders, notices={Colour.BLUE: notice}))
        assert (act.colour if act else None) is follows


def test_which_notice_can_be_issued_by_hand() -> None:
    due_at = clock.end_of(date(2026, 10, 13))
    before = due_at - timedelta(hours=1)
    blue = IssuedNotice(colour=Colour.BLUE, due_at=due_at)

    def turn(now: datetime, *issued: IssuedNotice) -> Colour | None:
        return terms.next_colour(PROFILE, issued={one.colour: one for one in issued}, now=now)

    assert turn(before) is Colour.BLUE
    assert turn(before, blue) is None
    assert turn(due_at, blue) is Colour.ORANGE
    assert turn(due_at, replace(blue, answered_at=before)) is None
    assert turn(due_at, replace(blue, withdrawn_at=before)) is None
    orange, red = replace(blue, colour=Colour.ORANGE), replace(blue, colour=Colour.RED)
    assert turn(due_at, blue, orange) is Colour.RED
    assert turn(due_at, blue, orange, red) is None


def test_where_a_notice_stands() -> None:
    due_at = clock.end_of(date(2026, 10, 13))
    before, after = due_at - timedelta(hours=1), due_at + timedelta(hours=1)
    notice = IssuedNotice(colour=Colour.BLUE, due_at=due_at)

    def stands(one: IssuedNotice, ended: datetime | None, now: datetime) -> NoticeState:
        return terms.notice_state(one, deadline_ended_at=ended, now=now)

    assert stands(notice, None, before) is NoticeState.OPEN
    assert stands(notice, None, due_at) is NoticeState.FAILED
    assert stands(notice, before, after) is NoticeState.FULFILLED
    assert stands(notice, after, after) is NoticeState.FAILED
    assert stands(replace(notice, answered_at=before), None, after) is NoticeState.ANSWERED
    assert stands(replace(notice, answered_at=after), None, after) is NoticeState.ANSWERED_LATE
    assert stands(replace(notice, withdrawn_at=before), None, after) is NoticeState.WITHDRAWN


def test_the_lamp_turns_at_the_end_of_the_working_day_before_the_last() -> None:
    counted = terms.counted(DAYS, PROFILE, started_on=date(2026, 9, 29), working_days=2, fixed_on=None)
    assert counted.due_on == date(2026, 10, 8)
    assert local(counted.times.soon_at) == "10-01 00:00"
    assert local(counted.times.due_at) == "10-09 00:00"
    assert local(counted.times.very_late_at) == "10-15 00:00"


def month(number: int, due: int, met: int) -> Month:
    return Month(year=2026, month=number, due=due, met=met)


@pytest.mark.parametrize(
    ("months", "suggested"),
    [
        ([month(8, 10, 7), month(9, 10, 7)], True),
        ([month(8, 10, 8), month(9, 10, 7)], False),
        ([month(8, 10, 7)], False),
        ([month(7, 10, 7), month(9, 10, 7)], False),
        ([month(8, 4, 0), month(9, 10, 7)], False),
        ([month(7, 10, 7), month(8, 10, 7), month(9, 10, 10)], False),
        ([Month(year=2025, month=12, due=10, met=1), month(1, 10, 1)], True),
        ([], False),
    ],
)
def test_a_talk_is_suggested_after_two_bad_months_in_a_row(months, suggested) -> None:
    assert rates.talk_is_suggested(months, PROFILE.talk) is suggested


def test_a_rate_of_a_few_is_not_told() -> None:
    assert rates.on_time(due=9, met=9, minimum=10).share is None
    share = rates.on_time(due=10, met=9, minimum=10).share
    assert share is not None
    assert share.low < share.value < share.high
