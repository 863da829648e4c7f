"""Keyed hashes that limits count by, and the lock under which they are counted."""

import hashlib
import hmac

from sqlalchemy import text
from sqlalchemy.orm import Session

from evalapp.core.keys import Keys


def limit_key(keys: Keys, kind: str, value: str) -> str:
    """Return the keyed hash by which a limit knows a device, a network or a login."""
    return hmac.new(keys.service("limits"), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def one_at_a_time(session: Session, name: str) -> None:
    """Hold others who count under the same `name` until this transaction ends, so that limits are exact.

    On SQLite the transaction itself holds the one write lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
