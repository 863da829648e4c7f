"""The keepers of the boxes' secrets in the embedded mode: key files of their own, never rows.

`keys/boxes/EP-2026-16/` holds `voter.secret`, `signals.key` and for each group `GROUP.key` (the box's private key).
Whoever reads that folder can open the ballots: the embedded mode protects against curiosity and leaks, not against
its administrator (docs/operators.md says so).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from evalapp.ballots.rules.sealing import new_key_pair, public_key_of
from evalapp.ballots.rules.voters import SECRET_BYTES
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys, write_new

VOTER_SECRET = "voter.secret"  # noqa: S105  a file's name
SIGNAL_KEY = "signals.key"


class KeyGone(Conflict):
    """The key file that this needs is not here: taken away, or forgotten when its time had come."""

    code = "key-gone"
    title = N_("票箱的钥匙不在这里。")


class Keepers:
    """The folder of the boxes' keys. Nothing of it is kept in memory here."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def make(self, reference: str, groups: list[str]) -> dict[str, bytes]:
        """Make the secrets of an episode, or take those that an interrupted announcement left; return public keys."""
        folder = self._folder(reference)
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in (VOTER_SECRET, SIGNAL_KEY):
            self._make(folder / name, secrets.token_bytes(SECRET_BYTES))
        for group in groups:
            self._make(folder / f"{group}.key", new_key_pair().private)
        _sync(folder.parent)
        return {group: public_key_of((folder / f"{group}.key").read_bytes()) for group in groups}

    def voter_secret(self, reference: str) -> bytes:
        return self._secret(self._folder(reference) / VOTER_SECRET)

    def signal_key(self, reference: str) -> bytes:
        return self._secret(self._folder(reference) / SIGNAL_KEY)

    def box_key(self, reference: str, group: str) -> bytes:
        """The private key of a box: brought after closing, for counting alone."""
        path = self._folder(reference) / f"{group}.key"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise KeyGone(
                N_("票箱 %(box)s 的开箱密钥不在这里，不能开箱。"), box=f"{reference}.{group}"
            ) from None

    def has_box_key(self, reference: str, group: str) -> bool:
        """Whether the private key of a box is here."""
        return (self._folder(reference) / f"{group}.key").exists()

    def forget_voters(self, reference: str) -> None:
        """Destroy what ties voters to ballots."""
        for name in (VOTER_SECRET, SIGNAL_KEY):
            self._destroy(self._folder(reference) / name)

    def forget_boxes(self, reference: str, groups: list[str]) -> None:
        """Destroy the boxes' private keys."""
        for group in groups:
            self._destroy(self._folder(reference) / f"{group}.key")

    def _folder(self, reference: str) -> Path:
        return self._keys.boxes / reference

    @staticmethod
    def _make(path: Path, content: bytes) -> None:
        if not path.exists():
            write_new(path, content)

    @staticmethod
    def _secret(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise KeyGone(N_("这一期的密钥已经不在这里。")) from None

    @staticmethod
    def _destroy(path: Path) -> None:
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
