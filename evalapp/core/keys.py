"""The key folder: secrets as files that are made once, readable by their owner alone, never rows.

`keys/service/` goes into every backup; `keys/boxes/` only with `--keys` (docs/operators.md).
"""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

_SIZE = 32


class Keys:
    """The folder `keys/` of a data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, bytes] = {}

    def service(self, name: str, make: Callable[[], bytes] | None = None) -> bytes:
        """Return the service key `name` (32 random bytes unless `make` gives others), made at first use and kept."""
        if name not in self._kept:
            self._kept[name] = self._read_or_make(
                self._own("service") / name, make or (lambda: secrets.token_bytes(_SIZE))
            )
        return self._kept[name]

    @property
    def boxes(self) -> Path:
        """The folder of the keys of ballot boxes."""
        return self._own("boxes")

    def _own(self, name: str) -> Path:
        """A folder of keys, made with the one above it for their owner alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = self.folder / name
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    @staticmethod
    def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
        if not path.exists():
            with contextlib.suppress(FileExistsError):  # another process was first: its key stands
                write_new(path, make())
        return path.read_bytes()


def write_new(path: Path, content: bytes) -> None:
    """Write a secret whole or not at all; raises `FileExistsError` when there is one already."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        aside.unlink(missing_ok=True)
