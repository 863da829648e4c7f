"""Models, migrations and CHECK constraints agree: the migrated database is compared with the modelled one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from evalapp.core.engine import make_engine
from evalapp.operate import migrating
from evalapp.schema import METADATA
from tests.conftest import DATABASES
from tests.support.databases import new_postgres_database


@pytest.fixture(params=DATABASES)
def two_empty_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    if request.param == "sqlite":
        engines = (
            make_engine(f"sqlite:///{tmp_path}/a.sqlite3"),
            make_engine(f"sqlite:///{tmp_path}/b.sqlite3"),
        )
        yield engines
    else:
        server = request.getfixturevalue("postgres_server")
        with new_postgres_database(server) as first, new_postgres_database(server) as second:
            engines = make_engine(first), make_engine(second)
            yield engines
            for engine in engines:
                engine.dispose()
    for engine in engines:
        engine.dispose()


def shape(engine: Engine) -> dict[str, Any]:
    """Everything that the database knows of its tables, in an order that does not matter."""
    looked = inspect(engine)
    found = {}
    for name in sorted(set(looked.get_table_names()) - {"alembic_version"}):
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in looked.get_columns(name)}
        found[name] = {
            "columns": columns,
            "primary": looked.get_pk_constraint(name)["constrained_columns"],
            "foreign": _set(looked.get_foreign_keys(name), "name", "constrained_columns", "referred_table"),
            "unique": _set(looked.get_unique_constraints(name), "name", "column_names"),
            "checks": _set(looked.get_check_constraints(name), "name", "sqltext"),
            "indexes": _set(looked.get_indexes(name), "name", "column_names", "unique"),
        }
    found["triggers"] = _triggers(engine)
    return found


def _set(rows: Any, *keys: str) -> set[str]:
    return {" ".join(str(row[key]) for key in keys) for row in rows}


def _triggers(engine: Engine) -> set[str]:
    query = (
        "SELECT name || ' ' || tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))


def test_the_migrations_make_what_the_models_say(two_empty_databases: tuple[Engine, Engine]) -> None:
    migrated, modelled = two_empty_databases
    migrating.upgrade(migrated)
    METADATA.create_all(modelled)
    made, said = shape(migrated), shape(modelled)
    assert made.keys() == said.keys()
    for name in said:
        assert made[name] == said[name], name


def test_a_check_that_no_migration_makes_is_noticed(two_empty_databases: tuple[Engine, Engine]) -> None:
    """The planted defect: a constraint that only the models have."""
    migrated, modelled = two_empty_databases
    METADATA.create_all(modelled)
    METADATA.create_all(migrated)
    with migrated.begin() as connection:
        connection.execute(text("CREATE TABLE extra (id INTEGER CONSTRAINT ck_extra_id CHECK (id > 0))"))
    with modelled.begin() as connection:
        connection.execute(text("CREATE TABLE extra (id INTEGER CONSTRAINT ck_extra_id CHECK (id > 1))"))
    assert shape(migrated)["extra"] != shape(modelled)["extra"]


def test_the_migrations_can_be_taken_back(two_empty_databases: tuple[Engine, Engine]) -> None:
    migrated, _ = two_empty_databases
    migrating.upgrade(migrated)
    migrating.downgrade(migrated, to="base")
    assert set(inspect(migrated).get_table_names()) <= {"alembic_version"}
    migrating.upgrade(migrated)


def test_current_names_the_newest_migration() -> None:
    assert (migrating.FOLDER / "CURRENT").read_text().strip() == migrating.newest()
