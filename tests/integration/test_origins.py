"""A form is taken from our own pages alone, as real browsers send it: `Origin: null`, because we send no referrer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evalapp.core.platform import Platform
from evalapp.core.settings import Environment, Settings
from evalapp.factory import create_app
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.strict_client import StrictClient

QUEUE = "/desk/office/comments"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null"}, 303),  # browsers that say no more; the token decides
        ({}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.invalid", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.invalid"}, 403),
    ],
)
def test_where_a_form_comes_from(
    comments: Comments, visitors: Visitors, browser: StrictClient, headers: dict[str, str], status: int
) -> None:
    visitors.are(staff=comments.moderator())
    written = comments.written()
    path = f"{QUEUE}/{written.reference}/approve"
    words = {f"{written.reference}-approve-seen": 0, f"{written.reference}-approve-asking": "statement"}
    answer = browser.post(path, words, page=QUEUE, headers=headers)
    assert answer.status_code == status


@pytest.fixture
def production(tmp_path: Path, database_url: str, platform: Platform) -> Iterator[StrictClient]:
    """A browser of a site in production, on the tables of the test."""
    settings = Settings(
        env=Environment.PRODUCTION,
        public_url="https://pingyi.example",
        outbox_in_production=True,
        data_dir=tmp_path / "var",
        database_url=database_url,
    )
    opened = Platform.open(settings)
    made = create_app(opened)
    yield StrictClient(made)
    made.extensions["evalapp.polling"].booths.close()
    opened.close()


def test_in_production_a_session_belongs_to_this_host_alone(production: StrictClient) -> None:
    answer = production.get("/sign-in", base_url="https://pingyi.example")
    name, _equals, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "__Host-evalapp"
    marks = {mark.strip() for mark in rest.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= marks
    assert not [mark for mark in marks if mark.startswith("Domain")], "a browser would refuse the name"
