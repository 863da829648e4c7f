"""Brings a database to the newest tables, and tells whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).parent.parent / "migrations"
_LOCK = 0x6576616C  # one migration at a time: the number is "eval"


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration: no file, the connection is handed over."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def newest() -> str:
    """Return the number of the newest migration."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None, "there is a first migration"
    return head


def is_known(revision: str) -> bool:
    """Whether a migration of this number is among ours."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions()
    )


def current(engine: Engine) -> str | None:
    """Return the number that the database stands at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Run the missing migrations. Two that start at once wait for one another; a long lock is given up (PostgreSQL)."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.execute(text("SET lock_timeout = '4s'"))
            connection.commit()
            try:
                command.upgrade(config(connection), to)
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
        else:
            command.upgrade(config(connection), to)
            connection.commit()


def upgrade_within(connection: Connection, *, to: str = "head") -> None:
    """Run the missing migrations in the transaction that `connection` is in: with it they are kept or not."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    command.upgrade(config(connection), to)


def downgrade(engine: Engine, *, to: str) -> None:
    """Take migrations back (tests, and an operator who must)."""
    with engine.connect() as connection:
        command.downgrade(config(connection), to)
        connection.commit()
