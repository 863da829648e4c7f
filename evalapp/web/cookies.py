"""The browser's signed cookie, and the token that an unsafe request brings to show that its page was ours."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

_TOKEN = "csrf_token"  # noqa: S105  Flask-WTF's name in the cookie
_HEADER = "X-CSRF-Token"


class _PlainJson:
    """Texts, numbers, lists and objects: all that the cookie holds, without Flask's tags for other kinds."""

    dumps = staticmethod(json.JSONEncoder(separators=(",", ":")).encode)
    loads = staticmethod(json.loads)


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own cookie, in plain JSON; what signs it is made once and not for every request."""

    serializer = _PlainJson()  # type: ignore[assignment]  # Flask declares its tagged one

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """HMAC-SHA256 under a key that is derived here, once: itsdangerous would derive it anew for every cookie."""
        if self._serializer is None:
            secret = str(app.secret_key).encode()
            self._serializer = URLSafeTimedSerializer(
                hmac.digest(secret, self.salt.encode(), "sha256"),
                serializer=self.serializer,
                signer_kwargs={"key_derivation": "none", "digest_method": "sha256"},
            )
        return self._serializer


class Protection(CSRFProtect):  # type: ignore[misc]  # Flask-WTF has no types
    """Flask-WTF's check, and before it a quick one: a program sends back the very token that signing in gave it.

    That token also lies in the signed cookie, where no other site can read it; forms get it signed anew on each page.
    """

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002  Flask-WTF's signature
        sent = request.headers.get(_HEADER)
        if sent and is_token_of(session, sent):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions=apply_exemptions)


def is_token_of(cookie: Mapping[str, Any], sent: str) -> bool:
    """Whether a program sent the token that lies in its cookie."""
    kept: str | None = cookie.get(_TOKEN)
    return kept is not None and hmac.compare_digest(sent.encode(), kept.encode())


def read_cookie(app: Flask, header: str) -> dict[str, Any] | None:
    """Return what the signed cookie in a request's `Cookie` header holds; None without one that this site signed."""
    value = parse_cookie(header).get(app.config["SESSION_COOKIE_NAME"])
    signed = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # SignedCookie has it
    if value is None:
        return None
    try:
        held: dict[str, Any] = signed.loads(
            value, max_age=int(app.permanent_session_lifetime.total_seconds())
        )
    except BadSignature:
        return None
    return held


def token_for_programs() -> str:
    """Return the token that a program is to send as `X-CSRF-Token` with what changes something."""
    generate_csrf()  # puts one into the cookie where there is none
    token: str = session[_TOKEN]
    return token


def init_app(app: Flask) -> Protection:
    """Sign the cookie of `app` and ask every unsafe request for its token; what is returned can exempt views."""
    app.session_interface = SignedCookie()
    return Protection(app)
