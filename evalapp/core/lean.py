"""Connections spoken to through libpq alone: for the one route that a broadcast drives.

SQLAlchemy builds each statement once, at import; sending it costs no compiling, no cursor and no guessing of types
(docs/decisions/0013, docs/figures.md). PostgreSQL only.
"""

import select
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import psycopg as dialects
from sqlalchemy.engine import URL
from sqlalchemy.types import TypeEngine

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BINARY = 1
_BEGIN, _COMMIT = b"lean_begin", b"lean_commit"
_RESULTS_OF_TWO = 5  # each statement's result and its end, then the end of both
_DIALECT = dialects.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types
_FINE = {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}


class _Codec(NamedTuple):
    """PostgreSQL's number of a type, and its binary form in both directions."""

    oid: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


def _whole(size: int) -> Callable[[int], bytes]:
    return lambda value: value.to_bytes(size, "big", signed=True)


def _read_whole(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _moment(value: datetime) -> bytes:
    return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


def _read_moment(data: bytes) -> datetime:
    return _EPOCH + timedelta(microseconds=_read_whole(data))


# More special kinds stand before those that they are kinds of.
_CODECS: tuple[tuple[type[TypeEngine[Any]], _Codec], ...] = (
    (Boolean, _Codec(16, lambda value: b"\x01" if value else b"\x00", lambda data: data == b"\x01")),
    (SmallInteger, _Codec(21, _whole(2), _read_whole)),
    (BigInteger, _Codec(20, _whole(8), _read_whole)),
    (Integer, _Codec(23, _whole(4), _read_whole)),
    (Uuid, _Codec(2950, lambda value: value.bytes, lambda data: uuid.UUID(bytes=data))),
    (LargeBinary, _Codec(17, bytes, bytes)),
    (DateTime, _Codec(1184, _moment, _read_moment)),
    (String, _Codec(25, str.encode, bytes.decode)),
)


def _codec(kind: TypeEngine[Any]) -> _Codec:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    for known, codec in _CODECS:
        if isinstance(plain, known):
            return codec
    raise TypeError(f"no binary form is known here for {kind!r}")


class Statement:
    """A SELECT, with what it changes in its WITH, as PostgreSQL takes it. Answers with one row or none."""

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        places = compiled.positiontup or []
        codecs = [_codec(compiled.binds[place].type) for place in places]
        self.text = str(compiled).encode()
        self.name = f"lean_{id(self):x}".encode()
        self.oids = [codec.oid for codec in codecs]
        self.encoders = [(place, codec.encode) for place, codec in zip(places, codecs, strict=True)]
        self.decoders = [
            (str(column.key), _codec(column.type).decode) for column in statement.selected_columns
        ]
        self.formats = [_BINARY] * len(places)
        # What the statement itself says, a state for example, is not asked for again.
        self.fixed = {place: compiled.params[place] for place in places if not compiled.binds[place].required}

    def values(self, parameters: Mapping[str, Any]) -> list[bytes | None]:
        if self.fixed:
            parameters = {**self.fixed, **parameters}
        return [
            None if (value := parameters[place]) is None else encode(value) for place, encode in self.encoders
        ]

    def row(self, result: pq.abc.PGresult) -> Any:
        if result.ntuples == 0:
            return None
        row = SimpleNamespace()
        for place, (name, decode) in enumerate(self.decoders):
            value = result.get_value(0, place)
            setattr(row, name, None if value is None else decode(value))
        return row


class Link:
    """A connection that runs prepared statements, in a transaction from the first one to `commit` or `roll_back`."""

    def __init__(self, connection: psycopg.Connection[Any], *, is_own: bool) -> None:
        """`is_own` says that nobody else uses the connection, so that what is prepared on it may stay prepared."""
        self._owner = connection
        self._connection = connection.pgconn
        self._prepared: set[bytes] | None = set() if is_own else None
        self._arriving = select.poll()
        self._arriving.register(self._connection.socket, select.POLLIN)

    def is_cut(self) -> bool:
        """Whether the server left while the link waited for use: to one that waits nothing arrives but the end."""
        return bool(self._arriving.poll(0))

    def one(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        """The one row, or nothing; the first one begins a transaction. Raises psycopg's error for what is refused."""
        values = statement.values(parameters)
        if self._prepared is None:
            if not self.is_in_transaction:
                _checked(self._connection.exec_(b"BEGIN"))
            result = self._connection.exec_params(
                statement.text, values, statement.oids, statement.formats, _BINARY
            )
            return statement.row(_checked(result))
        self._prepare(statement)
        if self.is_in_transaction:
            result = self._connection.exec_prepared(statement.name, values, statement.formats, _BINARY)  # type: ignore[arg-type]  # NULL is None, as in exec_params
            return statement.row(_checked(result))
        begun, result = self._together((_BEGIN, []), (statement.name, values))
        _checked(begun)
        return statement.row(_checked(result))

    def last(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        """As `one`; on a connection of its own the link also commits, on the same way: nothing may follow but `one`."""
        if self._prepared is None:
            return self.one(statement, parameters)
        self._prepare(statement)
        result, committed = self._together((statement.name, statement.values(parameters)), (_COMMIT, []))
        row = statement.row(_checked(result))
        _as_committed(committed)
        return row

    @property
    def is_in_transaction(self) -> bool:
        return self._connection.transaction_status != pq.TransactionStatus.IDLE

    def commit(self) -> None:
        """Commit what is not committed. Raises `OperationalError` when PostgreSQL gave the transaction up instead."""
        if self.is_in_transaction:
            _as_committed(self._connection.exec_(b"COMMIT"))

    def roll_back(self) -> None:
        if self.is_in_transaction:
            _checked(self._connection.exec_(b"ROLLBACK"))

    def close(self) -> None:
        self._owner.close()

    def _prepare(self, statement: Statement) -> None:
        prepared, connection = self._prepared, self._connection
        if prepared is None or statement.name in prepared:
            return
        if not prepared:
            _checked(connection.prepare(_BEGIN, b"BEGIN"))
            _checked(connection.prepare(_COMMIT, b"COMMIT"))
        _checked(connection.prepare(statement.name, statement.text, statement.oids))
        prepared.add(statement.name)

    def _together(self, *two: tuple[bytes, list[bytes | None]]) -> list[pq.abc.PGresult]:
        """Send two prepared statements on one way: each way to the server and back costs both of them."""
        connection = self._connection
        connection.enter_pipeline_mode()
        for name, values in two:
            connection.send_query_prepared(name, values, [_BINARY] * len(values), _BINARY)
        connection.pipeline_sync()
        first, _, second, _, _ = [self._arrived() for _ in range(_RESULTS_OF_TWO)]
        connection.exit_pipeline_mode()
        if first is None or second is None:
            raise psycopg.OperationalError("the connection was lost")
        return [first, second]

    def _arrived(self) -> pq.abc.PGresult | None:
        """What comes next, waited for without holding the interpreter."""
        connection = self._connection
        while connection.is_busy():
            self._arriving.poll()
            connection.consume_input()
        return connection.get_result()


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in _FINE:
        return result
    error = error_from_result(result)
    if error.sqlstate is None:  # libpq speaks, not the server: the connection is gone
        raise psycopg.OperationalError(str(error))
    raise error


def _as_committed(result: pq.abc.PGresult) -> None:
    if _checked(result).command_status != b"COMMIT":
        raise psycopg.OperationalError("the transaction had failed before it was to be committed")


class Links:
    """Links that wait for use, the last one used first; a new one is opened when none waits."""

    def __init__(self, url: URL, options: Mapping[str, Any]) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = options
        self._waiting: list[Link] = []

    @contextmanager
    def begun(self) -> Iterator[Link]:
        """A link whose first statement begins a transaction, which the block is to commit; what it did not commit never was.

        Raises psycopg's `OperationalError` while there is no database.
        """
        link = self._free()
        try:
            yield link
        except BaseException:
            self._give_up(link)
            raise
        self._waiting.append(link)

    def close(self) -> None:
        """Close what waits."""
        while self._waiting:
            self._waiting.pop().close()

    def _give_up(self, link: Link) -> None:
        try:
            link.roll_back()
        except psycopg.Error:
            link.close()
        else:
            self._waiting.append(link)

    def _free(self) -> Link:
        while self._waiting:
            link = self._waiting.pop()
            if not link.is_cut():
                return link
            link.close()  # the database was started anew since the last ballot
        return Link(psycopg.connect(self._address, autocommit=True, **self._options), is_own=True)
