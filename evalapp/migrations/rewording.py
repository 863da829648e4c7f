"""Changes the constraints of a table that others refer to, without making it anew.

SQLite cannot change a constraint, and a table that others refer to cannot be dropped and made again inside a transaction
with foreign keys on, which restoring an old backup needs. What its documentation offers for constraints, and what is
done here, is to change the text that the table was made of (lang_altertable.html, section 7).
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op


def reword(
    table: str, *, checks: Mapping[str, str], more: Sequence[str] = (), fewer: Sequence[str] = ()
) -> None:
    """Give named checks another condition; add `more` constraints, take named ones away.

    What is in the table must keep to them already: nobody looks on SQLite.
    """
    if op.get_bind().dialect.name == "postgresql":
        _postgresql(table, checks=checks, more=more, fewer=fewer)
    else:
        _sqlite(table, checks=checks, more=more, fewer=fewer)


def _postgresql(table: str, *, checks: Mapping[str, str], more: Sequence[str], fewer: Sequence[str]) -> None:
    for name, condition in checks.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
    for constraint in more:
        op.execute(f"ALTER TABLE {table} ADD {constraint}")
    for name in fewer:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _sqlite(table: str, *, checks: Mapping[str, str], more: Sequence[str], fewer: Sequence[str]) -> None:
    connection = op.get_bind()
    asked = {"table": table}
    made_of = connection.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"), asked
    )
    for name, condition in checks.items():
        start, end = _span(made_of, name)
        made_of = f"{made_of[:start]}CONSTRAINT {name} CHECK ({condition}){made_of[end:]}"
    for name in fewer:
        start, end = _span(made_of, name)
        made_of = made_of[: made_of.rindex(",", 0, start)] + made_of[end:]
    last = made_of.rindex(")")
    made_of = made_of[:last].rstrip() + "".join(f", {constraint}" for constraint in more) + made_of[last:]
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema=ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :made_of WHERE type = 'table' AND name = :table"),
        {"made_of": made_of, **asked},
    )
    connection.execute(sa.text(f"PRAGMA schema_version={version + 1}"))  # other connections read it anew
    connection.execute(sa.text("PRAGMA writable_schema=RESET"))  # this one too


def _span(made_of: str, name: str) -> tuple[int, int]:
    """Where a table constraint begins and ends: at the comma or bracket outside of all its own brackets."""
    start = made_of.index(f"CONSTRAINT {name} ")
    depth = 0
    for place in range(start, len(made_of)):
        character = made_of[place]
        if depth == 0 and character in ",)":
            return start, len(made_of[:place].rstrip())
        depth += (character == "(") - (character == ")")
    raise ValueError(name)
