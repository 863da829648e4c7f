"""The door of the intake: signed, once, answered item by item; what is refused is counted."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from evalapp.approvals.models import Case, CaseEventRow, IntakeRefusal
from evalapp.approvals.queries import feeds
from evalapp.approvals.rules import intake as rules
from evalapp.approvals.rules import signing
from evalapp.approvals.services import keys
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from tests.support.cases import Cases
from tests.support.signing import PATH, Signed, UnitSystem


@pytest.fixture
def system(cases: Cases) -> UnitSystem:
    return UnitSystem(cases.platform, cases.unit)


@pytest.fixture
def client(app):
    return app.test_client()


def recent(cases: Cases, kind: str = "submitted", case: str = "A-1") -> dict:
    return cases.event(kind, case, clock.now() - timedelta(minutes=3))


def refused(session) -> dict[str, int]:
    session.rollback()
    return dict(session.execute(select(IntakeRefusal.reason, IntakeRefusal.count)).all())


def number(session, model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_a_batch_is_taken_and_the_same_again_is_answered_the_same(cases, system, client, session) -> None:
    events = [recent(cases), recent(cases, "accepted"), {"id": "broken"}]

    first = system.hand_in(client, "b-1", events)
    again = system.hand_in(client, "b-1", events)

    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    assert (first.json["accepted"], first.json["duplicate"]) == (2, 0)
    assert [(each["index"], each["code"]) for each in first.json["refused"]] == [(2, "malformed")]
    assert (number(session, Case), number(session, CaseEventRow)) == (1, 2)


def test_a_batch_name_is_not_used_for_something_else(cases, system, client) -> None:
    system.hand_in(client, "b-1", [recent(cases)])
    answer = system.hand_in(client, "b-1", [recent(cases, case="A-2")])
    assert (answer.status_code, answer.json["field"]) == (409, "batch")


def test_what_is_not_signed_is_refused_and_counted(cases, system, client, session) -> None:
    good = system.signed("b-1", [recent(cases)])
    other = UnitSystem(cases.platform, cases.unit)
    wrong = {
        "unsigned": good.without(signing.SIGNATURE_HEADER),
        "unknown-key": Signed(body=good.body, headers=good.headers | {signing.KEY_HEADER: "nobody"}),
        "bad-signature": Signed(body=good.body + b" ", headers=good.headers),
        "bad-time": system.signed("b-1", [recent(cases)], later=timedelta(minutes=-6)),
    }
    beyond = system.signed_body(good.body, time="9999-12-31T23:59:59-12:00")  # in UTC there is no such moment
    stolen = Signed(body=good.body, headers=good.headers | {signing.KEY_HEADER: other.key.name})

    for request in (*wrong.values(), stolen, beyond):
        assert system.send(client, request).status_code == 401

    assert refused(session) == dict.fromkeys(wrong, 1) | {"bad-signature": 2, "bad-time": 2}
    assert number(session, CaseEventRow) == 0
    assert system.send(client, good).status_code == 200


def test_a_replayed_request_is_refused_and_counted(cases, system, client, session) -> None:
    request = system.signed("b-1", [recent(cases)])
    assert system.send(client, request).status_code == 200

    padded = request.headers | {signing.TIME_HEADER: request.headers[signing.TIME_HEADER]}
    for again in (request, Signed(body=request.body, headers=padded)):
        answer = system.send(client, again)
        assert (answer.status_code, answer.json["type"]) == (401, "not-signed")
        assert answer.json["title"] == "这次交的没有收下。"  # nobody could sign in

    assert refused(session) == {"replayed": 2}
    assert number(session, CaseEventRow) == 1


def test_keys_rotate_without_a_gap(cases, system, client, session) -> None:
    newer = UnitSystem(cases.platform, cases.unit)
    assert system.hand_in(client, "b-1", [recent(cases)]).status_code == 200
    assert newer.hand_in(client, "b-2", [recent(cases, "accepted")]).status_code == 200

    with cases.platform.transaction() as other:
        keys.revoke_key(other, name=system.key.name, actor=SYSTEM)

    assert system.hand_in(client, "b-3", []).status_code == 401
    assert newer.hand_in(client, "b-3", []).status_code == 200
    assert refused(session) == {"key-over": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 50_000, 400),
        (b"[]", 422),
        (b'{"batch": "", "events": []}', 422),
        (b'{"batch": "b", "events": {}}', 422),
        (b'{"batch": "b", "events": [], "more": 1}', 422),
        (b'{"batch": "b", "events": [1, null, [], "x", {"id": 1e999}]}', 200),
    ],
)
def test_a_body_that_is_no_batch_is_refused(system, client, body, status) -> None:
    answer = system.send(client, system.signed_body(body))
    assert answer.status_code == status
    if status == 200:
        assert [each["code"] for each in answer.json["refused"]] == ["malformed"] * 5


def test_what_is_too_large_is_told_the_limit(system, client, monkeypatch) -> None:
    limits = {"bytes": rules.MOST_BYTES, "events": rules.MOST_EVENTS}
    for request in (
        system.signed_body(b" " * (rules.MOST_BYTES + 1)),
        system.signed("b-1", [0] * (rules.MOST_EVENTS + 1)),
    ):
        answer = system.send(client, request)
        assert (answer.status_code, answer.json["limit"]) == (413, limits)

    in_pieces = {"wsgi.input_terminated": True}  # a body whose length nobody told
    for length, status in ((rules.MOST_BYTES + 1, 413), (rules.MOST_BYTES, 400)):
        request = system.signed_body(b" " * length)
        answer = client.post(
            PATH, input_stream=io.BytesIO(request.body), headers=request.headers, environ_base=in_pieces
        )
        assert answer.status_code == status, length


def test_a_feed_that_fell_silent_shows(cases, system, client, session) -> None:
    system.hand_in(client, "b-1", [recent(cases)])
    session.rollback()
    now = clock.now()
    assert [feed.is_silent for feed in feeds.health(session, now=now)] == [False]
    silent = feeds.health(session, now=now + timedelta(days=20))
    assert [(feed.slug, feed.is_silent, feed.events) for feed in silent] == [(cases.unit.slug, True, 1)]
