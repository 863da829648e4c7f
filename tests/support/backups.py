"""Places to back up and to restore into: each way between the databases, and what a place then holds."""

import io
import itertools
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from evalapp import wiring
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.operate import setting_up
from evalapp.schema import METADATA
from tests.support.databases import new_postgres_database

PASSPHRASE, KEEPERS = "seven grey herons", "nine slow rivers"
WAYS = [
    way
    for way in itertools.product(("sqlite", "postgresql"), repeat=2)
    if set(way) <= set(os.environ.get("EVALAPP_TEST_DATABASES", "sqlite,postgresql").split(","))
]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a backup is made, and makers of empty places to restore it into."""

    here: Platform
    folder: Path
    target_kind: str
    request: pytest.FixtureRequest
    stack: ExitStack
    numbers: Iterator[int]

    def empty(self) -> Platform:
        return opened(self.request, self.stack, self.folder / f"there-{next(self.numbers)}", self.target_kind)

    @property
    def file(self) -> Path:
        return self.folder / "backup.tar"

    @property
    def keepers_file(self) -> Path:
        return self.folder / "boxes.sealed"


def opened(request: pytest.FixtureRequest, stack: ExitStack, data: Path, kind: str) -> Platform:
    url = ""
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = stack.enter_context(new_postgres_database(server))
    platform = Platform.open(Settings(data_dir=data, database_url=url))
    stack.callback(platform.close)
    return platform


@pytest.fixture(params=WAYS, ids="-".join)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    source, target = request.param
    wiring.connect()
    with ExitStack() as stack:
        here = opened(request, stack, tmp_path / "here", source)
        setting_up.set_up(here)
        yield Places(
            here=here,
            folder=tmp_path,
            target_kind=target,
            request=request,
            stack=stack,
            numbers=itertools.count(1),
        )


def every_row(platform: Platform) -> dict[str, list[str]]:
    """Every row of every table, in an order that does not depend on the database."""
    with platform.session() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in METADATA.sorted_tables
        }


def is_untouched(platform: Platform) -> bool:
    """Whether nothing at all was left in a place that was empty."""
    data = platform.settings.data_dir
    files = [path for path in data.rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return files == [] and inspect(platform.engine).get_table_names() == []


def tampered(source: Path, target: Path, changed: Mapping[str, bytes], **said: object) -> Path:
    """A copy of a backup with other contents of some members, and a manifest that agrees with them and says `said`."""
    with tarfile.open(source) as archive:
        members = {one.name: _content(archive, one) for one in archive.getmembers()}
    manifest = json.loads(members.pop("manifest.json")) | said
    members |= changed
    manifest["sha256"] |= {name: sha256(content).hexdigest() for name, content in changed.items()}
    with tarfile.open(target, "w") as archive:
        for name, content in [*members.items(), ("manifest.json", json.dumps(manifest).encode())]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target


def member(source: Path, name: str) -> bytes:
    """The content of a backup's member."""
    with tarfile.open(source) as archive:
        return _content(archive, archive.getmember(name))


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    assert file is not None
    return file.read()
