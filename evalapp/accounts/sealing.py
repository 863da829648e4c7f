"""Seals what must not be readable in the database: telephone numbers and second factors. AES-256-GCM."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: bytes, plain: str, *, bound_to: str) -> bytes:
    """Return `plain` encrypted; only together with `bound_to` (the row's own mark) can it be opened again."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())


def unseal(key: bytes, sealed: bytes, *, bound_to: str) -> str:
    """Return what was sealed. Raises `ValueError` for another key, another row or a changed byte."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode()).decode()
    except InvalidTag:
        raise ValueError(
            "a sealed value could not be opened: another key, another row or a changed byte"
        ) from None
