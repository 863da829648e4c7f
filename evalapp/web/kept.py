"""What is the same for everybody and dear to count, kept for a minute."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

from evalapp.core import clock

_T = TypeVar("_T")


def kept_a_minute(name: str, count: Callable[[], _T]) -> _T:
    """Return what is the same for everybody and dear to count, counted once a minute in each process."""
    kept: dict[int, _T] = current_app.extensions.setdefault(f"evalapp.{name}", {})
    minute = int(clock.now().timestamp()) // 60
    if minute not in kept:
        kept.clear()
        kept[minute] = count()
    return kept[minute]
