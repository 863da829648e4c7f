"""Forms that are rendered once and stamped: values are escaped, and nothing of one reader is left for the next."""

import re

import pytest
from flask import Flask
from markupsafe import Markup

from evalapp.web.i18n import gettext
from evalapp.web.stamps import stamped
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.strict_client import StrictClient

QUEUE = "/desk/office/comments"


def a_form(*, reference: str, token: str) -> Markup:
    return Markup(f'<form action="/{reference}"><input id="{reference}-x" value="{token}"></form>')


def a_sentence(*, token: str) -> Markup:
    return Markup(f"{gettext('通过')} {token}")


def test_values_stand_where_they_would_and_are_escaped(app: Flask) -> None:
    with app.test_request_context():
        assert stamped(a_form, reference="LY-1", token="t") == a_form(reference="LY-1", token="t")
        hostile = stamped(a_form, reference='"><script>', token="stamp0reference0")
    assert "<script>" not in hostile
    assert 'value="stamp0reference0"' in hostile


def test_each_language_has_its_own(app: Flask) -> None:
    said = {}
    for language in ("zh", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            said[language] = stamped(a_sentence, token="t")
    assert said["zh"] != said["en"]


@pytest.fixture
def moderators(app: Flask, comments: Comments, visitors: Visitors) -> list[StrictClient]:
    visitors.are(staff=comments.moderator())
    return [StrictClient(app), StrictClient(app)]


def test_no_reader_gets_the_token_of_another(moderators: list[StrictClient], comments: Comments) -> None:
    comments.many(comments.thread(), 3)
    tokens = [
        set(re.findall(r'name="csrf_token" value="([^"]+)"', one.get(QUEUE).text)) for one in moderators
    ]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
