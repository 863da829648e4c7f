"""What a power is found by in the list: words of its name, the letters of their pinyin, its code."""

from evalapp.units.rules.spelling import initials


def folded(name: str, code: str) -> str:
    """Return everything that is looked through, so that one search finds any of it."""
    return " ".join((plain(name), initials(name), plain(code)))


def plain(text: str) -> str:
    """Return words as they are compared, without characters that nobody sees."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).casefold().split())
