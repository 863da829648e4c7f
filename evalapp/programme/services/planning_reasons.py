"""Reasons that the public reads."""

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

_LONGEST = 200


def given_reason(reason: str, *, field: str = "reason") -> str:
    """Return the reason without spaces at its ends; refuses an empty one and one that is too long for a page."""
    text = reason.strip()
    if not text:
        raise Invalid(N_("请写明原因，公众会看到。"), field=field)
    if len(text) > _LONGEST:
        raise Invalid(N_("原因最多 %(limit)s 个字。"), field=field, limit=_LONGEST)
    return text
