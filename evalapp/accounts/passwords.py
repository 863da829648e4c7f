"""Passwords of staff: argon2id, one at a time in a process, so that a flood of guesses does not eat the machine."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_one_at_a_time = threading.Lock()
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# What an unknown login is compared with, so that it takes as long as a known one. Nobody has its password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$SZ6GvKvZzWTSIl5oB7TQIQ$umKB3Xg+YAYW1gDtWxREQHbjK13g87bsRk7PDPov93s"


def hashed(password: str) -> str:
    """Return what the database keeps of a password."""
    with _one_at_a_time:
        return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that was kept. Takes as long when nothing was kept."""
    with _one_at_a_time:
        try:
            _hasher.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def one_time() -> str:
    """Return a password for one sign-in, easy to read out: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
