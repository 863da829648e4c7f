"""When a term of working days is over: worked by hand before there was code, then against a count day by day.

The statutory days of 2026 are those that the State Council's office announced for that year.
"""

import random
from datetime import date, timedelta

import chinese_calendar
import pytest

from evalapp.core.calendar import DayKind, Pause, TermDay, WorkCalendar, announced

CALENDAR = announced()


def d(text: str) -> date:
    return date.fromisoformat(text)


def pause(noticed: str, resumed: str | None) -> Pause:
    return Pause(noticed_on=d(noticed), resumed_on=d(resumed) if resumed else None)


BY_HAND = [
    ("a plain week", "2026-03-09", 2, (), "2026-03-11"),
    ("over a weekend", "2026-03-12", 2, (), "2026-03-16"),
    ("received on a Friday", "2026-03-13", 5, (), "2026-03-20"),
    ("received on a Saturday: Monday is day 0", "2026-03-14", 2, (), "2026-03-18"),
    ("received on a Sunday: the same", "2026-03-15", 2, (), "2026-03-18"),
    ("year end: 1 to 3 January off, Sunday 4 worked", "2025-12-31", 2, (), "2026-01-05"),
    ("received on New Year's Day: day 0 is a Sunday that is worked", "2026-01-01", 2, (), "2026-01-06"),
    ("received on that Sunday", "2026-01-04", 5, (), "2026-01-09"),
    ("Spring Festival with the Saturday before it", "2026-02-11", 5, (), "2026-02-25"),
    ("received in the festival, with the Saturday after it", "2026-02-19", 5, (), "2026-03-02"),
    ("ten days over both Saturdays", "2026-02-13", 10, (), "2026-03-05"),
    ("Tomb-sweeping Day", "2026-04-03", 2, (), "2026-04-08"),
    ("Labour Day and its Saturday", "2026-04-30", 5, (), "2026-05-11"),
    ("Dragon Boat Festival", "2026-06-18", 2, (), "2026-06-23"),
    ("National Day and its Saturday", "2026-09-30", 5, (), "2026-10-13"),
    ("a worked Sunday, Mid-autumn and National Day", "2026-09-18", 10, (), "2026-10-09"),
    ("into a year that nobody has announced yet", "2026-12-30", 2, (), "2027-01-01"),
    ("a pause in the middle", "2026-03-09", 5, (pause("2026-03-11", "2026-03-16"),), "2026-03-19"),
    ("a pause over the festival", "2026-02-12", 5, (pause("2026-02-13", "2026-02-25"),), "2026-03-02"),
    (
        "two pauses that overlap",
        "2026-05-11",
        5,
        (pause("2026-05-12", "2026-05-14"), pause("2026-05-13", "2026-05-15")),
        "2026-05-21",
    ),
    ("a pause told on the last day", "2026-03-09", 2, (pause("2026-03-11", "2026-03-20"),), "2026-03-11"),
    ("a pause that has no end yet", "2026-03-09", 5, (pause("2026-03-10", None),), None),
    ("no days at all: day 0 itself", "2026-02-19", 0, (), "2026-02-24"),
]


@pytest.mark.parametrize(
    ("received", "days", "pauses", "ends"), [case[1:] for case in BY_HAND], ids=[case[0] for case in BY_HAND]
)
def test_a_term_worked_by_hand(received: str, days: int, pauses: tuple[Pause, ...], ends: str | None) -> None:
    assert CALENDAR.term_ends_on(d(received), days, pauses) == (d(ends) if ends else None)


def test_the_statutory_days_of_2026_are_off_and_the_weekends_given_for_them_are_worked() -> None:
    off = [
        ("2026-01-01", 3),
        ("2026-02-15", 9),
        ("2026-04-04", 3),
        ("2026-05-01", 5),
        ("2026-06-19", 3),
        ("2026-09-25", 3),
        ("2026-10-01", 7),
    ]
    days_off = {d(first) + timedelta(days=n) for first, length in off for n in range(length)}
    worked = {
        d(day) for day in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
    }
    for n in range(365):
        day = d("2026-01-01") + timedelta(days=n)
        expected = day in worked or (day.weekday() < 5 and day not in days_off)
        assert CALENDAR.is_working(day) is expected, day


def test_a_term_that_reaches_into_a_year_not_announced_is_provisional() -> None:
    assert not CALENDAR.is_provisional(d("2026-12-01"), d("2026-12-31"))
    assert CALENDAR.is_provisional(d("2026-12-30"), d("2027-01-01"))


def test_every_day_of_a_term_says_whether_it_counted_and_why_not() -> None:
    days = CALENDAR.explained(d("2026-02-12"), 3, (pause("2026-02-24", "2026-02-25"),), until=d("2026-02-26"))
    said = [(one.day.day, one.state, one.number, one.note) for one in days]
    festival = [(n, TermDay.HOLIDAY, None, "春节") for n in range(15, 24)]
    assert said == [
        (12, TermDay.RECEIVED, 0, ""),
        (13, TermDay.COUNTED, 1, ""),
        (14, TermDay.MADE_UP, 2, "春节"),
        *festival,
        (24, TermDay.COUNTED, 3, ""),
    ]


def test_days_off_before_the_count_begins_and_paused_days_are_said_too() -> None:
    days = CALENDAR.explained(d("2026-03-14"), 2, (pause("2026-03-17", "2026-03-18"),), until=d("2026-03-19"))
    assert [(one.day.day, one.state, one.number) for one in days] == [
        (14, TermDay.RECEIVED_OFF, None),
        (15, TermDay.WEEKEND, None),
        (16, TermDay.FIRST, 0),
        (17, TermDay.COUNTED, 1),
        (18, TermDay.PAUSED, None),
        (19, TermDay.COUNTED, 2),
    ]


def test_a_term_without_end_is_explained_up_to_the_day_that_is_asked_for() -> None:
    days = CALENDAR.explained(d("2026-03-09"), 5, (pause("2026-03-10", None),), until=d("2026-03-13"))
    assert [one.state for one in days][2:] == [TermDay.PAUSED] * 3


def test_a_number_of_working_days_before_a_day() -> None:
    assert CALENDAR.shifted(d("2026-02-25"), -3) == d("2026-02-13")
    assert CALENDAR.shifted(d("2026-02-25"), 0) == d("2026-02-25")
    assert CALENDAR.shifted(d("2026-02-25"), 3) == d("2026-02-28")


def counted_day_by_day(
    calendar: WorkCalendar, received: date, days: int, pauses: tuple[Pause, ...]
) -> date | None:
    """The same rule, one day after another, sharing nothing with the code but the days themselves."""

    def works(day: date) -> bool:
        if day in calendar.make_up_days and day.weekday() >= 5:
            return True
        return day.weekday() < 5 and day not in calendar.holidays

    day = received
    while not works(day):
        day += timedelta(days=1)
    left = days
    for _ in range(4000):
        if left == 0:
            return day
        day += timedelta(days=1)
        paused = any(p.noticed_on < day and (p.resumed_on is None or day <= p.resumed_on) for p in pauses)
        left -= works(day) and not paused
    return None


def any_calendar(draw: random.Random) -> WorkCalendar:
    """Three years with holidays and worked weekends anywhere, year ends among them."""
    first = date(draw.randint(2004, 2090), 1, 1)
    holidays, worked = set(), set()
    for _ in range(draw.randint(0, 40)):
        start = first + timedelta(days=draw.randint(0, 1095))
        for n in range(draw.randint(1, 9)):
            (holidays if (start + timedelta(days=n)).weekday() < 5 else set()).add(start + timedelta(days=n))
    for _ in range(draw.randint(0, 40)):
        day = first + timedelta(days=draw.randint(0, 1095))
        if day.weekday() >= 5:
            worked.add(day)
    return WorkCalendar(holidays=frozenset(holidays), make_up_days=frozenset(worked))


def any_pauses(draw: random.Random, received: date) -> tuple[Pause, ...]:
    made = []
    for _ in range(draw.choice([0, 0, 1, 2, 3])):
        noticed = received + timedelta(days=draw.randint(0, 60))
        open_ended = draw.random() < 0.05
        made.append(
            Pause(
                noticed_on=noticed,
                resumed_on=None if open_ended else noticed + timedelta(days=draw.randint(0, 45)),
            )
        )
    return tuple(made)


def disagreements(terms: int, seed: int = 20260309) -> list[tuple]:
    draw, found = random.Random(seed), []
    for number in range(terms):
        calendar = CALENDAR if number % 3 == 0 else any_calendar(draw)
        base = min(calendar.holidays, default=date(2026, 1, 1))
        year = base.year if number % 3 else draw.randint(2005, 2026)
        near_the_end = date(year, 12, draw.randint(15, 31))
        received = (
            near_the_end if number % 4 == 0 else date(year, 1, 1) + timedelta(days=draw.randint(0, 364))
        )
        days = draw.choice([0, 1, 2, 5, 10, 15, 20, 60, draw.randint(0, 260)])
        pauses = any_pauses(draw, received)
        expected = counted_day_by_day(calendar, received, days, pauses)
        if calendar.term_ends_on(received, days, pauses) != expected:
            found.append((received, days, pauses, expected))
    return found


def test_ten_thousand_terms_agree_with_a_count_day_by_day() -> None:
    assert disagreements(10_000) == []


def test_a_count_that_forgets_the_make_up_days_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: a weekend is a weekend."""
    monkeypatch.setattr(
        WorkCalendar, "is_working", lambda self, day: day.weekday() < 5 and day not in self.holidays
    )
    assert disagreements(500) != []


def test_a_count_that_ends_a_pause_a_day_too_early_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the day of resumption counts."""
    real = WorkCalendar.term_ends_on

    def careless(self, received, days, pauses=()):
        return real(
            self,
            received,
            days,
            tuple(
                Pause(noticed_on=p.noticed_on, resumed_on=p.resumed_on and p.resumed_on - timedelta(days=1))
                for p in pauses
            ),
        )

    monkeypatch.setattr(WorkCalendar, "term_ends_on", careless)
    assert disagreements(500) != []


def test_what_was_announced_holds_no_day_that_its_weekday_says_already() -> None:
    assert all(day.weekday() < 5 for day in CALENDAR.holidays)
    assert all(day.weekday() >= 5 for day in CALENDAR.make_up_days)
    assert {day.year for day in chinese_calendar.constants.holidays} <= CALENDAR.published_years
    assert DayKind.MAKE_UP.value == "make_up"
