"""The terms that were worked by hand, and what they say day by day."""

from datetime import date, datetime

import pytest

from evalapp.approvals.rules import profile
from evalapp.approvals.rules.counting import Counter, last_day
from evalapp.core import clock, terms
from evalapp.core.calendar import Pause, TermDay, WorkCalendar, announced
from evalapp.core.terms import TimeUnit
from tests.unit.approvals.terms_by_hand import BY_HAND

COUNTER = Counter.of(announced(), profile.own())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())


def pauses_of(said) -> list[Pause]:
    return [
        Pause(noticed_on=date.fromisoformat(notice), resumed_on=date.fromisoformat(end) if end else None)
        for notice, end in said
    ]


def over(counter: Counter, term, received, pauses, more) -> str | None:
    found = counter.ends_at(terms.typed(term, field=""), moment(received), pauses_of(pauses), more=more)
    if found is None:
        return None
    here = clock.local(found)
    return f"{here:%Y-%m-%d %H:%M}" if "时" in term or "分" in term else last_day(found).isoformat()


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_a_term_is_over_when_it_was_worked_out_by_hand(case) -> None:
    _, term, received, pauses, more, expected = case
    assert over(COUNTER, term, received, pauses, more) == expected


def test_a_calendar_without_make_up_days_is_noticed() -> None:
    """The planted defect: make-up days are forgotten."""
    careless = Counter.of(
        WorkCalendar(holidays=announced().holidays, make_up_days=frozenset()), profile.own()
    )
    assert any(over(careless, *case[1:5]) != case[5] for case in BY_HAND)


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_the_explanation_ends_on_the_last_day_and_counts_up_to_the_term(case) -> None:
    _, text, received, pauses, more, expected = case
    term = terms.typed(text, field="")
    days = COUNTER.explained(term, moment(received), pauses_of(pauses), more=more, until=date(2026, 3, 31))
    numbers = [day.number for day in days if day.number is not None]
    assert numbers == sorted(numbers)
    if expected is None:
        assert days[-1].state is TermDay.PAUSED
        return
    assert days[-1].day.isoformat() == expected[:10]
    if term.unit is TimeUnit.DAY:
        assert numbers[-1] == term.amount + more
    if term.unit is TimeUnit.HOUR:
        assert numbers[-1] == term.amount * 60
