"""Fixtures of several journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.kiosk_screen import Hall


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database, for a browser sees no difference; a journey about what is kept asks for each."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


expect.set_options(
    timeout=15_000
)  # two journeys share the processors; what comes late on a slow machine is no finding


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
    finally:
        made.server.stop()
