"""What is the same for everybody and dear to make: kept for a minute, or as long as the process lives."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app

from evalapp.core import clock
from evalapp.web.i18n import language

_T = TypeVar("_T")


def kept_a_minute(name: str, count: Callable[[], _T]) -> _T:
    """Return what is the same for everybody and dear to count, counted once a minute in each process."""
    kept: dict[int, _T] = current_app.extensions.setdefault(f"evalapp.{name}", {})
    minute = int(clock.now().timestamp()) // 60
    if minute not in kept:
        kept.clear()
        kept[minute] = count()
    return kept[minute]


def kept_part(name: str, caller: Callable[[], _T]) -> _T:
    """A part of a page that is the same for everybody, written once a minute in each language: what stands in the call block."""
    return kept_a_minute(f"{name}.{language()}", caller)


def kept_in_each_language(name: str, make: Callable[[], _T]) -> _T:
    """Return what changes with the code and the reader's language alone, made once of each in each process."""
    kept: dict[str, _T] = current_app.extensions.setdefault(f"evalapp.{name}", {})
    if language() not in kept:
        kept[language()] = make()
    return kept[language()]


def init_app(app: Flask) -> None:
    """Teach templates to keep a part."""
    app.jinja_env.globals["kept_part"] = kept_part
