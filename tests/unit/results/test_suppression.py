"""Nothing of one to nine people is told, nor can it be found by subtraction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evalapp.results.rules.suppression import hidden_cells, may_show_both

cells = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 60), min_size=1, max_size=6)


@given(cells)
def test_no_small_cell_is_shown_or_found_from_the_total(cells):
    hidden = hidden_cells(cells, minimum=10)
    shown = {cell: people for cell, people in cells.items() if cell not in hidden}
    assert all(people == 0 or people >= 10 for people in shown.values())
    remainder = sum(cells.values()) - sum(shown.values())
    if hidden and shown:
        assert len(hidden) > 1
        assert remainder >= 10


@given(cells)
def test_nothing_is_hidden_without_need(cells):
    if all(people == 0 or people >= 10 for people in cells.values()):
        assert hidden_cells(cells, minimum=10) == frozenset()


def test_hiding_the_small_cell_alone_would_give_it_away():
    """Planted defect: with the total beside them, 103 - 100 tells of the three."""
    cells = {"page": 100, "api": 3}
    naive = {"api"}
    assert sum(cells.values()) - sum(n for cell, n in cells.items() if cell not in naive) == 3
    assert hidden_cells(cells, minimum=10) == {"page", "api"}


def test_a_second_distribution_needs_nobody_or_ten_set_apart_in_each_group():
    assert may_show_both({"resident": 10, "panel": 0}, minimum=10)
    assert not may_show_both({"resident": 40, "panel": 1}, minimum=10)
