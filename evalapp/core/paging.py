"""Lists in pieces: a cursor names the last row seen, so that rows which come or go meanwhile are neither lost nor doubled."""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

T = TypeVar("T")
MOST = 100  # rows a piece
_LONGEST_CURSOR = 1_000


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """A piece of a list; `next` is the cursor of the piece after it."""

    items: Sequence[T]
    next: str | None


def page_of(
    session: Session,
    statement: Select[T],
    *,
    by: Sequence[InstrumentedAttribute[Any]],
    limit: int,
    cursor: str | None,
) -> Page[T]:
    """Return a piece of the entities that `statement` selects, ordered by the columns `by` (complete, ascending).

    Raises `Invalid` for a cursor that this list did not give.
    """
    size = clamped(limit)
    if cursor:
        statement = statement.where(tuple_(*by) > tuple_(*_bound(by, decoded(cursor, length=len(by)))))
    rows = session.scalars(statement.order_by(*by).limit(size + 1)).all()
    shown = rows[:size]
    more = len(rows) > size
    return Page(
        items=shown, next=encoded([getattr(shown[-1], str(column.key)) for column in by]) if more else None
    )


def clamped(limit: int) -> int:
    """Return a number of rows that may be asked for."""
    return min(max(limit, 1), MOST)


def encoded(values: Sequence[object]) -> str:
    """Return a cursor; its form is nobody's business."""
    plain = [value if isinstance(value, int | str) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def decoded(cursor: str, *, length: int) -> list[str | int]:
    """Return the values of a cursor. Raises `Invalid`."""
    refusal = Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor")
    if len(cursor) > _LONGEST_CURSOR:
        raise refusal
    try:
        values = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        )
    except (binascii.Error, ValueError, RecursionError) as error:
        raise refusal from error
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(type(value) in {int, str} for value in values)
    ):
        raise refusal
    return values


def _bound(by: Sequence[InstrumentedAttribute[Any]], values: Sequence[str | int]) -> list[ColumnElement[Any]]:
    bound: list[ColumnElement[Any]] = []
    for column, value in zip(by, values, strict=True):
        kind = column.type.python_type
        try:
            typed: object = uuid.UUID(str(value)) if kind is uuid.UUID else value
        except ValueError as error:
            raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor") from error
        if not isinstance(typed, kind) or (isinstance(typed, int) and not -(2**31) <= typed < 2**31):
            raise Invalid(N_("翻页的记号不对，请从第一页重新开始。"), field="cursor")
        bound.append(literal(typed, type_=column.type))
    return bound
