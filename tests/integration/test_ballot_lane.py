"""Ballots beside Flask: what the lane accepts is what the view would have accepted, and it refuses nothing itself."""

import json
import uuid

import pytest
from sqlalchemy import func, select, update

from evalapp.ballots.models import Grading, SealedBallot
from evalapp.ballots.services import casting
from evalapp.core import clock

GRADES = {"openness": 5, "highlights": None, "service": 2}


def body(**changes):
    return {"grades": GRADES, "nonce": uuid.uuid4().hex} | changes


class Program:
    """A resident's program, signed in through the API: it keeps the cookie and the token that signing in gave."""

    def __init__(self, signed_in):
        self.client = signed_in.browser.client
        self.client.get("/")
        with self.client.session_transaction() as cookie:
            self.token = cookie.setdefault("csrf_token", uuid.uuid4().hex)
            cookie.setdefault("device", uuid.uuid4().hex)

    def post(self, path, data=None, **changes):
        headers = {"X-CSRF-Token": self.token, "Idempotency-Key": uuid.uuid4().hex} | changes
        kind = headers.pop("Content-Type", "application/json")
        sent = json.dumps(body()).encode() if data is None else data
        kept = {name: value for name, value in headers.items() if value is not None}
        return self.client.post(path, data=sent, content_type=kind, headers=kept)


@pytest.fixture
def program(people):
    return Program(people.resident())


@pytest.fixture
def path(polling, people):
    """The address of an episode whose booth is open in this process."""
    path = f"/api/v1/episodes/{polling.announce().number}/ballot"
    assert Program(people.resident()).post(path).status_code == 201
    return path


@pytest.fixture
def without_flask(app, monkeypatch, program, path):
    """Once everybody is signed in and the booth is open, what gets past the lane is noticed."""

    def full_dispatch_request(*_):
        raise AssertionError("the request got past the lane")

    monkeypatch.setattr(app, "full_dispatch_request", full_dispatch_request)


def rows(polling):
    with polling.platform.session() as session:
        return session.scalar(select(func.count()).select_from(SealedBallot))


@pytest.mark.usefixtures("without_flask")
def test_an_ordinary_ballot_never_reaches_flask(program, path, polling):
    before = rows(polling)
    answer = program.post(path)
    assert answer.status_code == 201
    assert rows(polling) == before + 1
    assert answer.get_json()["verify"] == f"/verify/{answer.get_json()['code']}"


@pytest.mark.usefixtures("without_flask")
def test_its_answer_carries_what_every_answer_carries(program, path):
    headers = program.post(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("without_flask")
def test_a_change_is_accepted_in_the_lane_too(program, path, polling):
    codes = {program.post(path).get_json()["code"] for _ in range(3)}
    assert len(codes) == 3
    with polling.platform.session() as session:
        numbers = session.scalars(select(SealedBallot.sequence).order_by(SealedBallot.sequence)).all()
    assert numbers == [1, 1, 2, 3]  # the first of them opened the booth


def test_a_box_that_closes_before_the_second_try_of_a_change_refuses_it(program, path, polling, monkeypatch):
    assert program.post(path).status_code == 201
    enter, entered = casting._enter, []

    def close_before_the_second(executor, request):
        entered.append(request)
        if len(entered) == 2:
            with polling.platform.transaction() as session:
                session.execute(update(Grading).values(closed_at=Grading.closes_at))
        return enter(executor, request)

    is_postgresql = polling.platform.engine.dialect.name == "postgresql"
    if is_postgresql:  # on SQLite there is no second try: the whole of it is one transaction with one lock
        monkeypatch.setattr(casting, "_enter", close_before_the_second)
    before = rows(polling)
    answer = program.post(path)
    assert answer.status_code == (409 if is_postgresql else 201)
    assert rows(polling) == before + (not is_postgresql)


def test_the_same_request_gets_the_same_receipt_in_the_lane_and_beside_it(program, path, polling):
    sent, key = json.dumps(body()).encode(), "one"
    first = program.post(path, sent, **{"Idempotency-Key": key})
    before = rows(polling)
    assert program.post(path, sent, **{"Idempotency-Key": key}).data == first.data
    by_flask = program.post(path, sent, **{"Idempotency-Key": key, "Origin": "http://localhost"})
    assert by_flask.data == first.data
    assert rows(polling) == before


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"X-CSRF-Token": "f" * 40}, 400),
        ({"X-CSRF-Token": "卡"}, 400),
        ({"X-CSRF-Token": None}, 400),
        ({"Idempotency-Key": None}, 400),
        ({"Idempotency-Key": "x" * 129}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.invalid"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_what_shows_too_little_is_refused_as_flask_refuses_it(program, path, polling, changes, status):
    before = rows(polling)
    answer = program.post(path, **changes)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert rows(polling) == before


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'{"grades": {"openness": 9}}', 422),
        (b" " * 20_000, 413),
        (b"", 400),
    ],
)
def test_an_unfit_body_is_refused_as_flask_refuses_it(program, path, polling, data, status):
    before = rows(polling)
    assert program.post(path, data).status_code == status
    assert rows(polling) == before


def test_a_cookie_that_this_site_did_not_sign_opens_nothing(program, path, app):
    name = app.config["SESSION_COOKIE_NAME"]
    value = program.client.get_cookie(name).value
    program.client.set_cookie(name, value[:-3] + ("AAA" if value[-3:] != "AAA" else "BBB"))
    assert program.post(path).status_code in {400, 401}


@pytest.mark.usefixtures("without_flask")
def test_an_unsigned_cookie_would_be_noticed(program, path, app, monkeypatch):
    """Planted defect: a lane that believes any cookie lets anybody in who knows a session."""
    from evalapp.ballots import lane

    believed = lane.read_cookie(
        app,
        f"{app.config['SESSION_COOKIE_NAME']}={program.client.get_cookie(app.config['SESSION_COOKIE_NAME']).value}",
    )
    monkeypatch.setattr(lane, "read_cookie", lambda *_: believed)
    program.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    assert program.post(path).status_code == 201


def test_a_session_that_was_ended_casts_nothing(program, path):
    program.client.post("/api/v1/sign-out", headers={"X-CSRF-Token": program.token})
    with program.client.session_transaction() as cookie:
        cookie.clear()
    assert program.post(path).status_code in {400, 401}


def test_a_fault_of_the_lane_is_answered_by_flask(program, path, monkeypatch):
    from evalapp.ballots import lane

    def broken(*_args, **_words):
        raise RuntimeError("planted")

    monkeypatch.setattr(lane, "accept", broken)
    assert program.post(path).status_code == 500


def test_closing_is_told_by_flask(program, path, polling):
    from datetime import timedelta

    import time_machine

    with time_machine.travel(clock.now() + timedelta(days=8)):
        answer = program.post(path)
    assert answer.status_code in {401, 409}
