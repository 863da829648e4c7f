"""Casting through the API: the contract's answers, nothing ever a 500, and nothing that tells a grade before the count."""

import json
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, Uuid, select, update

from evalapp import schema
from evalapp.ballots.models import Grading, SealedBallot
from evalapp.ballots.rules.receipts import open_receipt
from evalapp.core import clock
from evalapp.portal.services import indexing

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
GRADES = {"openness": 5, "highlights": None, "service": 2}


class Phone:
    """A signed-in resident's program: keeps the cookie and sends the token."""

    def __init__(self, signed_in):
        self.client = signed_in.browser.client
        self.token = TOKEN.search(signed_in.browser.get("/me/standing").get_data(as_text=True)).group(1)

    def send(self, method, path, body=None, *, key=None, **headers):
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        names = {"X-CSRF-Token": self.token, "Idempotency-Key": key or uuid.uuid4().hex} | headers
        sent = {name: value for name, value in names.items() if value is not None}
        kind = sent.pop("Content-Type", "application/json")
        return self.client.open(path, method=method, data=data, content_type=kind, headers=sent)


def body(**changes):
    return {"grades": GRADES, "nonce": uuid.uuid4().hex} | changes


@pytest.fixture
def phone(people):
    return Phone(people.resident())


@pytest.fixture
def path(polling):
    return f"/api/v1/episodes/{polling.announce().number}/ballot"


def test_a_ballot_is_answered_with_a_signed_receipt_that_verifies(phone, path, app):
    sent = body(reasons={"service": ["slow"]}, watched=3)
    answer = phone.send("POST", path, sent, key="one")
    assert answer.status_code == 201
    signer = app.extensions["evalapp.polling"].signer
    receipt = open_receipt(answer.get_json()["receipt"], signer.verifier)
    assert receipt.code == answer.get_json()["code"]
    assert phone.send("POST", path, sent, key="one").data == answer.data
    assert phone.send("POST", path, body(), key="one").status_code == 409
    assert phone.client.get(answer.get_json()["verify"]).status_code == 200
    withdrawn = phone.send("DELETE", path)
    assert withdrawn.status_code == 200
    assert withdrawn.get_json()["code"] != receipt.code


@pytest.mark.parametrize(
    ("sent", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff", {}, 400),
        (body(), {"Idempotency-Key": None}, 400),
        (body(), {"X-CSRF-Token": None}, 400),
        (body(), {"X-CSRF-Token": "stale"}, 400),
        (body(), {"Sec-Fetch-Site": "cross-site"}, 403),
        (body(), {"Content-Type": "text/plain"}, 415),
        (b" " * 17_000 + b"{}", {}, 413),
        (body(grades={"openness": 6, "highlights": 1, "service": 1}), {}, 422),
        (body(role="office"), {}, 422),
        ([], {}, 422),
    ],
)
def test_refusals_are_problems_with_the_right_number(phone, path, sent, headers, status):
    answer = phone.send("POST", path, sent, **headers)
    assert answer.status_code == status, answer.data
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("sent", [[1], [], "text", {"role": "office"}, {"nonce": "short"}, {"nonce": 1}])
def test_a_withdrawal_takes_a_nonce_and_nothing_else(phone, path, sent):
    phone.send("POST", path, body())
    answer = phone.send("DELETE", path, sent)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert phone.send("DELETE", path, {"nonce": None}).status_code == 200


def test_a_missing_nonce_is_asked_for_in_words_of_its_own(phone, path):
    answer = phone.send("POST", path, {"grades": GRADES})
    assert (answer.status_code, answer.get_json()["field"]) == (422, "nonce")
    assert "随机数" in answer.get_json()["detail"]
    assert "等级" not in answer.get_json()["detail"]


def test_the_title_follows_the_code(polling, phone, path):
    later = f"/api/v1/episodes/{polling.announce(opens_in=timedelta(days=1)).number}/ballot"
    closed = phone.send("POST", later, body()).get_json()
    assert (closed["type"], closed["title"]) == ("box-closed", "现在不收评票。")
    phone.send("POST", path, body(), key="one")
    other = phone.send("POST", path, body(), key="one").get_json()
    assert (other["type"], other["title"]) == ("conflict", "现在的情况不允许这样做。")


def test_closed_unknown_signed_out_and_too_many_have_their_numbers(polling, phone, path, people):
    for _ in range(4):
        assert phone.send("POST", path, body()).status_code == 201
    assert phone.send("POST", path, body()).status_code == 429
    assert phone.send("POST", "/api/v1/episodes/999/ballot", body()).status_code == 404
    later = f"/api/v1/episodes/{polling.announce(opens_in=timedelta(days=1)).number}/ballot"
    assert phone.send("POST", later, body()).status_code == 409
    phone.client.delete_cookie("evalapp")
    stranger = people.client()
    token = TOKEN.search(stranger.get("/sign-in").get_data(as_text=True)).group(1)
    headers = {"X-CSRF-Token": token, "Idempotency-Key": "k"}
    assert stranger.client.post(path, json=body(), headers=headers).status_code == 401


def test_an_episode_without_a_prepared_recording_is_a_409_with_a_sentence(polling, phone):
    episode = polling.announce(is_prepared=False)
    answer = phone.send("POST", f"/api/v1/episodes/{episode.number}/ballot", body())
    assert answer.status_code == 409
    problem = answer.get_json()
    assert problem["type"].endswith("box-closed")
    assert "录像还没有准备好" in problem["detail"]


def test_a_clock_that_went_back_is_a_503_with_the_reason(polling, people, phone, path):
    number = int(path.split("/")[4])
    with polling.platform.transaction() as session:
        ahead = clock.now() + timedelta(hours=1)
        session.execute(update(Grading).values(written_at=ahead))
    answer = phone.send("POST", path, body())
    assert (answer.status_code, "时钟" in answer.get_json()["detail"]) == (503, True)
    assert phone.client.get(f"/api/v1/boxes/x/receipt/{number}").status_code == 404


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
shaped = st.fixed_dictionaries(
    {},
    optional={
        "grades": junk | st.dictionaries(st.sampled_from(["openness", "highlights", "service"]), junk),
        "nonce": junk | st.just("0" * 32),
        "reasons": junk,
        "watched": junk,
    },
)
raw = st.binary(max_size=200) | st.sampled_from(
    [
        b"1e400",
        b"[" * 5000,
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b"\x00",
        b'{"nonce":"\\u0000"}',
        b"9" * 4000,
        b"NaN",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["POST", "DELETE"]), shaped | junk | raw, st.text(max_size=30))
def test_no_body_whatever_makes_a_500(phone, path, method, sent, key):
    header = "".join(character for character in key if character.isprintable() and ord(character) < 256)
    answer = phone.send(method, path, sent, key=header or "k")
    assert answer.status_code < 500


def test_an_unchecked_body_would_be_noticed(phone, path, monkeypatch):
    """Planted defect: with the checks by hand gone, rubbish becomes a failure."""
    from evalapp.ballots import lane

    monkeypatch.setattr(lane, "read_submission", lambda sent, **_: sent)
    assert phone.send("POST", path, {"grades": 1}).status_code == 500


SECRET_COLUMNS = {
    "nonce_hash",
    "envelope",
    "entry_hash",
    "code",
    "request_key",
    "request_body",
    "hidden_second",
    "token",
}


def everything_stored(platform):
    """Every row of every table outside the key folder; what must differ at random is reduced to its length."""
    stored = {}
    with platform.session() as session:
        for table in schema.METADATA.sorted_tables:
            if table.name in {"audit_entries", "search_entries"}:
                continue
            rows = session.execute(select(table)).mappings()
            stored[table.name] = sorted(
                repr({column.name: reduced(column, row[column]) for column in table.columns}) for row in rows
            )
    return stored


def reduced(column, value):
    if isinstance(column.type, LargeBinary) or column.name in SECRET_COLUMNS:
        return len(value) if value is not None else None
    if isinstance(column.type, Uuid) or column.name.endswith(
        ("_at", "_hash", "_since", "person_id", "_key", "_code")
    ):
        return "random" if value is not None else None
    return value


def one_box(polling, grades, reasons=None):
    """A box with six ballots, a change and a withdrawal; only the grades are given."""
    episode = polling.announce(unit=polling.unit(), days=7)
    for voter in polling.voters(6):
        polling.cast(episode, voter, grades, reasons=reasons)
    polling.cast(episode, voter, grades, reasons=reasons)
    polling.withdraw(episode, voter)
    return episode


def test_two_boxes_equal_in_all_but_their_grades_look_the_same(polling, browser, tmp_path_factory):
    from tests.support.ballots import Polling

    views = []
    for grades, reasons in (((5, 5, 5), None), ((1, 0, 2), None)):
        with time_machine.travel("2026-12-01 02:00:00+00:00", tick=False):
            made = Polling(polling.platform)
            made.booths.close()
            polling.booths.close()
            episode = one_box(made, grades, reasons)
            made.booths.close()
        paths = ("/league", "/verify", f"/episodes/{episode.number}/results", "/api/v1/league/2026")
        pages = [browser.get(path) for path in paths]
        stored = everything_stored(polling.platform)
        views.append((stored, [(page.status_code, len(page.data)) for page in pages]))
        empty(polling.platform)
    assert views[0][1] == views[1][1]
    for name, rows in views[0][0].items():
        assert rows == views[1][0][name], name


def empty(platform):
    with platform.engine.begin() as connection:
        for table in reversed(schema.METADATA.sorted_tables):
            if table.name != "audit_entries":
                connection.execute(table.delete())
    with platform.transaction() as session:
        indexing.renew_full_text(session)


def test_a_grade_that_leaked_into_a_row_would_be_noticed(polling):
    """Planted defect: the sum of the grades in an innocent column makes the two boxes differ."""
    views = []
    for grades in ((5, 5, 5), (1, 1, 1)):
        one_box(polling, grades)
        with polling.platform.transaction() as session:
            session.execute(update(SealedBallot).values(sequence=SealedBallot.sequence + sum(grades)))
        views.append(everything_stored(polling.platform)["ballots"])
        empty(polling.platform)
    assert views[0] != views[1]
