"""The two statements of casting: one that reads everything under the shared lock, one that appends."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Insert,
    Integer,
    LargeBinary,
    Select,
    Table,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from evalapp.accounts.models import Resident
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
from evalapp.ballots.services.locks import is_postgresql
from evalapp.programme.models import Episode

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


def _reading(*, lock: Any) -> Select[Any]:
    """Box, standing, the voter's last ballot and an earlier ballot of the same request, in one row."""
    last, earlier = aliased(SealedBallot, name="last"), aliased(SealedBallot, name="earlier")
    before = aliased(SealedBallot, name="before")
    last_sequence = (
        select(func.max(before.sequence))
        .where(before.grading_id == Grading.id, before.voter_key == bindparam("voter_key"))
        .scalar_subquery()
    )
    return (
        select(
            lock.label("is_locked"),
            Grading.opens_at,
            Grading.closes_at,
            Grading.closed_at,
            Grading.voided_at,
            Grading.written_at,
            Episode.withdrawn_at,
            last.sequence.label("last_sequence"),
            last.box_id.label("last_box_id"),
            earlier.sequence.label("earlier_sequence"),
            earlier.box_id.label("earlier_box_id"),
            earlier.request_body.label("earlier_body"),
            earlier.entry_hash.label("earlier_entry_hash"),
            earlier.nonce_hash.label("earlier_nonce_hash"),
            earlier.hidden_second.label("earlier_hidden_second"),
            select(PanelInvitation.group)
            .where(
                PanelInvitation.episode_id == Grading.episode_id,
                PanelInvitation.person_id == Resident.person_id,
            )
            .limit(1)
            .scalar_subquery()
            .label("invited_to"),
            select(func.min(ClientCode.number))
            .where(
                ClientCode.unit_id == Episode.unit_id,
                ClientCode.resident_id == Resident.id,
                ClientCode.used_mark.is_(None),
            )
            .scalar_subquery()
            .label("client_code"),
            select(func.count())
            .select_from(StaffListEntry)
            .where(StaffListEntry.unit_id == Episode.unit_id, StaffListEntry.person_id == Resident.person_id)
            .scalar_subquery()
            .label("staff_entries"),
            select(func.count())
            .select_from(BallotChange)
            .where(
                BallotChange.voter == bindparam("changer"), BallotChange.bucket > bindparam("since_bucket")
            )
            .scalar_subquery()
            .label("changes_this_hour"),
        )
        .select_from(Grading)
        .join(Episode, Episode.id == Grading.episode_id)
        .join(
            Resident,
            and_(
                Resident.id == bindparam("resident_id"),
                Resident.person_id == bindparam("person_id"),
                Resident.erased_at.is_(None),
            ),
        )
        .outerjoin(
            last,
            and_(
                last.grading_id == Grading.id,
                last.voter_key == bindparam("voter_key"),
                last.sequence == last_sequence,
            ),
        )
        .outerjoin(
            earlier,
            and_(earlier.grading_id == Grading.id, earlier.request_key == bindparam("request_key")),
        )
        .where(Grading.id == bindparam("grading_id"))
    )


# Shared by all who cast; refused at once while somebody waits to close, so that nobody queues behind a closing.
_READ_POSTGRESQL = _reading(lock=func.pg_try_advisory_xact_lock_shared(bindparam("lock", type_=BigInteger())))
_READ_SQLITE = _reading(lock=true())

_OPEN = exists(
    select(literal(1))
    .select_from(Grading)
    .where(
        Grading.id == bindparam("grading_id"),
        Grading.closed_at.is_(None),
        Grading.voided_at.is_(None),
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


def _appending_postgresql(*, is_change: bool, uses_code: bool) -> Select[Any]:
    """Ballot, signals and what goes with them as one statement."""
    ballot = _guarded(postgresql.insert(BALLOTS)).cte("ballot")
    signals = (
        insert(SIGNALS)
        .from_select(["ballot_id", *_SIGNAL_COLUMNS], select(ballot.c.id, *_values(SIGNALS, _SIGNAL_COLUMNS)))
        .cte("signals")
    )
    statement = select(func.count()).select_from(ballot).add_cte(signals)
    if is_change:
        change = _CHANGE.from_select(_CHANGE_COLUMNS, _CHANGE_VALUES.select_from(ballot)).cte("change")
        statement = statement.add_cte(change)
    if uses_code:
        code = _USE_CODE.where(exists(select(ballot.c.id))).cte("code")
        statement = statement.add_cte(code)
    return statement


_CHANGE = insert(CHANGES)
_CHANGE_COLUMNS = ["id", "voter", "bucket"]
_CHANGE_VALUES = select(
    bindparam("change_id", type_=CHANGES.c.id.type),
    bindparam("changer", type_=CHANGES.c.voter.type),
    bindparam("bucket", type_=CHANGES.c.bucket.type),
)
_USE_CODE = (
    update(CODES)
    .where(
        CODES.c.unit_id == bindparam("code_unit_id"),
        CODES.c.number == bindparam("code_number"),
        CODES.c.used_mark.is_(None),
    )
    .values(used_mark=bindparam("code_mark"))
)
_APPEND_POSTGRESQL = {
    (is_change, uses_code): _appending_postgresql(is_change=is_change, uses_code=uses_code)
    for is_change in (False, True)
    for uses_code in (False, True)
}
_APPEND_SQLITE: Insert = _guarded(sqlite.insert(BALLOTS))
_SIGNALS_SQLITE = insert(SIGNALS)
_CHANGE_SQLITE = insert(CHANGES)
_TOUCH = (
    update(Grading)
    .where(
        Grading.id == bindparam("touched_id"),
        (Grading.written_at.is_(None)) | (Grading.written_at < bindparam("before")),
    )
    .values(written_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A ballot ready to be appended, as column values, with its signals."""

    values: dict[str, Any]
    signals: Signals
    changer: bytes
    is_change: bool
    code: dict[str, Any] | None

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            **self.values,
            **self.signal_values,
            **(self.code or {}),
            "changer": self.changer,
            "change_id": uuid.uuid4(),
        }

    @property
    def signal_values(self) -> dict[str, Any]:
        return {name: getattr(self.signals, name) for name in _SIGNAL_COLUMNS}


def read(session: Session, parameters: dict[str, Any]) -> Any:
    """Everything that casting decides on, or nothing when this person may not cast at all."""
    statement = _READ_POSTGRESQL if is_postgresql(session) else _READ_SQLITE
    return session.execute(statement, parameters).one_or_none()


def append(session: Session, row: Row) -> bool:
    """Append the ballot; False when another one was first or a closing mark stands."""
    if is_postgresql(session):
        statement = _APPEND_POSTGRESQL[row.is_change, row.code is not None]
        return bool(session.execute(statement, row.parameters).scalar_one())
    if session.execute(_APPEND_SQLITE, row.values).one_or_none() is None:
        return False
    session.execute(_SIGNALS_SQLITE, {"ballot_id": row.values["id"], **row.signal_values})
    if row.is_change:
        change = {"id": uuid.uuid4(), "voter": row.changer, "bucket": row.signals.bucket}
        session.execute(_CHANGE_SQLITE, change)
    if row.code is not None:
        session.execute(_USE_CODE, row.code)
    return True


def touch(session: Session, parameters: dict[str, Any]) -> None:
    """Note how late it is, at most every other second: a clock that goes back is measured against this."""
    session.execute(_TOUCH, parameters)
