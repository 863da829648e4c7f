"""A form is taken from our own pages alone, as real browsers send it: `Origin: null`, because we send no referrer."""

import pytest

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
    answer = browser.post(path, {f"{written.reference}-approve-seen": 0}, page=QUEUE, headers=headers)
    assert answer.status_code == status
