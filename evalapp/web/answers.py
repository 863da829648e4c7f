"""Answers for machines: with a fingerprint, so that who has the newest already is told so in a few bytes."""

import hashlib
import json
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, current_app, request

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.web.context import platform

_MINUTES_5 = 300
_ROWS, _MOST_ROWS = 50, 100


def document(body: bytes, content_type: str, *, max_age: int = _MINUTES_5) -> Response:
    """Return a public document with its ETag; 304 when the asker has it."""
    answer = Response(body, content_type=content_type)
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = f"public, max-age={max_age}" if max_age else "no-cache"
    answer.make_conditional(request)
    return answer


def data(body: dict[str, Any]) -> Response:
    """Return public data as JSON with its ETag; a cache asks again each time."""
    text = json.dumps(body, ensure_ascii=False, default=current_app.json.default)  # type: ignore[attr-defined]  # the default provider has it
    return document(text.encode(), "application/json", max_age=0)


def page_of_data(items: list[dict[str, Any]], *, following: str | None, **more: Any) -> Response:
    """Return one page of a list as `{items, next}`; `following` is the cursor of the next page and goes into `Link` too.

    `more` is what the page says beside its items, counts for example.
    """
    answer = data({"items": items, "next": following, **more})
    if following is not None:
        query = urlencode({**request.args.to_dict(), "cursor": following})
        address = platform().settings.public_url + quote(request.path)
        answer.headers["Link"] = f'<{address}?{query}>; rel="next"'
    return answer


def asked_limit() -> int:
    """Return the `limit` of a list that the address asks for. Raises `Invalid`."""
    given = request.args.get("limit", str(_ROWS))
    if not (given.isascii() and given.isdigit() and len(given) <= 3 and 1 <= int(given) <= _MOST_ROWS):
        raise Invalid(
            N_("%(name)s 应是 1 到 %(most)s 之间的整数。"), field="limit", name="limit", most=_MOST_ROWS
        )
    return int(given)
