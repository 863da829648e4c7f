"""The only code that commits, and the lock that a decision is made under."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from psycopg import OperationalError as DriverError
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from evalapp.core.base import Keyed
from evalapp.core.engine import WRITES, to_write
from evalapp.core.errors import NotFound, Unavailable
from evalapp.core.i18n import N_
from evalapp.core.lean import Link, Links

_OPEN = "evalapp.transaction"
K = TypeVar("K", bound=Keyed)
Lean: TypeAlias = Engine | Links  # SQLite, PostgreSQL


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit what the block did, or roll all of it back.

    Begins a transaction of its own: what the session read before is let go and read anew on use, so that nothing is
    decided on what was true a moment ago (eagerly loaded relations must be asked for again). Does not nest: a service
    never opens one. Raises `Unavailable` when the database cannot take the write now (busy, full, gone); nothing is
    then kept.
    """
    if session.info.get(_OPEN):
        raise RuntimeError("transactions do not nest: a service must not open one")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside the transaction")
    session.rollback()
    session.info[_OPEN] = True
    try:
        to_write(session)
        yield session
        session.commit()
    except OperationalError as error:
        session.rollback()
        raise Unavailable(N_("系统暂时不能保存，请稍后再试。你填写的内容没有丢。")) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info[_OPEN] = False


@contextmanager
def taking_back(undo: Callable[[], object]) -> Iterator[None]:
    """Undo by hand what no rollback undoes, a file put in its place, when the block does not come to its end.

    Whatever stops it: a refusal, Ctrl-C, a worker that is told to end. It goes on afterwards.
    """
    try:
        yield
    except BaseException:
        undo()
        raise


@contextmanager
def lean_transaction(lean: Lean) -> Iterator[Connection | Link]:
    """The same promise without the session's bookkeeping, for statements that need none of it (casting a ballot)."""
    try:
        if isinstance(lean, Links):
            with lean.begun() as link:
                yield link
                link.commit()
        else:
            with lean.connect() as connection:
                connection.execution_options(**{WRITES: True})
                with connection.begin():
                    yield connection
    except (OperationalError, PoolTimeout, DriverError) as error:
        raise Unavailable(N_("系统暂时不能保存，请稍后再试。你填写的内容没有丢。")) from error


def locked(session: Session, kind: type[K], key: uuid.UUID) -> K:
    """Return the row as it is now, held until the end of the transaction: decide on this, not on what was read before.

    Raises `NotFound`. On SQLite the transaction itself holds the one write lock.
    """
    row = session.scalar(
        select(kind).where(kind.id == key).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(N_("没有找到你要的内容。"))
    return row
