"""The one list of who reacts to what, which job runs what, and what the worker looks at in each round."""

from collections.abc import Callable, Sequence

from evalapp.core.platform import Platform


def connect() -> None:
    """Subscribe every reaction and register every job; safe to call again."""


def rounds() -> Sequence[Callable[[Platform], None]]:
    """What time decides and the worker ought to notice soon."""
    return ()
