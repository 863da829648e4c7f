"""Addresses to go on to: only our own."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response


def onward(target: str | None, *, otherwise: str) -> str:
    """Return `target` when it is a path of this site, else `otherwise`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(character in target for character in "\\\t\r\n") or not target.isprintable():
        return otherwise
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else otherwise


def go_to(address: str) -> Response:
    """Answer that the reader goes on at `address`.

    303 after something was handed in: the next page is fetched anew, and reloading it hands nothing in again.
    """
    return redirect(address, code=302 if request.method in {"GET", "HEAD"} else 303)


def address(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`, asked once: a page names two dozen addresses, most of them those of every page."""
    if endpoint.startswith(".") or "_external" in values:  # these depend on who asks, and where
        return url_for(endpoint, **values)
    return _built(request.root_path, endpoint, tuple(values.items()))


@lru_cache(maxsize=2_048)
def _built(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def init_app(app: Flask) -> None:
    """Teach templates to build addresses so."""
    app.jinja_env.globals["url_for"] = address
