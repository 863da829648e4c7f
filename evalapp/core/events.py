"""Facts in the past tense, handled at once inside the transaction that made them true."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every fact that others may act on."""


E = TypeVar("E", bound=Event)
_handlers: dict[type[Event], list[Callable[[Session, Event], None]]] = defaultdict(list)


def subscribe(kind: type[E], handler: Callable[[Session, E], None]) -> None:
    """Have `handler` react to `kind`. Handlers only write rows. `wiring` is the one caller."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)  # type: ignore[arg-type]  # kind and handler agree by this signature


def emit(session: Session, event: Event) -> None:
    """State a fact: every handler runs now, in the same transaction."""
    for handler in _handlers[type(event)]:
        handler(session, event)
