"""One strict policy on every answer, and the check that an unsafe request comes from our own pages."""

from flask import Flask, Response, request

from evalapp.core.errors import NotAllowed
from evalapp.core.i18n import N_
from evalapp.web import access, styles
from evalapp.web.context import platform

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
    app.after_request(_harden)


def _from_our_pages() -> None:
    """Refuse what another site's page sent. The token of each form is asked for besides.

    Our pages send no referrer, and browsers then write `Origin: null` on a form's own post: where it comes from is
    what `Sec-Fetch-Site` says, which no page can forge.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "null")
    ours = {"null", request.host_url.rstrip("/"), platform().settings.public_url}
    if site not in {"same-origin", "none"} or origin not in ours:
        raise NotAllowed(N_("这次请求不是从本站发出的，已拒绝。"))


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    if platform().settings.secure_cookies:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.mimetype == "text/html":
        response.vary.update(["Cookie", "Accept-Language"])
        if access.is_desk() or access.current_actor().is_resident:
            headers.setdefault("Cache-Control", "no-store")
        else:
            headers.setdefault("Cache-Control", "private, no-cache")
    return response
