"""What a board had to post by which day, and where each duty stands: around the ends of years and on days off."""

import json
from datetime import date

import pytest

from evalapp.core.calendar import WorkCalendar
from evalapp.core.errors import Invalid
from evalapp.disclosures.rules.catalogue import Catalogue, catalogue, read_catalogue
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.disclosures.rules.silence import Duty, Posting, Standing, counted, due_on, duties
from evalapp.units.rules.tree import UnitKind

CALENDAR = WorkCalendar(
    holidays=frozenset({date(2026, 1, 1), date(2026, 1, 2), date(2026, 10, 1), date(2026, 10, 2)}),
    make_up_days=frozenset({date(2026, 1, 4), date(2026, 9, 20)}),
    published_years=frozenset({2025, 2026}),
)
RULES = catalogue()


def item(code: str):
    found = RULES.item(code)
    assert found is not None
    return found


def of(code: str, *postings: Posting, since: date, today: date, rules: Catalogue = RULES) -> list[Duty]:
    return duties([item(code)], postings, watched_from=since, today=today, calendar=CALENDAR, rules=rules)


@pytest.mark.parametrize(
    ("text", "first", "last", "before"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-01"),
    ],
)
def test_a_period_knows_its_days_and_its_neighbours(text: str, first: date, last: date, before: str) -> None:
    period = Period.read(text)
    assert (str(period), period.first, period.last, str(period.before)) == (text, first, last, before)
    assert period.before.next == period
    assert period.year_before.year == period.year - 1


@pytest.mark.parametrize(
    "text", ["", "2026-Q5", "2026-13", "2026-1", "26-Q1", "2026-Q1 ", "２０２６", "1999"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Period.read(text)


@pytest.mark.parametrize(
    ("code", "period", "last"),
    [
        ("finances-quarterly", "2026-Q3", date(2026, 10, 20)),
        ("finances-quarterly", "2025-Q4", date(2026, 1, 20)),  # over the end of the year
        ("finances-quarterly", "2026-Q2", date(2026, 7, 20)),
        ("finances-monthly", "2025-12", date(2026, 1, 20)),
        ("finances-monthly", "2026-08", date(2026, 9, 20)),  # a Sunday that is worked
        ("finances-monthly", "2026-05", date(2026, 6, 22)),  # a Saturday
        ("annual-plan", "2026", date(2026, 2, 2)),  # 31 January is a Saturday
        ("final-accounts", "2025", date(2026, 3, 31)),
    ],
)
def test_the_last_day_is_counted_by_the_calendar(code: str, period: str, last: date) -> None:
    assert due_on(item(code), Period.read(period), CALENDAR, moved=True) == last


def test_what_is_not_posted_by_its_day_is_missing_from_the_day_after() -> None:
    since = date(2026, 7, 1)
    on_the_day = of("finances-quarterly", since=since, today=date(2026, 7, 20))
    assert [(duty.period, duty.standing) for duty in on_the_day] == [("2026-Q2", Standing.DUE_SOON)]
    after = of("finances-quarterly", since=since, today=date(2026, 7, 21))
    assert [(duty.period, duty.standing, duty.days) for duty in after] == [("2026-Q2", Standing.MISSING, 1)]


def test_what_comes_late_stays_late() -> None:
    posted = Posting(code="finances-quarterly", period="2026-Q2", posted_on=date(2026, 8, 3))
    (duty,) = of("finances-quarterly", posted, since=date(2026, 7, 1), today=date(2026, 9, 1))
    assert (duty.standing, duty.days) == (Standing.POSTED_LATE, 14)


def test_a_period_that_runs_is_not_asked_for_and_one_before_the_watch_is_nobodys_silence() -> None:
    found = of("finances-monthly", since=date(2026, 8, 1), today=date(2026, 8, 31))
    assert [duty.period for duty in found] == ["2026-07"]
    assert of("finances-monthly", since=date(2026, 8, 21), today=date(2026, 8, 31)) == []


def test_a_plan_is_asked_for_in_its_own_year_and_accounts_in_the_year_after() -> None:
    plan = of("annual-plan", since=date(2026, 1, 1), today=date(2026, 1, 10))
    assert [(duty.period, duty.standing) for duty in plan] == [("2026", Standing.WAITING)]
    accounts = of("final-accounts", since=date(2026, 1, 1), today=date(2026, 4, 1))
    assert [(duty.period, duty.standing) for duty in accounts] == [("2025", Standing.MISSING)]


def test_what_was_formed_counts_its_own_working_days() -> None:
    formed = Posting(code="village-major", formed_on=date(2026, 9, 30))
    (waiting,) = of("village-major", formed, since=date(2026, 9, 1), today=date(2026, 9, 30))
    assert waiting.due_on == date(2026, 10, 5)  # over a holiday and a weekend
    (missing,) = of("village-major", formed, since=date(2026, 9, 1), today=date(2026, 10, 6))
    assert (missing.standing, missing.days) == (Standing.MISSING, 1)


def test_silence_is_told_for_as_long_as_the_catalogue_looks_back() -> None:
    found = of("finances-monthly", since=date(2020, 1, 1), today=date(2026, 8, 31))
    assert [found[0].period, len(found)] == ["2025-07", RULES.lookback_months + 1]  # and the month that runs
    assert counted(found).missing == len(found)


def test_busy_accounts_are_monthly_and_others_quarterly() -> None:
    def codes(*, is_busy: bool) -> set[str]:
        return {one.code for one in RULES.of_board(UnitKind.VILLAGE, is_busy=is_busy)}

    assert codes(is_busy=True) ^ codes(is_busy=False) == {"finances-monthly", "finances-quarterly"}
    quarter, month = Period.read("2026-Q3"), Period.read("2026-10")
    assert RULES.statement_item(UnitKind.VILLAGE, quarter, is_busy=True) is None
    assert RULES.statement_item(UnitKind.VILLAGE, month, is_busy=True) is not None


def test_every_item_names_its_source_and_stands_under_a_heading() -> None:
    assert all(one.term.source for one in RULES.items)
    assert all("示例，未核对" in one.basis for one in RULES.items)
    assert {one.length for one in RULES.items} == {None, Length.MONTH, Length.QUARTER, Length.YEAR}


def test_a_catalogue_that_does_not_hang_together_is_refused() -> None:
    """The planted defects: a code twice, a heading that there is not."""
    document = RULES.model_dump(mode="json")
    twice = document | {"items": [document["items"][0], document["items"][0]]}
    strange = document | {"headings": document["headings"][1:]}
    for wrong in (twice, strange):
        with pytest.raises(ValueError, match="item"):
            read_catalogue(json.dumps(wrong))
