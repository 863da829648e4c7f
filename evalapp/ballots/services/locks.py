"""The lock of an episode's boxes: shared by everyone who casts, exclusive to whoever closes, extends or voids."""

import uuid

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.orm import Session

_EXCLUSIVE = select(func.pg_advisory_xact_lock(bindparam("lock", type_=BigInteger())))


def lock_number(grading_id: uuid.UUID) -> int:
    """The number of the grading's advisory lock: a signed 64-bit integer out of its random key."""
    return int.from_bytes(grading_id.bytes[:8], "big", signed=True)


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def take_exclusive(session: Session, grading_id: uuid.UUID) -> None:
    """Wait until every cast under way has ended and keep new ones out until the end of this transaction.

    On SQLite the transaction itself, begun with BEGIN IMMEDIATE, is that lock.
    """
    if is_postgresql(session):
        session.execute(_EXCLUSIVE, {"lock": lock_number(grading_id)})
