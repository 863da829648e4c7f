"""Stored files as answers: whole or by byte ranges, kept by browsers when they never change."""

from flask import Response, request, send_file

from evalapp.web.context import platform

_YEAR = 31_536_000


def send_stored(name: str, *, content_type: str, is_private: bool = False) -> Response:
    """Send a stored file that never changes under its address: 200, 206 for a range, 304, 416. Raises `NotFound`."""
    return _kept(_file(name, content_type), is_private=is_private)


def send_text(text: str, *, content_type: str, is_final: bool, is_private: bool = False) -> Response:
    """Send a text that was made just now; `is_final` when it never changes under its address."""
    response = Response(text, content_type=f"{content_type}; charset=utf-8")
    if is_final:
        return _kept(response, is_private=is_private)
    response.headers["Cache-Control"] = "no-cache"
    return response


def send_download(name: str, *, file_name: str) -> Response:
    """Send a foreign file to be saved and never shown: nothing in it is trusted."""
    response = _file(name, "application/octet-stream", download_name=file_name)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(name: str, content_type: str, *, download_name: str | None = None) -> Response:
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


def _kept(response: Response, *, is_private: bool) -> Response:
    """The desk's copies stay in the browser that asked; public ones may stay anywhere on the way."""
    reach = "private" if is_private else "public"
    response.headers["Cache-Control"] = f"{reach}, max-age={_YEAR}, immutable"
    response.headers.pop("Expires", None)
    return response
