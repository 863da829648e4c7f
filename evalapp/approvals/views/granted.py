"""The case that a browser may look at for a while: in its signed cookie, never in an address, gone with the turn at a kiosk."""

from flask import session

from evalapp.approvals.rules.tracing import GRANT_LIFE
from evalapp.core import clock

_CASE = "case"


def open_case(reference: str) -> None:
    """Let this browser look at a case, and at no other, until the time is over."""
    session[_CASE] = [reference, int((clock.now() + GRANT_LIFE).timestamp())]


def opened() -> str | None:
    """The reference of the case that this browser may look at now."""
    held = session.get(_CASE)
    if held is None:
        return None
    reference, until = held
    if clock.now().timestamp() >= until:
        shut()
        return None
    found: str = reference
    return found


def shut() -> None:
    """Forget the case."""
    session.pop(_CASE, None)
