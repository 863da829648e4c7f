"""Backup: every row of one moment, the files, and the service keys under a passphrase.

The file is a tar: `manifest.json`, one `tables/NAME.jsonl` a table, `uploads/…` that a job or a station still needs,
`media/…`, `keys.sealed`. Rows are written by column, so that a backup of SQLite restores into PostgreSQL and the other
way round. The keys of ballot boxes are not in it: they go to the keepers in a file of their own.
"""

import base64
import enum
import hashlib
import io
import json
import os
import tarfile
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.orm import Session

from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import BallotBox, Grading
from evalapp.core import clock
from evalapp.core.errors import Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.core.transaction import taking_back
from evalapp.disclosures import attachments
from evalapp.disclosures.models import Attachment
from evalapp.operate import migrating, sealing
from evalapp.operate.restoring import FORMAT, unpack
from evalapp.powers.models import ItemFile
from evalapp.powers.services.items import files as items
from evalapp.programme.models import Episode
from evalapp.programme.rules.recordings import original_name
from evalapp.programme.services import recordings_uploads
from evalapp.programme.services.recordings_uploads import Needed
from evalapp.schema import METADATA

_BATCH = 1_000
_BLOCK = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class BackedUp:
    """What a backup holds, and whose file was nowhere to be found: recordings that wait, and files that were handed in."""

    rows: int
    files: int
    missing: Sequence[str]
    gone: Sequence[str]


def back_up(platform: Platform, target: Path, *, passphrase: str) -> BackedUp:
    """Write a backup of this moment to `target`, readable by its owner alone. Casting goes on meanwhile."""
    with _arriving(target) as file, tarfile.open(fileobj=file, mode="w") as archive:
        written = _Archive(archive)
        with _one_moment(platform.engine) as connection:
            rows = sum(_write_rows(connection, table, written) for table in METADATA.sorted_tables)
            with Session(connection) as session:
                needed = recordings_uploads.needed_files(session)
                handed_in = _handed_in(session)
        _write_uploads(platform, needed, written)
        _write_media(platform, written)
        keys = sealing.seal(_pack(platform.settings.keys_dir / "service"), passphrase)
        written.add("keys.sealed", io.BytesIO(keys))
        files = [name for name in written.hashes if name.startswith(("media/", "uploads/"))]
        written.add("manifest.json", io.BytesIO(_manifest(platform, written)))
    return BackedUp(
        rows=rows, files=len(files), missing=_missing(needed, files), gone=_gone(handed_in, files)
    )


class _Archive:
    """A tar that keeps in mind the hash of each member."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.hashes: dict[str, str] = {}

    def add(self, name: str, file: BinaryIO, *, size: int | None = None) -> None:
        """Write the first `size` bytes of `file`, all of it when none is given or it has fewer."""
        there = file.seek(0, io.SEEK_END)
        size = there if size is None else min(size, there)
        file.seek(0)
        digest, rest = hashlib.sha256(), size
        while rest and (piece := file.read(min(_BLOCK, rest))):
            digest.update(piece)
            rest -= len(piece)
        file.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._archive.addfile(entry, file)
        self.hashes[name] = digest.hexdigest()


@contextmanager
def _arriving(target: Path) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its place when it is whole and safe on the disk."""
    if not target.parent.is_dir():
        raise Invalid(N_("没有文件夹 %(folder)s，请先建好。"), folder=target.parent)
    aside = target.with_name(f".{target.name}.arriving")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with taking_back(lambda: aside.unlink(missing_ok=True)):
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)


def _manifest(platform: Platform, written: _Archive) -> bytes:
    said = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "migration": migrating.newest(),
        "clock_offset": platform.settings.clock_offset,
        "sha256": written.hashes,
    }
    return json.dumps(said, indent=2).encode()


def _write_uploads(platform: Platform, needed: Sequence[Needed], written: _Archive) -> None:
    """Before the media: what the worker moves there meanwhile is found there afterwards."""
    for one in needed:
        path = recordings_uploads.part_path(platform.settings, one.file_id)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            written.add(f"uploads/{path.name}", file, size=one.size)


def _write_media(platform: Platform, written: _Archive) -> None:
    for name in platform.storage.names(""):
        if any(part.startswith(".") for part in Path(name).parts):  # on its way in or out
            continue
        try:
            file = platform.storage.open(name)
        except NotFound:  # removed since it was listed: no row of the backup's moment to come needs it
            continue
        with file:
            written.add(f"media/{name}", file)


def _handed_in(session: Session) -> Mapping[str, str]:
    """Where forms of guides and files of postings are stored, with what each was called."""
    found = {
        items.stored_name_of(token): name
        for token, name in session.execute(select(ItemFile.token, ItemFile.file_name))
    }
    return found | {
        attachments.stored_name(token): name
        for token, name in session.execute(select(Attachment.token, Attachment.file_name))
    }


def _missing(needed: Sequence[Needed], files: Sequence[str]) -> Sequence[str]:
    """Name the recordings that wait for the worker and whose file is in neither place."""
    there = set(files)
    return [
        one.name
        for one in needed
        if one.token is not None
        and not there & {f"uploads/{one.file_id}.part", f"media/{original_name(one.token)}"}
    ]


def _gone(handed_in: Mapping[str, str], files: Sequence[str]) -> Sequence[str]:
    """Name the files that were handed in and are no longer stored."""
    there = set(files)
    return [
        f"{name} ({stored})" for stored, name in sorted(handed_in.items()) if f"media/{stored}" not in there
    ]


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
    with _arriving(target) as file:
        file.write(sealing.seal(_pack(platform.keys.boxes), passphrase))


def opened_box_keys(source: Path, *, passphrase: str) -> bytes:
    """Open the keepers' file, which writes nothing; raises `Invalid` for a wrong passphrase or a damaged file."""
    return sealing.unseal(source.read_bytes(), passphrase)


def restore_box_keys(platform: Platform, opened: bytes) -> None:
    """Bring the keys of ballot boxes back."""
    unpack(opened, platform.keys.boxes)


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


def _write_rows(connection: Connection, table: Table, written: _Archive) -> int:
    count = 0
    with tempfile.TemporaryFile() as file:
        for row in connection.execution_options(yield_per=_BATCH).execute(select(table)).mappings():
            line = json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False)
            file.write(line.encode() + b"\n")
            count += 1
        written.add(f"tables/{table.name}.jsonl", file)
    return count


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


def _pack(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                archive.add(path, arcname=str(path.relative_to(folder)))
    return buffer.getvalue()
