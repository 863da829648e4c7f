"""Fixtures of several journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kiosk_screen import Hall


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database, for a browser sees no difference; a journey about what is kept asks for each."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()
