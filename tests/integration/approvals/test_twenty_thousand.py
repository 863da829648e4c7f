"""Twenty thousand random histories against the slow replay, under each profile (about 40 s of CPU on a slow machine)."""

from collections import Counter

import pytest

from tests.unit.approvals.test_histories import disagreements

HISTORIES, PIECES = 20_000, 8


@pytest.mark.slow
@pytest.mark.parametrize("piece", range(PIECES))
def test_every_history_agrees_in_state_lamp_time_left_and_points(piece: int) -> None:
    each = HISTORIES // PIECES
    assert disagreements(each, first=piece * each) == Counter()
