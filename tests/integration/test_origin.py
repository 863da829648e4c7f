"""Where unsafe requests come from: our own pages, whose browsers say so, and nobody else's."""

import pytest
from flask import Flask

from evalapp.web import headers

OURS = "http://localhost"


def answers(app: Flask, sent: dict[str, str]) -> int:
    """Post with the check of tokens off, so that the origin alone decides: 403 when it is refused."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client().post("/sign-in", headers=sent).status_code


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # a form of a page that sends no referrer
        {"Sec-Fetch-Site": "same-origin", "Origin": OURS},
        {"Origin": OURS},
        {"Origin": "null"},
        {},
    ],
)
def test_our_own_pages_are_heard(app: Flask, sent: dict[str, str]) -> None:
    assert answers(app, sent) != 403


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
    {"Origin": "https://elsewhere.example"},
]


@pytest.mark.parametrize("sent", FOREIGN)
def test_other_sites_are_refused(app: Flask, sent: dict[str, str]) -> None:
    assert answers(app, sent) == 403


def test_without_the_check_other_sites_come_through(app: Flask) -> None:
    """The planted defect: the check is taken out, and the answer is another."""
    app.before_request_funcs[None].remove(headers._from_our_pages)
    assert 403 not in {answers(app, sent) for sent in FOREIGN}
