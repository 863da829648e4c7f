"""The same sign-in for programs: JSON in and out, refused plainly."""

import pytest
from flask import Flask

from tests.support.accounts import Outbox, People, phone

CONSENT = "2026-11"


def test_the_client_api_signs_in_as_the_contract_says(people: People, outbox: Outbox, app: Flask) -> None:
    client = app.test_client()
    consent = client.get("/api/v1/consent").get_json()
    assert consent["version"] == CONSENT
    assert "手机号" in consent["text"]
    english = client.get("/api/v1/consent", headers={"Accept-Language": "en"}).get_json()
    assert "mobile number" in english["text"]
    assert client.post("/api/v1/sign-in/code", json={"phone": "+86 120 0000 0005"}).status_code == 200
    body = {"phone": phone(5), "code": outbox.code(phone(5)), "consent": CONSENT}
    old = client.post("/api/v1/sign-in", json=body | {"consent": "2020-01"})
    assert (old.status_code, old.get_json()["field"]) == (409, "consent")
    done = client.post("/api/v1/sign-in", json=body)
    assert done.status_code == 200
    token = done.get_json()["csrf_token"]
    assert client.post("/api/v1/sign-out").status_code == 400, "a token is needed"
    assert client.post("/api/v1/sign-out", headers={"X-CSRF-Token": token}).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b"[]", 422),
        (b'{"phone": 1}', 422),
        (b'{"phone": "\\ud800"}', 400),
        (b'{"phone": "\\u0000"}', 422),
        (b'{"phone": "123"}', 422),
    ],
)
def test_bad_json_is_refused_plainly(app: Flask, body: bytes, status: int) -> None:
    answer = app.test_client().post("/api/v1/sign-in/code", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_a_body_of_another_type_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/sign-in/code", data='{"phone": "x"}', content_type="text/plain")
    assert answer.status_code == 415
