"""A browser that is a registered kiosk: its signed cookie, whose turn it is, and the end of a turn.

The cookie says which kiosk this is and when it was last touched. A turn ends when the screen says so (`forget_person`), and
here, at the next request, when the screen could not: its network was gone, or it was switched off.
"""

import contextlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from evalapp.accounts import browser, queries, rules
from evalapp.accounts.browser import ShownKiosk
from evalapp.accounts.services import kiosks, sessions
from evalapp.accounts.services.kiosks import Adopted
from evalapp.core import clock
from evalapp.core.errors import Unavailable
from evalapp.web.context import db, platform
from evalapp.web.i18n import COOKIE as LANGUAGE
from evalapp.web.links import go_to
from evalapp.web.page import CARE_COOKIE

# Who asks makes no difference to these: they are the same for everybody.
_SAME_FOR_ALL = (
    "/static/",
    "/media/",
    "/services/files/",
    "/services/speech/",
    "/healthz",
    "/readyz",
    "/metrics",
)
_OWN_CHOICES = (CARE_COOKIE, LANGUAGE)  # the cookies of a reader beside the session's
_KEPT = timedelta(days=400)  # the most that browsers allow; each page begins it anew
_SALT = "kiosk"
_ONWARD = "X-Kiosk-Onward"


@dataclass(frozen=True, kw_only=True)
class _Held:
    """What the cookie says; what pages show is in it, so that they look the same while the database does not answer."""

    shown: ShownKiosk
    token: str
    touched_at: datetime


def init_app(app: Flask) -> None:
    """Notice kiosks before anything else of a request, and keep their answers from being kept."""
    app.before_request(_begin)
    app.after_request(_end)


def become(answer: Response, adopted: Adopted) -> Response:
    """Give this browser the cookie of a kiosk; nothing of whoever used it before stays."""
    shown = ShownKiosk(
        id=adopted.kiosk_id, place=adopted.place, name=adopted.name, idle_seconds=adopted.idle_seconds
    )
    _forget()
    g.kiosk, g.kiosk_held = shown, _Held(shown=shown, token=adopted.token, touched_at=clock.now())
    browser.count_as(rules.kiosk_device(shown.id))
    return answer


def forget_person(answer: Response) -> Response:
    """End the turn: sign out whoever is signed in, and take every choice and word of theirs from this browser."""
    shown = browser.kiosk()
    _forget()
    if shown is not None:
        browser.count_as(rules.kiosk_device(shown.id))
    for name in _OWN_CHOICES:
        answer.delete_cookie(name)
    return answer


def _forget() -> None:
    tokens = browser.leave_for_good()
    if tokens:
        with platform().transaction() as own:
            for token in tokens:
                sessions.end(own, token)


def _begin() -> Response | None:
    held = None if request.path.startswith(_SAME_FOR_ALL) else _held()
    if held is None:
        return None
    g.kiosk = held.shown  # also for the page that says that the database does not answer
    found = queries.kiosk_of(db.session, held.shown.id, held.token)
    if found is None:
        g.kiosk, g.kiosk_is_over = None, True
        return None
    g.kiosk_held = held
    now = clock.now()
    if found.last_seen_at is None or now - found.last_seen_at > rules.KIOSK_SEEN_EVERY:
        with contextlib.suppress(Unavailable), platform().transaction() as own:
            kiosks.seen(own, found.id)
    if now - held.touched_at > timedelta(seconds=found.idle_seconds) + rules.KIOSK_GRACE and _has_traces():
        is_reading = request.method in {"GET", "HEAD"}
        return forget_person(go_to(request.full_path.rstrip("?") if is_reading else "/kiosk"))
    browser.count_as(rules.kiosk_device(found.id))
    return None


def _has_traces() -> bool:
    """Whether the one before left anything: a session, a word typed, a choice of size or language."""
    return browser.holds_more_than_a_device() or any(name in request.cookies for name in _OWN_CHOICES)


def _end(answer: Response) -> Response:
    if g.get("kiosk_is_over"):
        answer.delete_cookie(
            _name(), secure=platform().settings.secure_cookies, httponly=True, samesite="Strict"
        )
    held: _Held | None = g.get("kiosk_held")
    if held is None:
        return answer
    answer.headers["Cache-Control"] = "no-store"
    _write(answer, held)
    if request.headers.get("X-Kiosk") and answer.status_code in {301, 302, 303, 307, 308}:
        # Its script hands forms in, and goes on without an entry in the history of the browser.
        answer.headers[_ONWARD] = answer.headers.pop("Location")
        answer.status_code = 200
    return answer


def _held() -> _Held | None:
    value = request.cookies.get(_name())
    if value is None:
        return None
    try:
        said: dict[str, Any] = _serializer().loads(value)
        shown = ShownKiosk(
            id=uuid.UUID(said["id"]),
            place=str(said["place"]),
            name=str(said["name"]),
            idle_seconds=int(said["idle"]),
        )
        at = datetime.fromtimestamp(said["at"], UTC)
        return _Held(shown=shown, token=str(said["token"]), touched_at=at)
    except (BadSignature, KeyError, TypeError, ValueError):
        return None


def _write(answer: Response, held: _Held) -> None:
    """The cookie anew, touched now."""
    shown = held.shown
    value = _serializer().dumps(
        {
            "id": str(shown.id),
            "place": shown.place,
            "name": shown.name,
            "idle": shown.idle_seconds,
            "token": held.token,
            "at": int(clock.now().timestamp()),
        }
    )
    answer.set_cookie(
        _name(),
        value,
        max_age=_KEPT,
        secure=platform().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _name() -> str:
    return "__Host-kiosk" if platform().settings.secure_cookies else "kiosk"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)
