"""Makes database engines: SQLite so that no update is lost and a commit survives a power cut, PostgreSQL with limits."""

import select
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

from evalapp.core.lean import Links

SessionFactory = Callable[[], Session]

# Execution option of a connection whose transaction will write: SQLite then takes its write lock at once.
WRITES = "evalapp_writes"

_BUSY_MS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MS}",
)

_LIMITS = {
    "connect_timeout": 5,
    "options": "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
}


def normalised(url: str) -> URL:
    """Return the address with the driver that this application speaks (`postgresql://` means psycopg 3)."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def options(url: str) -> dict[str, Any]:
    """Return the arguments of `create_engine` for `url`."""
    parsed = normalised(url)
    if parsed.get_backend_name() == "sqlite":
        return {
            "url": parsed,
            "hide_parameters": True,
            "connect_args": {"timeout": _BUSY_MS / 1000, "check_same_thread": False},
        }
    return {
        "url": parsed,
        "hide_parameters": True,  # an error that is logged must not carry people's words
        "pool_size": 8,
        "max_overflow": 4,
        "pool_timeout": 5,
        "connect_args": _LIMITS,
    }


def prepare(engine: Engine) -> Engine:
    """Attach what the dialect needs. Without it SQLite loses updates silently (two readers, then two writers)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        event.listen(engine, "checkout", _on_checkout)
    return engine


def make_engine(url: str) -> Engine:
    """Return a prepared engine for `url`."""
    arguments = options(url)
    return prepare(create_engine(arguments.pop("url"), **arguments))


def make_links(url: str) -> Links:
    """Return links to the PostgreSQL at `url`, with the limits of the engine's own connections."""
    return Links(normalised(url), _LIMITS)


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Return a factory of sessions that keep what they loaded after a commit.

    On PostgreSQL they read without a transaction, which costs two ways to the server a page and promises a reader
    nothing (each statement sees the newest anyway); `transaction` begins one (docs/decisions/0023).
    """
    is_sqlite = engine.dialect.name == "sqlite"
    reading = engine if is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
    return sessionmaker(reading, expire_on_commit=False)


def to_write(session: Session) -> None:
    """Begin a transaction that will write, as the first thing that a session does."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    session.connection(
        execution_options={WRITES: True} if is_sqlite else {"isolation_level": "READ COMMITTED"}
    )


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite must not begin on its own: `_on_begin` does
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
    """Give up a connection whose server left: to one that waits nothing arrives but the end. Asking it would cost a way."""
    arriving = select.poll()
    arriving.register(connection.fileno(), select.POLLIN)
    if connection.closed or arriving.poll(0):
        raise DisconnectionError


def _on_begin(connection: Any) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
