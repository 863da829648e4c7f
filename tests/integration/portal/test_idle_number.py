"""A number that lay idle for half a year may be somebody else's: its page shows nothing of before."""

from datetime import timedelta

import time_machine

from evalapp.ballots.services.casting import Voter
from evalapp.core import clock
from tests.support.accounts import People
from tests.support.ballots import Polling

TITLE = "社保办事，少跑一趟"


def test_the_page_of_an_idle_number_shows_nothing_of_before(polling: Polling, people: People) -> None:
    before = people.resident(1)
    voter = Voter(resident_id=before.resident.id)
    polling.cast(polling.announce(), voter)
    assert TITLE in before.browser.get("/me").get_data(as_text=True)
    with time_machine.travel(clock.now() + timedelta(days=179)):
        assert TITLE in people.resident(1).browser.get("/me").get_data(as_text=True)
    with time_machine.travel(clock.now() + timedelta(days=179 + 181)):
        after = people.resident(1).browser
        assert TITLE not in after.get("/me").get_data(as_text=True)
        assert after.get("/me/data.json").get_json()["ballots"] == []
