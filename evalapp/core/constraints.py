"""Turns a violated constraint into a refusal: the database answers who was first, not a look beforehand."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.core.base import Base
from evalapp.core.errors import DomainError

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, or an empty string when the database does not tell."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or "")
    message = str(error.orig)
    if match := _SQLITE_CHECK.search(message):
        return match.group(1)
    if match := _SQLITE_UNIQUE.search(message):
        return _unique_name([part.strip() for part in match.group(1).split(",")])
    return ""


@contextmanager
def refusing(session: Session, refusals: Mapping[str, DomainError]) -> Iterator[None]:
    """Flush at the end of the block; a violation of a constraint named in `refusals` raises that refusal."""
    try:
        yield
        session.flush()
    except IntegrityError as error:
        refusal = refusals.get(violated(error))
        if refusal is None:
            raise
        raise refusal from error


def _unique_name(columns: list[str]) -> str:
    if columns and columns[0].startswith("index "):
        return columns[0].removeprefix("index ").strip("'")
    table = Base.metadata.tables.get(columns[0].split(".")[0]) if columns else None
    if table is None:
        return ""
    wanted = [column.split(".")[1] for column in columns]
    for constraint in table.constraints:
        if (
            isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
            and [c.name for c in constraint.columns] == wanted
        ):
            return str(constraint.name)
    for index in table.indexes:
        if index.unique and [c.name for c in index.columns] == wanted:
            return str(index.name)
    return ""
