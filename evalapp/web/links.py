"""Addresses to go on to: only our own."""

from urllib.parse import urlsplit


def onward(target: str | None, *, otherwise: str) -> str:
    """Return `target` when it is a path of this site, else `otherwise`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(character in target for character in "\\\t\r\n") or not target.isprintable():
        return otherwise
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else otherwise
