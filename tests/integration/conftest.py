"""Fixtures that several integration tests share."""

import pytest

from evalapp.core.platform import Platform
from tests.support.ballots import Polling
from tests.support.counting import Office


@pytest.fixture
def polling(platform: Platform):
    """A small district with boxes."""
    made = Polling(platform)
    yield made
    made.booths.close()


@pytest.fixture
def office(polling: Polling) -> Office:
    """Two officers who count and publish."""
    return Office(polling)
