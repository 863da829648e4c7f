"""Which browser is signed in as whom: the cookie's secrets, who they stand for, and a new cookie at every sign-in.

One browser may hold a resident and a member of staff at once; the address decides who acts (`web.access`).
"""

import contextlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask_login
from flask import Flask, Response, g, request, session

from evalapp.accounts import queries, rules, sums
from evalapp.accounts.models import StaffMember
from evalapp.accounts.queries import ResidentSession, StaffSession
from evalapp.accounts.services import codes, desk_sign_in, questions, sessions
from evalapp.core import clock
from evalapp.core.errors import NotSignedIn, Unavailable
from evalapp.core.i18n import N_
from evalapp.core.permissions import ANONYMOUS, RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.web import access, i18n
from evalapp.web.context import db, platform

_RESIDENT = "resident"  # token of the resident's session
_ASKING = "asking"  # secret to which a one-time code is bound
_DEVICE = "device"  # kept through signing in and out: limits and integrity rules count devices
_ENROLLING = "enrolling"
_STAFF = "_user_id"  # Flask-Login's name: token of the staff session
_STAFF_KEYS = (_STAFF, "_fresh", "_id")


@dataclass(frozen=True)
class StaffUser:
    """What Flask-Login knows of a member of staff: its id is the token of the session, not of the person."""

    token: str
    signed_in: StaffSession

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token


@dataclass(frozen=True, kw_only=True)
class ShownKiosk:
    """What pages know of the kiosk that shows them."""

    id: uuid.UUID
    place: str
    name: str
    idle_seconds: int


class _LoginManager(flask_login.LoginManager):  # type: ignore[misc]  # Flask-Login has no types
    """Flask-Login without its remember cookie, which would open every session on every answer."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


def init_app(app: Flask) -> None:
    """Tell the guard of `app` who is signed in."""
    manager = _LoginManager()
    manager.session_protection = None  # telephones change their address; the token is the proof
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(_load_staff)
    app.config.update(PERMANENT_SESSION_LIFETIME=rules.RESIDENT_SESSION, SESSION_REFRESH_EACH_REQUEST=False)
    access.load_actors_with(app, resident=_resident_actor, staff=_staff_actor)


def signed_in_resident() -> ResidentSession:
    """The resident of this request, with what ballots need of them. Raises `NotSignedIn`."""
    found = _resident()
    if found is None:
        raise NotSignedIn(N_("请先登录。"))
    return found


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """What a cookie says of its browser: the hash that the database keeps of the resident's session, and the device."""

    token_hash: str
    device: str


def bearer_in(cookie: Mapping[str, Any]) -> Bearer | None:
    """The bearer of a cookie, not yet looked up; None when nobody is signed in with it or its device has no mark yet."""
    token, device = cookie.get(_RESIDENT), cookie.get(_DEVICE)
    return Bearer(token_hash=queries.hashed(token), device=device) if token and device else None


def resident_token_hash() -> str:
    """What the database keeps of this browser's resident session, not yet looked up. Raises `NotSignedIn` without one."""
    token = session.get(_RESIDENT)
    if not token:
        raise NotSignedIn(N_("请先登录。"))
    return queries.hashed(token)


def signed_in_staff() -> StaffMember:
    """The member of staff of this request. Raises `NotSignedIn`."""
    user = flask_login.current_user
    if not user.is_authenticated:
        raise NotSignedIn(N_("请先登录。"))
    staff: StaffMember = user.signed_in.staff
    return staff


def origin() -> rules.Origin:
    """Return the network that this request comes from; only proxies that the settings trust can say another."""
    if "origin" not in g:
        carriers = rules.carriers(platform().settings.carrier_networks)
        g.origin = rules.origin(request.remote_addr, carriers)
    found: rules.Origin = g.origin
    return found


def device() -> str:
    """Return the mark of this device, made at first need."""
    mark: str | None = session.get(_DEVICE)
    if mark is None:  # an unchanged cookie is not written again
        mark = session[_DEVICE] = secrets.token_urlsafe(16)
        session.permanent = True
    return mark


def kiosk() -> ShownKiosk | None:
    """The registered kiosk that this browser is (`kiosks` looks it up before the view); none for every other browser."""
    found: ShownKiosk | None = g.get("kiosk")
    return found


def count_as(mark: str) -> None:
    """Count this browser as the device of that mark from now on: a kiosk is one whatever cookies it was left with."""
    if session.get(_DEVICE) != mark:
        session[_DEVICE] = mark
        session.permanent = True


def holds_more_than_a_device() -> bool:
    """Whether the cookie holds anything of a person: signed in, asked for a code, handed something in, typed a form."""
    return bool(session.keys() - {_DEVICE, "_permanent"})


def leave_for_good() -> Sequence[str]:
    """Forget everything that this browser holds of anybody; return the tokens whose sessions are to be ended."""
    tokens = [session[name] for name in (_RESIDENT, _STAFF) if name in session]
    session.clear()
    for name in ("csrf_token", "actor", "resident", "_login_user"):
        g.pop(name, None)
    return tokens


def asking() -> codes.Asking:
    """Return who asks for a code, and bind the code to this browser."""
    secret = session.setdefault(_ASKING, secrets.token_urlsafe(16))
    return codes.Asking(
        browser=secret,
        device=device(),
        origin=origin(),
        lang=i18n.language(),
        is_kiosk=kiosk() is not None,
    )


def question() -> sums.Sum | None:
    """Return the question that this browser has to answer before it gets a code, bound to it; none while there are enough."""
    if not questions.is_due(db.session, platform()):
        return None
    return questions.question_for(db.session, platform(), browser=asking().browser)


def asked_with() -> str:
    """Return the secret to which this browser's code is bound; an empty string when it asked for none."""
    secret: str = session.get(_ASKING, "")
    return secret


def enter_as_resident(token: str) -> None:
    """Keep the token of a resident who signed in, in a cookie of which nothing old is left."""
    _renew(drop={_ASKING, _RESIDENT})
    session[_RESIDENT] = token


def leave_as_resident() -> str | None:
    """Forget the resident; return the token whose session is to be ended."""
    token: str | None = session.get(_RESIDENT)
    _renew(drop={_ASKING, _RESIDENT})
    return token


def enter_as_staff(token: str) -> None:
    """Keep the token of a member of staff who signed in, in a cookie of which nothing old is left."""
    _renew(drop={_ENROLLING, *_STAFF_KEYS})
    session[_STAFF] = token


def leave_as_staff() -> str | None:
    """Forget the member of staff; return the token whose session is to be ended."""
    token: str | None = session.get(_STAFF)
    _renew(drop={_ENROLLING, *_STAFF_KEYS})
    return token


def begin_enrolling(token: str) -> None:
    """Keep the token of an enrolment."""
    _renew(drop={_ENROLLING, *_STAFF_KEYS})
    session[_ENROLLING] = token


def enrolling() -> str | None:
    """Return the token of the enrolment that this browser has begun."""
    token: str | None = session.get(_ENROLLING)
    return token


def _renew(*, drop: set[str]) -> None:
    """Begin a new cookie: what is dropped and the token of forms go, the device and the other kind of person stay."""
    kept: dict[str, Any] = {
        name: session[name]
        for name in (_DEVICE, _RESIDENT, _ASKING, _ENROLLING, *_STAFF_KEYS)
        if name in session and name not in drop
    }
    session.clear()
    session.update(kept)
    session.permanent = True
    g.pop("csrf_token", None)
    for name in ("actor", "resident", "_login_user"):
        g.pop(name, None)


def _resident() -> ResidentSession | None:
    if "resident" not in g:
        token = session.get(_RESIDENT)
        g.resident = queries.resident_session(db.session, token) if token else None
        if g.resident is not None and clock.now() - g.resident.last_seen_at > rules.SEEN_EVERY:
            with contextlib.suppress(Unavailable), platform().transaction() as own:
                sessions.seen(own, g.resident.session_id, resident_id=g.resident.resident_id)
    found: ResidentSession | None = g.resident
    return found


def _resident_actor() -> Actor:
    found = _resident()
    if found is None:
        return ANONYMOUS
    return Actor(kind=ActorKind.RESIDENT, id=found.resident_id, permissions=RESIDENT_PERMISSIONS)


def _load_staff(token: str) -> StaffUser | None:
    found = queries.staff_session(db.session, token)
    if found is None:
        return None
    if clock.now() - found.last_seen_at > rules.SEEN_EVERY:
        with contextlib.suppress(Unavailable), platform().transaction() as own:
            sessions.seen(own, found.session_id)
    return StaffUser(token, found)


def _staff_actor() -> Actor:
    user = flask_login.current_user
    return desk_sign_in.actor_of(user.signed_in.staff) if user.is_authenticated else ANONYMOUS
