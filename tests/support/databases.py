"""Databases for tests: SQLite files, and a PostgreSQL server that the tests start themselves (as root too)."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import Engine, text

from evalapp import schema

_SERVER_USER = "postgres"


def server_programs() -> Path:
    """Return the folder of PostgreSQL's own programs, which Debian keeps outside PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if not versions:
        raise RuntimeError("PostgreSQL is not installed: run ./scripts/test, which installs it")
    return versions[-1].parent


def _as_server_user() -> dict[str, object]:
    """PostgreSQL refuses to run as root: start it as its own user then."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_SERVER_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class PostgresServer:
    """A server in a folder of its own, on a socket there; `durable` as a district runs it, else quick for tests."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="evalapp-pg-"))
        self.data = self.folder / "data"
        self.programs = server_programs()
        if os.geteuid() == 0:
            shutil.chown(self.folder, _SERVER_USER)
        self._run(
            "initdb", "-D", str(self.data), "-U", "evalapp", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(log), "-o", options, "-w", "-t", "30", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://evalapp@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            **_as_server_user(),  # type: ignore[call-overload]
        )


@contextlib.contextmanager
def new_postgres_database(server_url: str) -> Iterator[str]:
    """Make a database on the server of `server_url` (which names the database `postgres`) and drop it afterwards."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    plain = server_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        deadline = time.monotonic() + 10
        with psycopg.connect(plain, autocommit=True) as connection:
            while True:
                try:
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
                    break
                except psycopg.OperationalError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)


def clear(engine: Engine) -> None:
    """Take every row out of a database in which a test will live a second time."""
    if engine.dialect.name == "postgresql":
        empty(engine)
        return
    with engine.begin() as connection:
        kept = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(text(kept)).all()
        for name, _ in triggers:  # they keep the audit
            connection.execute(text(f"DROP TRIGGER {name}"))
        for table in reversed(schema.METADATA.sorted_tables):
            connection.execute(table.delete())
        connection.execute(text("DELETE FROM search_words"))  # the full text is no table of SQLAlchemy's
        for _, made in triggers:
            connection.exec_driver_sql(made)


def empty(engine: Engine) -> None:
    """Take every row out of a PostgreSQL database: deleting the few that a test made is far quicker than truncating all."""
    names = [table.name for table in schema.METADATA.sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
    with engine.begin() as connection:
        # Without foreign keys and without the triggers that keep the audit; only a superuser may.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in connection.scalars(text(filled)).all():
            connection.execute(text(f'DELETE FROM "{name}"'))
