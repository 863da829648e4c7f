"""Forms that are the same in every row of a list: rendered once a language, then stamped with what each row has of its own.

WTForms takes more than a millisecond for the forms of one row; a list has twenty.
"""

import re
from collections.abc import Callable

from flask import current_app
from markupsafe import Markup, escape

from evalapp.web.i18n import language

_EXTENSION = "evalapp.stamps"
_MARK = re.compile(r"stamp0([a-z]+)0")


def stamped(render: Callable[..., str], **values: object) -> Markup:
    """Return what `render` gives for `values`; it is called once a language, with marks in their places.

    What it renders may depend on nothing else: a token, or whatever is one reader's own, has to be one of the values.
    """
    made: dict[tuple[Callable[..., str], str], list[str]] = current_app.extensions.setdefault(_EXTENSION, {})
    pieces = made.get((render, language()))
    if pieces is None:
        marked = render(**{name: f"stamp0{name}0" for name in values})
        pieces = made[(render, language())] = _MARK.split(marked)
    shown = {name: str(escape(value)) for name, value in values.items()}
    return Markup(  # noqa: S704  our own page, into which values are put escaped
        "".join(shown[piece] if place % 2 else piece for place, piece in enumerate(pieces))
    )
