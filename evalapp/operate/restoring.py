"""Restore: a backup comes back into an empty data folder and database, all of it or nothing.

Tables and rows go in within one transaction, files are laid aside until then. Whatever fails, the place is as empty
as it was.
"""

import base64
import enum
import hashlib
import io
import json
import shutil
import tarfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table, TypeDecorator, func, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from evalapp.approvals.services import totals
from evalapp.core.engine import WRITES
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.core.transaction import taking_back
from evalapp.operate import migrating, sealing
from evalapp.portal.services import finding, indexing
from evalapp.schema import METADATA

FORMAT = 1
_BATCH = 1_000
_BLOCK = 1024 * 1024
_ASIDE = "restoring"

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore brought back."""

    made_at: str
    rows: int
    files: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says of itself: each member with its hash."""

    made_at: str
    migration: str
    sha256: Mapping[str, str]


def restore(platform: Platform, source: Path, *, passphrase: str) -> Restored:
    """Bring a backup back into an empty data folder and database.

    Raises `Invalid` for a damaged or too new file and a wrong passphrase, `Conflict` when there is something here
    already; nothing is then changed.
    """
    with _opened(source) as archive:
        manifest = _checked_manifest(archive)
        keys = sealing.unseal(_read(archive, "keys.sealed"), passphrase)
        _refuse_unless_empty(platform)
        with _aside(platform) as aside:
            names = _lay_aside(archive, manifest, aside)
            unpack(keys, aside / "keys")
            with _placing(platform), _writing(platform) as connection:
                rows = _restore_rows(connection, archive, manifest)
                _place(platform, aside, names)
    return Restored(made_at=manifest.made_at, rows=rows, files=len(names))


def unpack(content: bytes, folder: Path) -> None:
    """Unpack a folder of keys, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def analyse(platform: Platform) -> None:
    """Have the database learn the sizes of its tables after a restore."""
    with platform.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup. A file that is cut off or no archive at all is refused."""
    try:
        with tarfile.open(source) as archive:
            archive.getmembers()
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise Invalid(N_("这不是完整的备份文件，没有恢复任何内容。")) from error


def _refuse_unless_empty(platform: Platform) -> None:
    settings = platform.settings
    with platform.engine.connect() as connection:
        there = migrating.current(platform.engine) is not None and connection.scalar(
            select(func.count()).select_from(METADATA.tables["staff"])
        )
    uploads = settings.uploads_dir.exists() and any(settings.uploads_dir.iterdir())
    has_keys = (settings.keys_dir / "service" / "vault").exists()
    if there or uploads or has_keys or any(platform.storage.names("")):
        raise Conflict(N_("这里已经有数据。恢复只在空的数据目录和空的数据库里进行。"))


@contextmanager
def _aside(platform: Platform) -> Iterator[Path]:
    """A folder for what is not in its place yet; what a killed restore left in it goes."""
    folder = platform.settings.data_dir / _ASIDE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _writing(platform: Platform) -> Iterator[Connection]:
    """One transaction for everything, the tables too."""
    with platform.engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield connection


def _restore_rows(connection: Connection, archive: tarfile.TarFile, manifest: Manifest) -> int:
    migrating.upgrade_within(connection, to=manifest.migration)
    present = set(sa.inspect(connection).get_table_names())
    tables = [table for table in METADATA.sorted_tables if table.name in present]
    for table in reversed(tables):  # what migrations put in
        connection.execute(table.delete())
    with _contradictions_are_said():
        rows = sum(_read_rows(connection, table, archive) for table in tables)
    migrating.upgrade_within(connection)
    with Session(connection) as session:
        indexing.renew_full_text(session)
        finding.renew_where_empty(session)
        totals.rebuild_where_empty(session)
        session.flush()
    return rows


@contextmanager
def _contradictions_are_said() -> Iterator[None]:
    """Rows that the tables do not take, or that are none, are the file's fault and no failure of ours."""
    try:
        yield
    except OperationalError:
        raise
    except (StatementError, LookupError, TypeError, ValueError) as error:
        raise Invalid(N_("备份里的数据互相矛盾，没有恢复任何内容。请换一份备份。")) from error


def _read_rows(connection: Connection, table: Table, archive: tarfile.TarFile) -> int:
    count = 0
    for batch in _in_order(table, _batches(archive, table)):
        kinds = _kinds(connection, table, batch)
        columns = [sa.column(name, kind) for name, kind in kinds.items()]
        rows = [{name: _value(kind, row[name]) for name, kind in kinds.items()} for row in batch]
        connection.execute(sa.insert(sa.table(table.name, *columns)), rows)
        count += len(rows)
    return count


def _kinds(connection: Connection, table: Table, rows: list[Row]) -> dict[str, Any]:
    """The types of the columns that a backup has, and of no others: defaults of younger ones are their migration's business.

    A column that our tables have no more is of the type that the database says, and left out where it may be empty: a migration
    takes it away. Raises `LookupError` for a column that there never was and for rows of several shapes.
    """
    names = rows[0].keys()
    if any(row.keys() != names for row in rows):
        raise LookupError(f"rows of several shapes: {table.name}")
    known = {name: table.c[name].type for name in names if name in table.c}
    if len(known) == len(names):
        return known
    there = {each["name"]: each for each in sa.inspect(connection).get_columns(table.name)}
    gone = [there[name] for name in names if name not in known]
    return known | {each["name"]: each["type"] for each in gone if not each["nullable"]}


def _in_order(table: Table, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """Return rows that point at rows of their own table behind those, as the constraints of both ask for."""
    own = [key for key in table.foreign_key_constraints if key.referred_table is table]
    if not own:
        yield from batches
        return
    waiting = [row for batch in batches for row in batch]
    there: dict[Any, set[tuple[Any, ...]]] = {key: set() for key in own}
    while waiting:
        ready: list[Row] = []
        later: list[Row] = []
        for row in waiting:
            ends = {key: tuple(row[name] for name in key.column_keys) for key in own}
            stands = all(None in end or end in there[key] for key, end in ends.items())
            (ready if stands else later).append(row)
        if not ready:
            raise ValueError("rows point at one another in a circle")
        for start in range(0, len(ready), _BATCH):
            yield ready[start : start + _BATCH]
        for key in own:
            there[key].update(tuple(row[part.column.name] for part in key.elements) for row in ready)
        waiting = later


def _batches(archive: tarfile.TarFile, table: Table) -> Iterator[list[Row]]:
    try:
        file = archive.extractfile(f"tables/{table.name}.jsonl")
    except KeyError:  # a table that is younger than the backup
        return
    assert file is not None
    batch = []
    for line in file:
        batch.append(json.loads(line))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    python = getattr(kind, "enum_class", None) or kind.python_type
    if python is bytes:
        return base64.b64decode(value)
    if python in {datetime, date}:
        return python.fromisoformat(value)
    if python is uuid.UUID or (isinstance(python, type) and issubclass(python, enum.Enum)):
        return python(value)
    return value


def _lay_aside(archive: tarfile.TarFile, manifest: Manifest, aside: Path) -> Sequence[str]:
    """Write the files that the manifest lists, and no other, below `aside`; return their names."""
    names = [name for name in manifest.sha256 if name.startswith(("media/", "uploads/"))]
    for name in names:
        path = (aside / name).resolve()
        if not path.is_relative_to(aside.resolve()):
            raise Invalid(N_("备份文件损坏：%(name)s 与清单不符。"), name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = archive.extractfile(name)
        assert file is not None
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, _BLOCK)
        path.chmod(0o644 if name.startswith("media/") else 0o600)
    return names


@contextmanager
def _placing(platform: Platform) -> Iterator[None]:
    """Take back what was put in its place when the rows are not kept in the end."""
    settings = platform.settings
    service = settings.keys_dir / "service"
    before = {path.name for path in service.glob("*")}

    def take_away() -> None:
        for name in {name.split("/")[0] for name in platform.storage.names("")}:
            platform.storage.remove(name)
        for path in settings.uploads_dir.glob("*.part"):
            path.unlink()
        for path in service.glob("*"):
            if path.name not in before:
                path.unlink()

    with taking_back(take_away):
        yield


def _place(platform: Platform, aside: Path, names: Sequence[str]) -> None:
    settings = platform.settings
    settings.uploads_dir.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        kind, _, own = name.partition("/")
        if kind == "media":
            platform.storage.put(own, aside / name)
        else:
            (aside / name).replace(settings.uploads_dir / own)
    service = settings.keys_dir / "service"
    for folder in (settings.keys_dir, service):
        folder.mkdir(mode=0o700, exist_ok=True)
    for path in (aside / "keys").iterdir():
        path.replace(service / path.name)


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(name)
    except KeyError as error:
        raise Invalid(N_("备份文件不完整：缺少 %(name)s。"), name=name) from error
    assert file is not None
    return file.read()


def _checked_manifest(archive: tarfile.TarFile) -> Manifest:
    damaged = N_("备份文件损坏：%(name)s 与清单不符。")
    try:
        said = json.loads(_read(archive, "manifest.json"))
    except ValueError as error:
        raise Invalid(damaged, name="manifest.json") from error
    match said:
        case {"format": 1, "made_at": str(made_at), "migration": str(migration), "sha256": dict(hashes)}:
            pass
        case {"format": int(number)} if number > FORMAT:
            raise Invalid(N_("备份文件的格式太新，请先升级本系统。"))
        case _:
            raise Invalid(damaged, name="manifest.json")
    if not migrating.is_known(migration):
        raise Invalid(N_("备份文件的格式太新，请先升级本系统。"))
    for name, expected in hashes.items():
        if _digest(archive, name) != expected:
            raise Invalid(damaged, name=name)
    return Manifest(made_at=made_at, migration=migration, sha256=hashes)


def _digest(archive: tarfile.TarFile, name: str) -> str:
    try:
        file = archive.extractfile(name)
    except KeyError:
        return ""
    digest = hashlib.sha256()
    while file is not None and (piece := file.read(_BLOCK)):
        digest.update(piece)
    return digest.hexdigest()
