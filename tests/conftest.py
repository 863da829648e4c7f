"""Fixtures for every test: a platform on a database of its own, a session, the application, a strict browser.

Integration tests run on SQLite and on PostgreSQL: ask for `platform` (or what stands on it) and the test runs twice.
`EVALAPP_TEST_DATABASES=sqlite` narrows that while you work; `EVALAPP_TEST_POSTGRES` names a running server
(`postgresql+psycopg://user@/postgres?host=…`) instead of one that the tests start.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, make_url
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from evalapp import schema, wiring
from evalapp.core.engine import make_engine
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.factory import create_app
from tests.support.databases import PostgresServer, empty, new_postgres_database
from tests.support.strict_client import StrictClient

pytest_plugins = (
    "tests.support.accounts",
    "tests.support.backups",
    "tests.support.pledges",
    "tests.support.powers",
    "tests.support.items",  # stands on powers
    "tests.support.units",
    "tests.support.desk",  # stands on accounts and units
    "tests.support.programme",  # stands on units
    "tests.support.delivered",  # stands on units
    "tests.support.comments",  # stands on units
    "tests.support.boards",  # stands on units
    "tests.support.matters",  # stands on units
    "tests.support.letters",
    "tests.support.cases",  # stands on items and units
)

ROOT = Path(__file__).parents[1]
os.environ.setdefault("EVALAPP_QUIET_HOURS", "off")  # tests run at any hour; those about the night say so
# How fast this machine is today is no finding.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")
DATABASES = os.environ.get("EVALAPP_TEST_DATABASES", "sqlite,postgresql").split(",")


@pytest.fixture(scope="session", autouse=True)
def browser_libraries() -> None:
    """The vendor folder, made when it is missing or older than package-lock.json (a few seconds, once a checkout)."""
    subprocess.run(
        [sys.executable, "scripts/browser_libraries.py"], cwd=ROOT, check=True, capture_output=True
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of the database `postgres` on a server of the tests."""
    given = os.environ.get("EVALAPP_TEST_POSTGRES")
    if given:
        yield given
        return
    server = PostgresServer()
    yield server.url("postgres")
    server.close()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """One database of this test process, emptied after each test."""
    with new_postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and no rows, which each test gets a copy of."""
    path = tmp_path_factory.mktemp("tables") / "empty.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    schema.METADATA.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def templates_compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as Jinja compiled them, so that they are compiled once and not for every application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled() -> Iterator[None]:
    """Addresses as werkzeug read and compiled them, so that it is done once and not for every application."""
    read, compile_one = (
        Rule._parse_rule,
        Rule._compile_builder,
    )  # what they make is bound to a rule afterwards
    parsed: dict[str, tuple[Any, ...]] = {}
    kept: dict[tuple[Any, ...], Any] = {}

    def parsed_once(rule: Rule, text: str) -> list[Any]:
        if text not in parsed:
            lone = Rule(text)
            lone.map, lone._trace, lone._converters = rule.map, [], {}
            parsed[text] = list(read(lone, text)), lone._trace, lone._converters, lone.arguments
        parts, trace, converters, arguments = parsed[text]
        rule._trace += trace
        rule._converters |= converters
        rule.arguments |= arguments
        return list(parts)

    def compiled_once(rule: Rule, *more: bool) -> Any:
        key = rule.rule, tuple(sorted((rule.defaults or {}).items())), more
        if key not in kept:
            kept[key] = compile_one(rule, *more)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_parse_rule", parsed_once)
        patch.setattr(Rule, "_compile_builder", compiled_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled() -> Iterator[None]:
    """Statements as SQLAlchemy compiled them, so that it is done once for a kind of database and not for every engine."""
    compile_one = ClauseElement._compile_w_cache
    kept: dict[type[Dialect], tuple[Dialect, LRUCache[Any, Any]]] = {}

    def compiled_once(statement: ClauseElement, dialect: Dialect, *, compiled_cache: Any, **more: Any) -> Any:
        first, shared = kept.setdefault(type(dialect), (dialect, LRUCache(2_000)))
        cache = None if compiled_cache is None else shared
        return compile_one(statement, first, compiled_cache=cache, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClauseElement, "_compile_w_cache", compiled_once)
        yield


@pytest.fixture(params=DATABASES)
def each_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; the test that asks runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database_url(each_database_url: str) -> str:
    """The address of the database of the test."""
    return each_database_url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "var", database_url=database_url)


@pytest.fixture
def platform(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Platform]:
    """An opened platform with every table, empty; nothing of it outlives the test."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), str(url.database))
    opened = Platform.open(settings)
    wiring.connect()
    if opened.engine.dialect.name == "postgresql":
        schema.METADATA.create_all(opened.engine)
    yield opened
    if opened.engine.dialect.name == "postgresql":
        empty(opened.engine)
    opened.close()


@pytest.fixture
def session(platform: Platform) -> Iterator[Session]:
    """A session of the test's own: what a view did not commit, it does not see."""
    with platform.session() as opened:
        yield opened


@pytest.fixture
def app(platform: Platform, templates_compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    made = create_app(platform)
    made.jinja_env.bytecode_cache = templates_compiled
    yield made
    made.extensions["evalapp.polling"].booths.close()  # the lock of the one process that casts on SQLite


@pytest.fixture
def browser(app: Flask) -> StrictClient:
    """A client that parses each page strictly and knows the rules of our pages."""
    return StrictClient(app)
