"""Fixtures of several journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kiosk_screen import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()
