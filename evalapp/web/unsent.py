"""What somebody handed in and could not be taken, because the page had lain too long or the session had ended.

It is shown once more, on a page of its own, ready to be handed in again: one answer for every form there is. No view
runs on a request whose token or session is not good, so nothing gets round either check; the words stand in this answer
alone, and neither in a cookie nor in the browser's storage nor in a row, so that nobody else at the machine finds them.
Whoever has to sign in does so in another tab, comes back to this one and hands in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from evalapp.web import access, headers

# Typed anew instead: what proves who somebody is.
_SECRETS = frozenset({"password", "new_password", "again", "code"})
_TOKEN = "csrf_token"  # noqa: S105  how the name of that field ends


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One field as it came. `is_words` says that a person wrote it and wants to see it again."""

    name: str
    value: str

    @property
    def is_words(self) -> bool:
        return any(letter.isspace() or not letter.isascii() for letter in self.value)


def typed() -> Sequence[Typed]:
    """What the form of this request carried besides its token; nothing where a secret was among it."""
    fields = [
        Typed(name=name, value=value)
        for name, value in request.form.items(multi=True)
        if value and not name.endswith(_TOKEN)
    ]
    return [] if _SECRETS & {field.name for field in fields} else fields


def page(status: int, detail: str) -> Response | None:
    """Return the page that shows it again; None where nothing was typed."""
    fields = typed()
    if not fields:
        return None
    body = render_template(
        "errors/unsent.html",
        detail=detail,
        words=[field for field in fields if field.is_words],
        carried=[field for field in fields if not field.is_words],
        action=request.full_path.rstrip("?"),
        may_send=headers.is_surely_ours(),
        sign_in=access.sign_in_address(_page_before()) if access.must_sign_in() else None,
    )
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def _page_before() -> str:
    """The page that the form stands on, or the nearest one above it."""
    path, adapter = request.path, current_app.create_url_adapter(request)
    while adapter is not None and path.strip("/"):
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            path = path.rsplit("/", maxsplit=1)[0]
        else:
            return path
    return "/"
