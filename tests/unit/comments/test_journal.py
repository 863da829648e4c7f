"""What the journal shows: no figure behind which fewer than ten people stand, nor one that a sum gives away."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.comments.rules import journal
from evalapp.comments.rules.journal import Figure, JournalAct

figures = st.dictionaries(
    st.integers(0, 40),
    st.integers(1, 40).flatmap(
        lambda people: st.builds(Figure, times=st.integers(people, people + 40), people=st.just(people))
    ),
    max_size=12,
)


def given_away(found: journal.Breakdown[int], cells: dict[int, Figure]) -> list[int]:
    """Cells of fewer than ten people that somebody knows who has everything that is shown and the total."""
    alone = [key for key in found.together if found.together == {key}] if len(cells) > 1 else []
    return [key for key in [*found.shown, *alone] if cells[key].people < journal.LEAST_PEOPLE]


@given(figures)
def test_nothing_of_fewer_than_ten_people_can_be_worked_out(cells: dict[int, Figure]) -> None:
    found = journal.breakdown(cells)
    assert given_away(found, cells) == []
    assert sum(found.shown.values()) + found.together_times == sum(one.times for one in cells.values())
    covered = found.together and len(found.together) < len(cells)
    assert not covered or max(cells[key].people for key in found.together) >= journal.LEAST_PEOPLE


def test_a_breakdown_that_leaves_one_small_figure_alone_is_noticed() -> None:
    """The planted defect: small figures are put together, but nothing covers a single one."""
    cells = {1: Figure(times=3, people=3), 2: Figure(times=30, people=20), 3: Figure(times=50, people=40)}
    careless = journal.Breakdown(shown={2: 30, 3: 50}, together=frozenset({1}), together_times=3)
    assert given_away(careless, cells) == [1]
    assert journal.breakdown(cells).shown == {3: 50}


@pytest.mark.parametrize(
    ("waits", "median"),
    [
        ([], None),
        ([(0, 3), (1, 1)], 0),
        ([(0, 2), (1, 2)], 0.5),
        ([(5, 1)], 5),
        ([(9, 1), (1, 1), (2, 1)], 2),
    ],
)
def test_the_median_is_of_all_comments(waits: list[tuple[int, int]], median: float | None) -> None:
    assert journal.median_days(waits) == median


def test_months() -> None:
    assert journal.month_of(date(2026, 11, 25)) == date(2026, 11, 1)
    assert journal.month_before(date(2026, 1, 1)) == date(2025, 12, 1)


def test_what_was_moved_stands_under_no_unit() -> None:
    for was_shown in (True, False):
        assert journal.of_unit(JournalAct.MOVED, was_shown=was_shown) is not JournalAct.MOVED
