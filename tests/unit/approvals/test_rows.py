"""What a cell of a table of events means."""

import pytest

from evalapp.approvals.rules import rows
from evalapp.core.errors import Invalid
from evalapp.core.rowfiles import Row


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-03-02 09:05", "2026-03-02T09:05:00+08:00"),
        ("2026/3/2 9:05", "2026-03-02T09:05:00+08:00"),  # as Excel shows it, and saves it as CSV
        ("2026/12/31 9:05:07", "2026-12-31T09:05:07+08:00"),
        ("2026-03-02T09:05:00+00:00", "2026-03-02T09:05:00+00:00"),
        ("2026/3/2 25:00", None),
        ("2026/2/30 9:05", None),
        ("3/2/2026 9:05", None),  # which of them is the month?
    ],
)
def test_a_moment_is_read_as_excel_shows_it(typed: str, read: str | None) -> None:
    row = Row(number=2, values={"id": "e1", "kind": "收件", "occurred_at": typed})
    if read is None:
        with pytest.raises(Invalid, match="发生时间"):
            rows.event_in(row)
    else:
        assert rows.event_in(row)["occurred_at"] == read
