"""What one retention rule counts and removes: rows of a table, values in rows, or work that a domain does itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.core.base import Base
from evalapp.core.platform import Platform

AT_ONCE = 1_000  # rows in one transaction, so that nobody waits long for a lock

Condition = Callable[[datetime], ColumnElement[bool]]


class Piece(Protocol):
    """What is overdue when everything up to `limit` is, and its removal; a removal that is repeated finds nothing."""

    def overdue(self, platform: Platform, limit: datetime) -> int: ...

    def remove(self, platform: Platform, limit: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a table that a condition names."""

    table: type[Base]
    over: Condition

    def overdue(self, platform: Platform, limit: datetime) -> int:
        with platform.session() as session:
            return session.scalar(select(func.count()).select_from(self.table).where(self.over(limit))) or 0

    def remove(self, platform: Platform, limit: datetime) -> int:
        key = self.table.__mapper__.primary_key[0]
        some = select(key).where(self.over(limit)).limit(AT_ONCE)
        return in_pieces(
            platform,
            lambda session: len(
                session.scalars(
                    delete(self.table)
                    .where(key.in_(some))
                    .returning(key)
                    .execution_options(synchronize_session=False)
                ).all()
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Values:
    """Values in rows that stay: they are emptied."""

    table: type[Base]
    over: Condition
    emptied: dict[str, Any] = field(default_factory=dict)

    def overdue(self, platform: Platform, limit: datetime) -> int:
        with platform.session() as session:
            return session.scalar(select(func.count()).select_from(self.table).where(self.over(limit))) or 0

    def remove(self, platform: Platform, limit: datetime) -> int:
        with platform.transaction() as session:
            done = session.execute(
                update(self.table)
                .where(self.over(limit))
                .values(**self.emptied)
                .execution_options(synchronize_session=False)
            )
            return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a domain removes itself, because it takes more than a row: keys, files, a person with all that follows."""

    count: Callable[[Platform, datetime], int]
    do: Callable[[Platform, datetime], int]

    def overdue(self, platform: Platform, limit: datetime) -> int:
        return self.count(platform, limit)

    def remove(self, platform: Platform, limit: datetime) -> int:
        return self.do(platform, limit)


def in_pieces(platform: Platform, remove: Callable[[Session], int]) -> int:
    """Repeat `remove` in transactions of its own until it finds less than a whole piece; return how many in all."""
    removed = 0
    while True:
        with platform.transaction() as session:
            piece = remove(session)
        removed += piece
        if piece < AT_ONCE:
            return removed


def counted(count: Callable[[Session, datetime], int]) -> Callable[[Platform, datetime], int]:
    """Return a counting that opens its own session."""

    def look(platform: Platform, limit: datetime) -> int:
        with platform.session() as session:
            return count(session, limit)

    return look


def once(remove: Callable[[Session, datetime], int]) -> Callable[[Platform, datetime], int]:
    """Return a removal in a transaction of its own."""

    def do(platform: Platform, limit: datetime) -> int:
        with platform.transaction() as session:
            return remove(session, limit)

    return do


def until_done(
    remove: Callable[[Session, datetime], int], *, piece: int
) -> Callable[[Platform, datetime], int]:
    """Return a removal that is repeated while it fills a piece of that size."""

    def do(platform: Platform, limit: datetime) -> int:
        removed = 0
        while True:
            with platform.transaction() as session:
                some = remove(session, limit)
            removed += some
            if some < piece:
                return removed

    return do
