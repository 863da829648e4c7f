"""One strict policy on every answer, and the check that an unsafe request comes from our own pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from evalapp.core.errors import NotAllowed
from evalapp.core.i18n import N_
from evalapp.web import access, styles
from evalapp.web.context import platform, platform_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SAME_SITE = {None, "same-origin", "none"}
_SAFE = {"GET", "HEAD", "OPTIONS"}
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def policy(*, with_player: bool = False) -> str:
    """Return the content security policy; player pages name the hashes of the player's own styles."""
    parts = dict(_POLICY)
    if with_player:
        parts["style-src"] = " ".join(["'self'", *styles.player_hashes()])
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def allow_player(response: Response) -> Response:
    """Mark the answer of a page that holds the player."""
    response.headers["Content-Security-Policy"] = policy(with_player=True)
    return response


def init_app(app: Flask) -> None:
    """Check where requests come from and set the headers of every answer."""
    app.before_request(_from_our_pages)
    app.after_request(_keep_private)
    app.wsgi_app = _Hardened(app.wsgi_app, strict_transport=platform_of(app).settings.secure_cookies)  # type: ignore[method-assign]


class _Hardened:
    """Adds what every answer carries, whatever made it, unless the answer says otherwise."""

    def __init__(self, application: WSGIApplication, *, strict_transport: bool) -> None:
        self._application = application
        self._headers = {
            "content-security-policy": policy(),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
        }
        if strict_transport:
            self._headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            more = [(name, value) for name, value in self._headers.items() if name not in said]
            return start_response(status, headers + more, *error)

        return self._application(environ, start)


def _from_our_pages() -> None:
    """Refuse what another site's page sent. The token of each form is asked for besides.

    Our pages send no referrer, and browsers then write `Origin: null` on a form's own post: where it comes from is
    what `Sec-Fetch-Site` says, which no page can forge.
    """
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if not _is_ours(site, origin) and not (
        _is_ours(site, None) and origin in {request.host_url.rstrip("/"), platform().settings.public_url}
    ):
        raise NotAllowed(N_("这次请求不是从本站发出的，已拒绝。"))


def is_surely_ours() -> bool:
    """Whether the browser itself says that a page of ours sent this request, or no browser did."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = {None, request.host_url.rstrip("/"), platform().settings.public_url}
    return site == "same-origin" or (site is None and origin in own)


def is_from_our_pages(environ: WSGIEnvironment) -> bool:
    """Whether a request surely comes from our own pages or from a program; no where only its host could tell."""
    return _is_ours(environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN"))


def _is_ours(site: str | None, origin: str | None) -> bool:
    return site in _SAME_SITE and origin in {None, "null"}


def _keep_private(response: Response) -> Response:
    """Tell caches whose a page is: a signed-in person's stays nowhere."""
    if response.mimetype == "text/html":
        response.vary.update(["Cookie", "Accept-Language"])
        if access.is_desk() or access.current_actor().is_resident:
            response.headers.setdefault("Cache-Control", "no-store")
        else:
            response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
