"""Who may open a view: every one says `@public` or `@requires(...)`, or the application does not start."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from evalapp.core.errors import NotAllowed, NotSignedIn
from evalapp.core.i18n import N_
from evalapp.core.permissions import ANONYMOUS, Actor, Permission

View = TypeVar("View", bound=Callable[..., Any])
ActorLoader = Callable[[], Actor]

_ACCESS = "__access__"
_EXTENSION = "evalapp.actors"
PUBLIC = "public"


def public(view: View) -> View:
    """Anybody may open this view."""
    setattr(view, _ACCESS, PUBLIC)
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only a person who holds `permission` may open this view; whose object it is, is for the queries to say."""

    def mark(view: View) -> View:
        setattr(view, _ACCESS, permission)
        return view

    return mark


def access_of(view: Callable[..., Any]) -> Permission | str | None:
    """Return what `view` says of itself."""
    found: Permission | str | None = getattr(view, _ACCESS, None)
    return found


def current_actor() -> Actor:
    """Return who is asking: on `/desk` a member of staff, elsewhere a resident, or nobody.

    One browser may hold both; the address decides, so that an officer reads public pages as anybody would.
    """
    if "actor" not in g:
        loaders: dict[str, ActorLoader] = current_app.extensions[_EXTENSION]
        loader = loaders.get("staff" if is_desk() else "resident")
        g.actor = loader() if loader else ANONYMOUS
    actor: Actor = g.actor
    return actor


def is_desk() -> bool:
    """Whether this request is for a staff page."""
    return request.path == "/desk" or request.path.startswith("/desk/")


def is_api() -> bool:
    """Whether a program asks, which reads refusals as JSON: by the address, or because it uploads in pieces (tus)."""
    return request.path.startswith("/api/") or "Tus-Resumable" in request.headers


def init_app(app: Flask) -> None:
    """Guard every request of `app`."""
    app.extensions[_EXTENSION] = {}
    app.before_request(_guard)


def load_actors_with(app: Flask, *, resident: ActorLoader, staff: ActorLoader) -> None:
    """Name the functions that find out who is signed in (`accounts` has them)."""
    app.extensions[_EXTENSION].update(resident=resident, staff=staff)


def check(app: Flask) -> None:
    """Refuse to start while a view does not say who may open it. Raises `RuntimeError`."""
    silent = sorted(name for name, view in app.view_functions.items() if access_of(view) is None)
    if silent:
        raise RuntimeError(f"these views do not state their access: {', '.join(silent)}")


def _guard() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # 404 and 405 are answered by Flask
    needed = access_of(view)
    if needed == PUBLIC:
        return None
    actor = current_actor()
    assert isinstance(needed, Permission)
    if actor.may(needed):
        return None
    if actor is not ANONYMOUS:
        raise NotAllowed(N_("你的账号不能打开这一页。"))
    if is_api():
        raise NotSignedIn(N_("请先登录。"))
    if request.method not in {"GET", "HEAD"}:
        raise NotSignedIn(N_("登录已经过期，刚才填写的内容没有交上去。"))
    return to_sign_in()


def must_sign_in() -> bool:
    """Whether this request is for somebody who is signed in, and nobody is."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and access_of(view) != PUBLIC and current_actor() is ANONYMOUS


def sign_in_address(onward: str | None) -> str:
    """Where whoever asks for this signs in, to go on at `onward`."""
    return url_for("staff.sign_in" if is_desk() else "accounts.sign_in", next=onward)


def to_sign_in() -> Response:
    """Send whoever asks to sign in, and back to the page that they asked for."""
    return redirect(sign_in_address(request.full_path.rstrip("?") if request.method == "GET" else None))
