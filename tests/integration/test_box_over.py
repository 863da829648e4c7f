"""A box that is over says so and when it closed, on the page and to programs, whatever became of its keys."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from evalapp.ballots.models import Grading
from evalapp.core import clock
from tests.support.accounts import SignedInResident

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
BALLOT = {"grades": {"openness": 5, "highlights": 4, "service": None}, "nonce": "0" * 32}
FORM = {"openness": "5", "highlights": "4", "service": "unsure", "nonce": "0" * 32, "idempotency_key": "one"}


@pytest.fixture
def resident(people) -> SignedInResident:
    return people.resident()


@pytest.fixture
def episode(polling):
    """An episode whose voters are forgotten before anybody looked at its booth in this process."""
    made = polling.announce()
    polling.keepers.forget_voters(made.reference)
    return made


def by_page(resident: SignedInResident, number: int, act: str):
    path = f"/episodes/{number}/ballot{act}"
    return resident.browser.post(path, FORM, page="/me/standing")


def by_program(resident: SignedInResident, number: int, act: str):
    shown = resident.browser.get("/me/standing").get_data(as_text=True)
    headers = {"X-CSRF-Token": TOKEN.search(shown)[1], "Idempotency-Key": uuid.uuid4().hex}
    path = f"/api/v1/episodes/{number}/ballot"
    method = "DELETE" if act else "POST"
    return resident.browser.client.open(path, method=method, json={} if act else BALLOT, headers=headers)


@pytest.mark.parametrize("ask", [by_page, by_program])
@pytest.mark.parametrize("act", ["", "/withdraw"])
def test_a_closed_box_without_its_keys_says_when_it_closed(polling, resident, episode, ask, act):
    closed = polling.grading(episode).closes_at
    with time_machine.travel(closed + timedelta(minutes=1)):
        answer = ask(resident, episode.number, act)
    assert answer.status_code == 409
    assert f"{clock.local(closed):%Y-%m-%d %H:%M}" in answer.get_data(as_text=True)
    assert "截止" in answer.get_data(as_text=True)
    if ask is by_program:
        assert answer.get_json()["type"] == "box-closed"


@pytest.mark.parametrize("ask", [by_page, by_program])
def test_an_older_void_box_without_its_keys_says_that_it_is_void(polling, resident, episode, ask):
    with polling.platform.transaction() as session:
        session.execute(update(Grading).values(voided_at=clock.now()))
    answer = ask(resident, episode.number, "")
    assert answer.status_code == 409
    assert "已经作废" in answer.get_data(as_text=True)


def test_an_open_box_without_its_keys_says_that_they_are_gone(resident, episode):
    answer = by_program(resident, episode.number, "")
    assert (answer.status_code, answer.get_json()["type"]) == (409, "key-gone")
