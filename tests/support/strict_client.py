"""A test client that reads pages as strictly as our rules ask: do not go around it."""

import re
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class StrictClient:
    """Follows the forms of pages; every HTML answer is parsed strictly and checked against the house rules."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._checked(self.client.get(path, **options))

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None, **options: Any
    ) -> TestResponse:
        """Post a form with the token that `page` (default: the same path) shows."""
        shown = self.client.get(page or path).get_data(as_text=True)
        match = _TOKEN.search(shown)
        fields = dict(data or {})
        if match:
            fields.setdefault("csrf_token", match.group(1))
        answer = self._checked(self.client.post(path, data=fields, **options))
        if answer.status_code == 302:
            assert "/sign-in" in answer.headers["Location"], "who handed something in goes on with 303"
        return answer

    def _checked(self, response: TestResponse) -> TestResponse:
        assert response.status_code != 500, "a page failed"
        assert "Content-Security-Policy" in response.headers
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        if response.mimetype == "text/html" and response.data:
            check_page(response.get_data(as_text=True))
        return response


def check_page(page: str) -> None:
    """Raise `AssertionError` unless `page` is well formed and keeps the rules of our pages."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert len(tree.findall(".//h1")) == 1, "a page has one h1"
    title = "".join(tree.find(".//title").itertext())
    heading = " ".join("".join(tree.find(".//h1").itertext()).split())
    assert title.startswith(heading[:8]), f"the title {title!r} begins with the h1 {heading!r}"
    for element in tree.iter():
        assert "style" not in element.attrib, f"an inline style on <{element.tag}>"
        assert not any(name.startswith("on") for name in element.attrib), (
            f"an inline handler on <{element.tag}>"
        )
        if element.tag == "script" and "src" not in element.attrib:
            assert element.attrib.get("type") == "application/json", "an inline script"
