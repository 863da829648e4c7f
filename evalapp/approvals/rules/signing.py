"""How a unit's system signs what it hands in: Ed25519 over method, path, time and the SHA-256 of the body."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_HEADER, TIME_HEADER, SIGNATURE_HEADER = "X-Intake-Key", "X-Intake-Time", "X-Intake-Signature"
WINDOW = timedelta(minutes=5)  # how far the time of a request may be from ours (contract)


def signed_text(*, method: str, path: str, time: str, body_sha256: str) -> bytes:
    """What is signed: four lines."""
    return f"{method}\n{path}\n{time}\n{body_sha256}".encode()


def sign(secret: bytes, *, method: str, path: str, time: str, body_sha256: str) -> str:
    """Return the signature as the header holds it. `secret` is the key's 32 bytes."""
    text = signed_text(method=method, path=path, time=time, body_sha256=body_sha256)
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(secret).sign(text)).decode()


def is_signed(public_key: bytes, signature: str, text: bytes) -> bool:
    """Whether the holder of a key signed a text."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            base64.b64decode(signature, validate=True), text
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def read_time(text: str) -> datetime | None:
    """The moment of the header: seconds since 1970, or ISO 8601 with a timezone; none for anything else."""
    try:
        if text.isascii() and text.isdecimal():
            return datetime.fromtimestamp(int(text), tz=UTC)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError, OSError):
        return None
