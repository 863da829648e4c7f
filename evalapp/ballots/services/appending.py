"""The statements of casting: one that reads under the shared lock, one that appends.

They are built with SQLAlchemy once and, on PostgreSQL, sent as `core.lean` sends them: compiling them anew for every
ballot would cost more than all the cryptography (docs/figures.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from psycopg import Connection as DriverConnection
from psycopg import OperationalError as DriverError
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    ScalarSelect,
    Select,
    Table,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    or_,
    select,
    table,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from evalapp.accounts.models import KeptPersonId, Resident, SignedIn
from evalapp.ballots.models import (
    BallotChange,
    BallotSignal,
    ClientCode,
    Grading,
    PanelInvitation,
    SealedBallot,
    StaffListEntry,
)
from evalapp.ballots.rules.voters import Signals
from evalapp.core.lean import Link, Statement
from evalapp.programme.models import Episode
from evalapp.programme.queries.planning import is_prepared

Executor: TypeAlias = Session | Connection | Link

BALLOTS = cast("Table", SealedBallot.__table__)
SIGNALS = cast("Table", BallotSignal.__table__)
CHANGES = cast("Table", BallotChange.__table__)
# A bare copy: beside an INSERT in one statement SQLAlchemy 2.1 gives an UPDATE the defaults of a mapped table's columns.
CODES = table(
    ClientCode.__tablename__,
    column("unit_id", Uuid()),
    column("number", Integer()),
    column("used_mark", LargeBinary()),
)


@dataclass(frozen=True, kw_only=True)
class _Who:
    """How the voter is found: by the session's token or as a resident; and whether by ids from before a change too."""

    by_token: bool
    by_kept_ids: bool = False


_WAYS = [
    _Who(by_token=by_token, by_kept_ids=by_kept_ids)
    for by_token in (False, True)
    for by_kept_ids in (False, True)
]


def _reading(who: _Who, *, lock: Any) -> Select[Any]:
    """The box, whether its lock is ours, and who stands here for what; no row when nobody is signed in."""
    invited = select(func.min(PanelInvitation.group)).where(PanelInvitation.episode_id == Grading.episode_id)
    client_code = select(func.min(ClientCode.number)).where(
        ClientCode.unit_id == Episode.unit_id,
        ClientCode.resident_id == Resident.id,
        ClientCode.used_mark.is_(None),
    )
    listed = select(func.count()).select_from(StaffListEntry).where(StaffListEntry.unit_id == Episode.unit_id)
    person_id: Any = Resident.person_id
    invited_to: Any = invited.where(PanelInvitation.person_id == Resident.person_id).scalar_subquery()
    staff_entries: Any = listed.where(StaffListEntry.person_id == Resident.person_id).scalar_subquery()
    if who.by_kept_ids:
        person_id = func.coalesce(_kept_id(), person_id)
        invited_to = func.coalesce(invited_to, _by_kept_ids(invited, PanelInvitation.person_id))
        staff_entries += _by_kept_ids(listed, StaffListEntry.person_id)
    columns = (
        lock.label("is_locked"),
        Grading.opens_at,
        Grading.closes_at,
        Grading.closed_at,
        Grading.voided_at,
        Grading.written_at,
        Episode.withdrawn_at,
        is_prepared().label("is_prepared"),
        person_id.label("person_id"),
        Resident.number_block,
        Resident.kept_until,
        invited_to.label("invited_to"),
        client_code.scalar_subquery().label("client_code"),
        staff_entries.label("staff_entries"),
    )
    found = select(*columns).select_from(Grading).join(Episode, Episode.id == Grading.episode_id)
    if who.by_token:
        found = found.join(
            SignedIn,
            and_(
                SignedIn.token_hash == bindparam("token_hash"),
                SignedIn.ended_at.is_(None),
                SignedIn.last_seen_at > bindparam("seen_since"),
            ),
        ).join(Resident, Resident.id == SignedIn.resident_id)
    else:
        found = found.join(Resident, Resident.id == bindparam("resident_id"))
    return found.where(Grading.id == bindparam("grading_id"), Resident.erased_at.is_(None))


def _kept_id() -> ScalarSelect[str]:
    """The id that the episode knows the resident by when they changed their number after it was announced."""
    return (
        select(KeptPersonId.person_id)
        .where(KeptPersonId.resident_id == Resident.id, KeptPersonId.until >= Grading.announced_at)
        .order_by(KeptPersonId.until, KeptPersonId.id)
        .limit(1)
        .scalar_subquery()
    )


def _by_kept_ids(found: Select[Any], person_id: Any) -> ScalarSelect[Any]:
    """What a list says of the resident by the ids from before a change."""
    kept = and_(KeptPersonId.person_id == person_id, KeptPersonId.resident_id == Resident.id)
    return found.join(KeptPersonId, kept).scalar_subquery()


def _own() -> Select[Any]:
    """The voter's last ballot, an earlier ballot of the same request, and the changes of this hour; one row."""
    last, earlier, before = (aliased(SealedBallot, name=name) for name in ("last", "earlier", "before"))
    last_sequence = (
        select(func.max(before.sequence))
        .where(before.grading_id == Grading.id, before.voter_key == bindparam("voter_key"))
        .scalar_subquery()
    )
    changes = (
        select(func.count())
        .select_from(BallotChange)
        .where(BallotChange.voter == bindparam("changer"), BallotChange.bucket > bindparam("since_bucket"))
    )
    mine = and_(last.grading_id == Grading.id, last.voter_key == bindparam("voter_key"))
    return (
        select(
            last.sequence.label("last_sequence"),
            last.box_id.label("last_box_id"),
            earlier.box_id.label("earlier_box_id"),
            earlier.request_body.label("earlier_body"),
            earlier.entry_hash.label("earlier_entry_hash"),
            earlier.nonce_hash.label("earlier_nonce_hash"),
            earlier.hidden_second.label("earlier_hidden_second"),
            changes.scalar_subquery().label("changes_this_hour"),
            or_(Grading.closed_at.is_not(None), Grading.voided_at.is_not(None)).label("is_shut"),
        )
        .select_from(Grading)
        .outerjoin(last, and_(mine, last.sequence == last_sequence))
        .outerjoin(
            earlier,
            and_(earlier.grading_id == Grading.id, earlier.request_key == bindparam("request_key")),
        )
        .where(Grading.id == bindparam("grading_id"))
    )


_OPEN = exists(
    select(Grading.id).where(
        Grading.id == bindparam("grading_id"), Grading.closed_at.is_(None), Grading.voided_at.is_(None)
    )
)
_BALLOT_COLUMNS = [column.name for column in BALLOTS.columns]
_SIGNAL_COLUMNS = [column.name for column in SIGNALS.columns if column.name != "ballot_id"]


def _values(of: Table, names: list[str]) -> list[Any]:
    return [bindparam(name, type_=of.c[name].type).label(name) for name in names]


def _guarded(insertion: Any) -> Any:
    """An INSERT that appends nothing where a closing mark stands or another ballot was first."""
    return (
        insertion.from_select(_BALLOT_COLUMNS, select(*_values(BALLOTS, _BALLOT_COLUMNS)).where(_OPEN))
        .on_conflict_do_nothing()
        .returning(BALLOTS.c.id)
    )


def _appending(*, is_change: bool, uses_code: bool) -> Select[Any]:
    """PostgreSQL: ballot, signals and what goes with them; answers how the voter stands only when nothing was appended."""
    ballot = _guarded(postgresql.insert(BALLOTS)).cte("ballot")
    signals = insert(SIGNALS).from_select(
        ["ballot_id", *_SIGNAL_COLUMNS], select(ballot.c.id, *_values(SIGNALS, _SIGNAL_COLUMNS))
    )
    statement = _own().where(~exists(select(ballot.c.id))).add_cte(signals.cte("signals"))
    if is_change:
        change = select(
            bindparam("change_id", type_=CHANGES.c.id.type),
            bindparam("changer", type_=CHANGES.c.voter.type),
            bindparam("bucket", type_=CHANGES.c.bucket.type),
        ).select_from(ballot)
        statement = statement.add_cte(
            insert(CHANGES).from_select(["id", "voter", "bucket"], change).cte("change")
        )
    if uses_code:
        statement = statement.add_cte(_USE_CODE.where(exists(select(ballot.c.id))).cte("code"))
    return statement


_USE_CODE = (
    update(CODES)
    .where(
        CODES.c.unit_id == bindparam("code_unit_id"),
        CODES.c.number == bindparam("code_number"),
        CODES.c.used_mark.is_(None),
    )
    .values(used_mark=bindparam("code_mark"))
)
_TOUCHING = (
    update(Grading)
    .where(
        Grading.id == bindparam("touched_id"),
        (Grading.written_at.is_(None)) | (Grading.written_at < bindparam("before")),
    )
    .values(written_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


# Shared by all who cast; refused at once while somebody waits to close, so that nobody queues behind a closing.
_SHARED_LOCK = func.pg_try_advisory_xact_lock_shared(bindparam("lock", type_=BigInteger()), type_=Boolean())
_READ = {who: Statement(_reading(who, lock=_SHARED_LOCK)) for who in _WAYS}
_APPEND = {
    (is_change, uses_code): Statement(_appending(is_change=is_change, uses_code=uses_code))
    for is_change in (False, True)
    for uses_code in (False, True)
}
_OWN = Statement(_own())
_TOUCH = Statement(select(_TOUCHING.returning(Grading.id).cte("touched").c.id))
_READ_SQLITE = {who: _reading(who, lock=true()) for who in _WAYS}
_APPEND_SQLITE = _guarded(sqlite.insert(BALLOTS))
_OWN_SQLITE = _own()
_TOUCH_SQLITE = _TOUCHING
_SIGNALS_SQLITE = insert(SIGNALS)
_CHANGE_SQLITE = insert(CHANGES)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A ballot ready to be appended, as column values, with its signals and what asks for the voter's own state."""

    values: Mapping[str, Any]
    signals: Signals
    own: Mapping[str, Any]
    is_change: bool
    code: Mapping[str, Any] | None


def read(executor: Executor, parameters: Mapping[str, Any]) -> Any:
    """What casting decides on before it knows the voter key, or nothing when this person is not signed in.

    Whoever changed their number lately is looked up once more, by the ids from before too: nobody else pays for that.
    """
    who = _Who(by_token="token_hash" in parameters)
    found = _read(executor, who, parameters)
    if found is None or found.kept_until is None:
        return found
    return _read(executor, replace(who, by_kept_ids=True), parameters)


def _read(executor: Executor, who: _Who, parameters: Mapping[str, Any]) -> Any:
    found = _executor(executor)
    if isinstance(found, Connection):
        return found.execute(_READ_SQLITE[who], parameters).one_or_none()
    return _one(found, _READ[who], parameters)


def append(executor: Executor, row: Row) -> Any:
    """Append the ballot and return nothing; where another one was first or a closing mark stands, how the voter stands.

    A link commits with it, so that the lock is gone after it: whoever tries again reads again (`is_under_lock`).
    """
    found = _executor(executor)
    signals = {name: getattr(row.signals, name) for name in _SIGNAL_COLUMNS}
    if not isinstance(found, Connection):
        parameters = {**row.own, **row.values, **signals, **(row.code or {}), "change_id": uuid.uuid4()}
        with _as_sqlalchemy_says(_APPEND[row.is_change, row.code is not None]) as statement:
            return found.last(statement, parameters)
    if found.execute(_APPEND_SQLITE, row.values).one_or_none() is None:
        return own(found, row.own)
    found.execute(_SIGNALS_SQLITE, {"ballot_id": row.values["id"], **signals})
    if row.is_change:
        change = {"id": uuid.uuid4(), "voter": row.own["changer"], "bucket": row.signals.bucket}
        found.execute(_CHANGE_SQLITE, change)
    if row.code is not None:
        found.execute(_USE_CODE, row.code)
    return None


def is_under_lock(executor: Executor) -> bool:
    """Whether the lock that `read` took still holds after an `append` that appended nothing."""
    return not isinstance(executor, Link) or executor.is_in_transaction


def own(executor: Executor, parameters: Mapping[str, Any]) -> Any:
    """How the voter stands in this box."""
    found = _executor(executor)
    if isinstance(found, Connection):
        return found.execute(_OWN_SQLITE, parameters).one()
    return _one(found, _OWN, parameters)


def touch(executor: Executor, parameters: Mapping[str, Any]) -> None:
    """Note how late it is, at most every other second: a clock that goes back is measured against this."""
    found = _executor(executor)
    if isinstance(found, Connection):
        found.execute(_TOUCH_SQLITE, parameters)
    else:
        _one(found, _TOUCH, parameters)


def _executor(executor: Executor) -> Connection | Link:
    """SQLite's connection, or a link to PostgreSQL within the caller's transaction."""
    if isinstance(executor, Link):
        return executor
    connection = executor if isinstance(executor, Connection) else executor.connection()
    if connection.dialect.name == "sqlite":
        return connection
    driver = connection.connection.driver_connection
    assert isinstance(driver, DriverConnection)
    return Link(driver, is_own=False)


def _one(link: Link, statement: Statement, parameters: Mapping[str, Any]) -> Any:
    with _as_sqlalchemy_says(statement):
        return link.one(statement, parameters)


@contextmanager
def _as_sqlalchemy_says(statement: Statement) -> Iterator[Statement]:
    """Errors as `transaction` knows them."""
    try:
        yield statement
    except DriverError as error:
        raise OperationalError(statement.text.decode(), None, error) from error
