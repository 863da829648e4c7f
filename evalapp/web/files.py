"""Stored files as answers: whole or by byte ranges, kept by browsers and asked for again before long.

What is public today may be withdrawn tomorrow, so that no cache keeps a recording for longer than a few minutes without
asking: the answer is then 304, or 404.
"""

import re

from flask import Response, request, send_file

from evalapp.web.context import platform

_FRESH = 300  # seconds
_ONE_RANGE = re.compile(
    r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{1,18})?|-\d{1,18})", re.IGNORECASE | re.ASCII
)


def send_stored(name: str, *, content_type: str, is_private: bool = False) -> Response:
    """Send a stored file that never changes under its address: 200, 206 for a range, 304, 416. Raises `NotFound`."""
    return _kept(_file(name, content_type), is_private=is_private)


def send_text(text: str, *, content_type: str, is_final: bool, is_private: bool = False) -> Response:
    """Send a text that was made just now; `is_final` when it never changes under its address."""
    response = Response(text, content_type=f"{content_type}; charset=utf-8")
    response.add_etag()
    if is_final:
        _kept(response, is_private=is_private)
    else:
        response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def send_download(name: str, *, file_name: str) -> Response:
    """Send a foreign file to be saved and never shown: nothing in it is trusted."""
    response = _file(name, "application/octet-stream", download_name=file_name)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(name: str, content_type: str, *, download_name: str | None = None) -> Response:
    _ignore_other_ranges()
    storage = platform().storage
    stored = storage.find(name)
    response = send_file(
        stored.path or storage.open(name),
        mimetype=content_type,
        as_attachment=download_name is not None,
        download_name=download_name,
        etag=stored.path is not None,
    )
    if stored.path is None:
        response.content_length = stored.size
        response.make_conditional(request, accept_ranges=True, complete_length=stored.size)
    return response


def _ignore_other_ranges() -> None:
    """Let a Range that we do not serve count as none (RFC 9110, 14.2): another unit, several, or not well formed.

    416 is left for one that is understood and lies behind the end.
    """
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    is_backwards = (
        asked is not None and asked["last"] is not None and int(asked["last"]) < int(asked["first"])
    )
    if request.method != "GET" or asked is None or is_backwards:
        request.environ.pop("HTTP_RANGE", None)


def _kept(response: Response, *, is_private: bool) -> Response:
    """The desk's copies stay in the browser that asked; public ones may stay anywhere on the way, not for long."""
    reach = "private" if is_private else "public"
    response.headers["Cache-Control"] = f"{reach}, max-age={_FRESH}, must-revalidate"
    response.headers.pop("Expires", None)
    return response
