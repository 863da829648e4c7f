"""An episode whose result everybody may read."""

import pytest

from tests.support.results import vote


@pytest.fixture
def published_episode(polling, office):
    episode = polling.announce(unit=polling.unit(rank_class="职能部门"))
    vote(polling, episode, (5, 4, 3), times=30)
    office.publish(episode)
    return episode
