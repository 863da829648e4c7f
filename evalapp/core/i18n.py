"""Marks Chinese source sentences for translation where no request is at hand."""


def N_(message: str) -> str:  # noqa: N802  the name that gettext's extractors know
    """Return `message` unchanged; whoever shows it translates it."""
    return message


class Words(str):
    """A message that stands in a place of another: whoever shows that one translates both."""

    __slots__ = ()
