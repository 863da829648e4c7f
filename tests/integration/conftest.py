"""Fixtures that several integration tests share."""

import pytest

from evalapp.core.platform import Platform
from tests.support.ballots import Polling


@pytest.fixture
def polling(platform: Platform):
    """A small district with boxes."""
    made = Polling(platform)
    yield made
    made.booths.close()
