"""Where files live: a port of six methods, on the local disk or in a bucket that speaks S3."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A stored file: its size in bytes and, on the local disk, its path."""

    size: int
    path: Path | None = None


class Storage(Protocol):
    """Names are relative, with slashes, made by the application and never by a visitor."""

    def put(self, name: str, source: Path) -> None:
        """Move the file `source` to `name`, whole or not at all."""

    def put_folder(self, name: str, source: Path) -> None:
        """Move the folder `source` to `name`, whole or not at all; one that is there is replaced."""

    def find(self, name: str) -> Stored:
        """Return what is known of `name`; raises `NotFound`."""

    def open(self, name: str) -> BinaryIO:
        """Open `name` for reading; raises `NotFound`."""

    def names(self, prefix: str) -> Iterator[str]:
        """The names below `prefix`, in order."""

    def remove(self, name: str) -> None:
        """Remove a file or a folder; one that is gone already is not missed."""


class LocalStorage:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, source: Path) -> None:
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # Another disk: the source stays until the copy has its name, so that a kill in between loses nothing.
            aside = target.with_name(f".{target.name}.arriving")
            shutil.copyfile(source, aside)
            aside.replace(target)
            source.unlink()

    def put_folder(self, name: str, source: Path) -> None:
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.arriving")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.move(source, aside)
        if target.exists():
            gone = target.with_name(f".{target.name}.leaving")
            shutil.rmtree(gone, ignore_errors=True)
            target.rename(gone)
            aside.rename(target)
            shutil.rmtree(gone)
        else:
            aside.rename(target)

    def find(self, name: str) -> Stored:
        path = self._path(name)
        if not path.is_file():
            raise NotFound(N_("没有这个文件。"))
        return Stored(size=path.stat().st_size, path=path)

    def open(self, name: str) -> BinaryIO:
        self.find(name)
        return self._path(name).open("rb")

    def names(self, prefix: str) -> Iterator[str]:
        folder = self._path(prefix) if prefix else self.root
        found = (Path(base) / file for base, _, files in os.walk(folder) for file in files)
        yield from sorted(str(path.relative_to(self.root)) for path in found)

    def remove(self, name: str) -> None:
        path = self._path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        path = (self.root / name).resolve()
        if path == self.root or not path.is_relative_to(self.root):
            raise NotFound(N_("没有这个文件。"))
        return path
