"""Fixtures of the desks' tests: an episode, and a member of the station who may deliver its recording."""

import pytest

from evalapp.core.permissions import Actor
from evalapp.programme.models import Episode
from tests.support.actors import Visitors
from tests.support.delivered import Recordings


@pytest.fixture
def editor(visitors: Visitors, recordings_factory: Recordings) -> Actor:
    actor = recordings_factory.staff()
    visitors.are(staff=actor)
    return actor


@pytest.fixture
def episode(recordings_factory: Recordings) -> Episode:
    return recordings_factory.episode()
