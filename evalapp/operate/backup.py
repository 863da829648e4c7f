"""Backup and restore: every row of one moment, the files, and the service keys under a passphrase.

The file is a tar: `manifest.json`, one `tables/NAME.jsonl` a table, `media/…`, `keys.sealed`. Rows are written by
column, so that a backup of SQLite restores into PostgreSQL and the other way round. The keys of ballot boxes are not
in it: they go to the keepers in a file of their own.
"""

import base64
import enum
import hashlib
import io
import json
import tarfile
import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, TypeDecorator, func, insert, select, text, update

from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import BallotBox, Grading
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.operate import migrating, sealing
from evalapp.portal.services import indexing
from evalapp.programme.models import Episode
from evalapp.schema import METADATA

_BATCH = 1_000
_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore brought back."""

    made_at: str
    rows: int
    files: int


def back_up(platform: Platform, target: Path, *, passphrase: str) -> int:
    """Write a backup of this moment to `target`; return the number of rows. Casting goes on meanwhile."""
    aside = target.with_name(f".{target.name}.arriving")
    rows = 0
    with tarfile.open(aside, "w") as archive, _one_moment(platform.engine) as connection:
        hashes: dict[str, str] = {}
        for table in METADATA.sorted_tables:
            with tempfile.TemporaryFile() as file:
                rows += _write_rows(connection, table, file)
                _add(archive, f"tables/{table.name}.jsonl", file, hashes)
        for name in platform.storage.names(""):
            with platform.storage.open(name) as file:
                _add(archive, f"media/{name}", file, hashes)
        keys = sealing.seal(_pack(platform.settings.keys_dir / "service"), passphrase)
        _add(archive, "keys.sealed", io.BytesIO(keys), hashes)
        manifest = {
            "format": _FORMAT,
            "made_at": clock.now().isoformat(),
            "migration": migrating.newest(),
            "clock_offset": platform.settings.clock_offset,
            "sha256": hashes,
        }
        _add(archive, "manifest.json", io.BytesIO(json.dumps(manifest, indent=2).encode()), {})
    aside.replace(target)
    return rows


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """Open a connection that reads everything as it is now, whatever is written meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(select(1))
        yield connection


def back_up_box_keys(platform: Platform, target: Path, *, passphrase: str) -> None:
    """Write the keys of the ballot boxes to `target`, sealed: for the keepers, kept at most 35 days."""
    target.write_bytes(sealing.seal(_pack(platform.keys.boxes), passphrase))
    target.chmod(0o600)


def restore(platform: Platform, source: Path, *, passphrase: str) -> Restored:
    """Bring a backup back into an empty data folder and database.

    Raises `Invalid` for a damaged file or a wrong passphrase before anything is written, `Conflict` when there is
    something here already.
    """
    with _opened(source) as archive:
        manifest = _checked_manifest(archive)
        keys = sealing.unseal(_read(archive, "keys.sealed"), passphrase)
        _refuse_unless_empty(platform)
        migrating.upgrade(platform.engine, to=manifest["migration"])
        rows = 0
        with platform.engine.begin() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(table.delete())
            for table in METADATA.sorted_tables:
                rows += _read_rows(connection, table, archive)
        files = _restore_files(platform, archive, manifest["sha256"])
    _unpack(keys, platform.settings.keys_dir / "service")
    migrating.upgrade(platform.engine)
    with platform.transaction() as session:
        indexing.renew_full_text(session)
    return Restored(made_at=manifest["made_at"], rows=rows, files=files)


def opened_box_keys(source: Path, *, passphrase: str) -> bytes:
    """Open the keepers' file, which writes nothing; raises `Invalid` for a wrong passphrase or a damaged file."""
    return sealing.unseal(source.read_bytes(), passphrase)


def restore_box_keys(platform: Platform, opened: bytes) -> None:
    """Bring the keys of ballot boxes back."""
    _unpack(opened, platform.keys.boxes)


def boxes_without_key(platform: Platform) -> list[str]:
    """Name the boxes whose result is still to come and whose key is not here: nobody can count them."""
    keepers = Keepers(platform.keys)
    waiting = (
        select(Episode.reference, BallotBox.group, BallotBox.reference.label("box"))
        .join(Grading, Grading.episode_id == Episode.id)
        .join(BallotBox, BallotBox.grading_id == Grading.id)
        .where(Grading.voided_at.is_(None), Episode.published_at.is_(None), Episode.withdrawn_at.is_(None))
        .order_by(BallotBox.reference)
    )
    with platform.session() as session:
        return [
            row.box for row in session.execute(waiting) if not keepers.has_box_key(row.reference, row.group)
        ]


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup. A file that is cut off or no archive at all is refused."""
    try:
        with tarfile.open(source) as archive:
            archive.getmembers()
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise Invalid(N_("这不是完整的备份文件，没有恢复任何内容。")) from error


def _write_rows(connection: Connection, table: Table, file: Any) -> int:
    count = 0
    for row in connection.execution_options(yield_per=_BATCH).execute(select(table)).mappings():
        line = json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False)
        file.write(line.encode() + b"\n")
        count += 1
    file.seek(0)
    return count


def _read_rows(connection: Connection, table: Table, archive: tarfile.TarFile) -> int:
    """Insert a table's rows; a reference to the table itself is filled in afterwards."""
    own = [c.name for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]
    count, later = 0, []
    for batch in _batches(archive, table):
        rows = [{name: _value(table.c[name].type, value) for name, value in row.items()} for row in batch]
        for row in rows:
            kept = {name: row[name] for name in own if row.get(name) is not None}
            if kept:
                later.append((row["id"], kept))
                row.update(dict.fromkeys(kept))
        connection.execute(insert(table), rows)
        count += len(rows)
    for key, kept in later:
        connection.execute(update(table).where(table.c.id == key).values(**kept))
    return count


def _batches(archive: tarfile.TarFile, table: Table) -> Iterator[list[dict[str, Any]]]:
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


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime() | date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case enum.Enum():
            return value.value
    return value


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


def _add(archive: tarfile.TarFile, name: str, file: Any, hashes: dict[str, str]) -> None:
    hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size = size
    archive.addfile(entry, file)


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(name)
    except KeyError as error:
        raise Invalid(N_("备份文件不完整：缺少 %(name)s。"), name=name) from error
    assert file is not None
    return file.read()


def _checked_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(_read(archive, "manifest.json"))
    except ValueError as error:
        raise Invalid(N_("备份文件损坏：%(name)s 与清单不符。"), name="manifest.json") from error
    if manifest.get("format") != _FORMAT:
        raise Invalid(N_("备份文件的格式太新，请先升级本系统。"))
    for name, expected in manifest["sha256"].items():
        if _digest(archive, name) != expected:
            raise Invalid(N_("备份文件损坏：%(name)s 与清单不符。"), name=name)
    return manifest


def _digest(archive: tarfile.TarFile, name: str) -> str:
    try:
        file = archive.extractfile(name)
    except KeyError:
        return ""
    digest = hashlib.sha256()
    while file is not None and (piece := file.read(1024 * 1024)):
        digest.update(piece)
    return digest.hexdigest()


def _refuse_unless_empty(platform: Platform) -> None:
    kept = platform.settings.keys_dir / "service"
    with platform.engine.connect() as connection:
        there = migrating.current(platform.engine) is not None and connection.scalar(
            select(func.count()).select_from(METADATA.tables["staff"])
        )
    if there or any(platform.storage.names("")) or (kept / "vault").exists():
        raise Conflict(N_("这里已经有数据。恢复只在空的数据目录和空的数据库里进行。"))


def _restore_files(platform: Platform, archive: tarfile.TarFile, listed: Collection[str]) -> int:
    """Bring back the files that the manifest lists, and no other."""
    count = 0
    for name in listed:
        if not name.startswith("media/"):
            continue
        file = archive.extractfile(name)
        assert file is not None
        with tempfile.NamedTemporaryFile(dir=platform.settings.data_dir, delete=False) as aside:
            while piece := file.read(1024 * 1024):
                aside.write(piece)
        Path(aside.name).chmod(0o644)
        platform.storage.put(name.removeprefix("media/"), Path(aside.name))
        count += 1
    return count


def _pack(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                archive.add(path, arcname=str(path.relative_to(folder)))
    return buffer.getvalue()


def _unpack(content: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def analyse(platform: Platform) -> None:
    """Have the database learn the sizes of its tables after a restore."""
    with platform.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
