"""Cells of tables that are sent for spreadsheets."""

import pytest

from evalapp.web.sheets import plain_cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@x", "-cmd|x", "-2+3+cmd|x", "\tx", "＝1+1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    """The planted defects: what a spreadsheet would compute."""
    assert plain_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.50", "-3", "村道补坑", ""])
def test_a_number_and_a_text_stay_what_they_are(cell: str) -> None:
    assert plain_cell(cell) == cell
