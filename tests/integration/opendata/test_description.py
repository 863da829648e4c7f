"""The description says of every address what it may answer: each is asked rightly, wrongly and by another method."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalapp.opendata import catalogue, description
from evalapp.opendata.catalogue import OPERATIONS, Operation
from evalapp.opendata.description import PREFIX, describe
from tests.support.accounts import People

PLACES = {
    "number": "1",
    "year": "2026",
    "slug": "nobody",
    "reference": "EP-2026-1.resident",
    "code": "ABCD",
    "document_hash": "0",
}
BODIES: tuple[bytes, ...] = (
    b"",
    b"{}",
    b"[1]",
    b"{",
    b"\xff",
    b'"text"',
    json.dumps({"unheard_of": 1}).encode(),
    b'{"phone": "12000000001", "code": "000000", "text": "\\u0000", "nonce": 1}',
    b" " * 70_000 + b"{}",
)
QUERIES = ("", "cursor=x", "cursor=%00", "limit=0", "limit=x", "kind=x", "unit=nobody", "show=x", "x=%ff")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def address(operation: Operation) -> str:
    return PREFIX + re.sub(r"{(\w+)}", lambda place: PLACES[place[1]], operation.path)


def asked(client: FlaskClient, operation: Operation, token: str) -> Iterator[int]:
    """The statuses of this operation asked in many ways."""
    path = address(operation)
    for query in QUERIES:
        yield client.open(f"{path}?{query}", method=operation.method).status_code
    for wrong in ("PUT", "PATCH", "TRACE"):
        yield client.open(path, method=wrong).status_code
    if not operation.is_change:
        tag = client.get(path).headers.get("ETag", "")
        yield client.get(path, headers={"If-None-Match": tag}).status_code
        return
    for kind in ("application/json", "text/plain"):
        for body in BODIES:
            headers = {"X-CSRF-Token": token, "Idempotency-Key": uuid.uuid4().hex}
            yield client.open(
                path, method=operation.method, data=body, content_type=kind, headers=headers
            ).status_code
    elsewhere = {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token}
    yield client.open(path, method=operation.method, headers=elsewhere).status_code


def undescribed(client: FlaskClient, token: str) -> set[tuple[str, str, int]]:
    said = describe(url="https://example", title="t", version="1")["paths"]
    return {
        (operation.method, operation.path, status)
        for operation in OPERATIONS
        for status in asked(client, operation, token)
        if str(status) not in said[PREFIX + operation.path][operation.method]["responses"]
    }


@pytest.fixture
def visitor(people: People) -> tuple[FlaskClient, str]:
    """Somebody with a cookie and its token, and nobody signed in."""
    browser = people.client()
    found = TOKEN.search(browser.get("/sign-in").get_data(as_text=True))
    assert found is not None
    return browser.client, found[1]


@pytest.fixture
def resident(people: People) -> tuple[FlaskClient, str]:
    signed_in = people.resident()
    found = TOKEN.search(signed_in.browser.get("/me/standing").get_data(as_text=True))
    assert found is not None
    return signed_in.browser.client, found[1]


def test_every_answer_is_described(
    visitor: tuple[FlaskClient, str], resident: tuple[FlaskClient, str]
) -> None:
    assert undescribed(*visitor) == set()
    assert undescribed(*resident) == set()


def test_an_answer_that_is_not_described_is_noticed(
    visitor: tuple[FlaskClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: what all addresses refuse is left out."""
    monkeypatch.setattr(catalogue.Operation, "statuses", property(lambda operation: operation.refusals))
    left_out = undescribed(*visitor)
    assert {("get", "/episodes", 422), ("get", "/units", 405), ("post", "/sign-out", 400)} <= left_out


def test_a_list_goes_on_at_our_own_address_whatever_host_was_asked(app: Flask, units) -> None:
    for _ in range(2):
        units.department()
    answer = app.test_client().get("/api/v1/units?limit=1", headers={"Host": "evil.example"})
    assert answer.headers["Link"].startswith("<http://127.0.0.1:8000/api/v1/units?limit=1&cursor=")


def test_the_interface_is_described_once_in_a_language(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[str] = []

    def counted(*, url: str, title: str, version: str) -> dict[str, Any]:
        described.append(version)
        return describe(url=url, title=title, version=version)

    monkeypatch.setattr(description, "describe", counted)
    first, page = app.test_client().get("/openapi.json"), app.test_client().get("/api/docs")
    again = app.test_client().get("/openapi.json")
    assert (again.data, again.get_json()["openapi"]) == (first.data, "3.1.0")
    assert 'id="Problem"' in page.get_data(as_text=True)
    assert len(described) == 1
    other = app.test_client().get("/openapi.json", headers={"Accept-Language": "en"})
    assert other.data != first.data
    assert len(described) == 2
