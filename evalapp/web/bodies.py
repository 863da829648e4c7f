"""How much a request may carry: 64 KiB, unless its view says more, and then only for whoever may open that view.

Files of forms are written into the folder of uploads while they arrive, never held in memory.
"""

import tempfile
from collections.abc import Callable
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from evalapp.core import disk
from evalapp.core.permissions import Permission
from evalapp.core.settings import Settings
from evalapp.web import access
from evalapp.web.context import platform

View = TypeVar("View", bound=Callable[..., Any])
_LIMIT = "__body_limit__"
_ROOM = "__body_room__"
FORM_PREFIX = "form-"
FORM_MEMORY = 512 * 1024  # werkzeug reads files in blocks of 64 KiB and counts two of them here


def takes(limit: Callable[[Settings], int], *, to_disk: bool = False) -> Callable[[View], View]:
    """This view takes bodies of up to `limit` bytes; `to_disk` refuses them while the disk is nearly full."""

    def mark(view: View) -> View:
        setattr(view, _LIMIT, limit)
        setattr(view, _ROOM, to_disk)
        return view

    return mark


class DiskRequest(Request):
    """A request whose files go to the disk, and whose body is refused beyond its limit also where no length was told.

    Werkzeug cuts a body that is sent in pieces off at the limit and says nothing.
    """

    def get_data(self, *arguments: Any, **more: Any) -> Any:
        """The body. Raises `RequestEntityTooLarge`."""
        data, limit = super().get_data(*arguments, **more), self.max_content_length
        is_full = self.content_length is None and limit is not None and len(data) >= limit
        if is_full and self.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge
        return data

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  werkzeug's signature
        content_type: str | None,  # noqa: ARG002  werkzeug's signature
        filename: str | None = None,  # noqa: ARG002  werkzeug's signature
        content_length: int | None = None,  # noqa: ARG002  werkzeug's signature
    ) -> IO[bytes]:
        folder = platform().settings.uploads_dir
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Closed by werkzeug at the end of the request, which removes it; what a kill leaves is swept.
        return tempfile.NamedTemporaryFile("rb+", dir=folder, prefix=FORM_PREFIX)


def init_app(app: Flask) -> None:
    """Let the marked views of `app` take what they say. To be called before whatever reads bodies."""
    app.request_class = DiskRequest
    app.before_request(_allow)


def _allow() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit: Callable[[Settings], int] | None = getattr(view, _LIMIT, None)
    if view is None or limit is None:
        return
    needed = access.access_of(view)
    if isinstance(needed, Permission) and not access.current_actor().may(needed):
        return
    if getattr(view, _ROOM):
        disk.require_room(platform().settings.uploads_dir, request.content_length or 0)
    request.max_content_length = request.max_form_memory_size = limit(platform().settings)
    if getattr(view, _ROOM):
        request.max_form_memory_size = FORM_MEMORY
