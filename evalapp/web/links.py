"""Addresses to go on to: only our own."""

from urllib.parse import urlsplit

from flask import redirect, request
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
