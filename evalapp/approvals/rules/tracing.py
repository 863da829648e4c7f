"""What an applicant types to find a case, and how often somebody may be wrong."""

import re
import unicodedata
from datetime import timedelta

CODE_DIGITS = 8
# The code of a case never changes: whoever guesses is slowed down more than at a desk, and stops only themselves.
THROTTLE_HERE = timedelta(minutes=10)
FAILURES_HERE = 5  # at one case from one network
THROTTLE = timedelta(hours=1)
FAILURES_OF_A_CASE = 30  # from all networks together
FAILURES_OF_A_NETWORK = 30  # at all cases together
FAILURES_OF_A_CARRIER = 300  # which puts many people behind one network
TRIES_KEPT = timedelta(hours=24)
GRANT_LIFE = timedelta(minutes=30)  # a case that was found stays open in this browser

_REFERENCE = re.compile(r"BJ-\d{4}-\d{6,}")
_DASHES = re.compile(r"[‐-―−]")
_SPACES = re.compile(r"\s+")


def plain_number(typed: str) -> str:
    """Return a typed number in one form: full-width signs, spaces and odd dashes are what people type."""
    plain = _SPACES.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", typed)))
    return plain.upper() if is_reference(plain.upper()) else plain


def is_reference(number: str) -> bool:
    """Whether a number is one of ours, not a unit's own."""
    return _REFERENCE.fullmatch(number) is not None
