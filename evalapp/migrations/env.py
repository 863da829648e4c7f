"""Alembic's entrance: the connection is handed over by `evalapp db`, never read from a file."""

from typing import Any, Literal

from alembic import context

from evalapp.core.base import Moment
from evalapp.schema import METADATA


def render(kind: str, value: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must not depend on code that changes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Moment) else False


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Pass over SQLite's full text: its tables are made by hand and by SQLite itself."""
    return not (kind == "table" and name is not None and name.startswith("search_words"))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    include_name=is_ours,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
