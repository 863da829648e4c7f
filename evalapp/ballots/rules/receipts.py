"""The voter's receipt: a signed note, and a short code that forgives typing mistakes."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from evalapp.ledger.rules import NoteRefused, NoteSigner, NoteVerifier, open_note, sign_note

# Crockford's base32: no I, L, O, U, so that no two characters look alike and no word appears by chance.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
MISTAKES = str.maketrans("ILOU", "110V")
CODE_BYTES = 10
CODE_CHARACTERS = 16
GROUP = 4
HEADING = "evalapp receipt 1"
PASSED_OVER = re.compile(r"[\s\-_.·‐‑‒–—−]+")
RECEIPT = re.compile(
    r"evalapp receipt 1\nbox (?P<box>[!-~]{1,64})\nentry (?P<entry>[0-9a-f]{64})\nnonce (?P<nonce>[0-9a-f]{64})\n"
    r"nonce-by (?P<nonce_by>voter|server)\n(?:at (?P<at>[0-9T:+Z-]{20,25})\n)?"
)


class NonceBy(StrEnum):
    """Who drew the nonce; one drawn by the server does not protect against sharing an entry."""

    VOTER = "voter"
    SERVER = "server"


class CodeRefused(ValueError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """What was typed cannot be a receipt's code."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says. It holds no grade and nobody's name; the time is the voter's own and optional."""

    box: str
    entry_hash: bytes
    nonce_hash: bytes
    nonce_by: NonceBy
    at: str | None

    @property
    def code(self) -> str:
        return shown_code(code_of(self.entry_hash))

    @property
    def text(self) -> str:
        lines = [
            HEADING,
            f"box {self.box}",
            f"entry {self.entry_hash.hex()}",
            f"nonce {self.nonce_hash.hex()}",
            f"nonce-by {self.nonce_by}",
        ]
        if self.at is not None:
            lines.append(f"at {self.at}")
        return "".join(line + "\n" for line in lines)


def sign_receipt(receipt: Receipt, signer: NoteSigner) -> str:
    return sign_note(receipt.text, signer)


def open_receipt(note: str, verifier: NoteVerifier) -> Receipt:
    """What a signed receipt says; refused when the signature or the form is wrong."""
    match = RECEIPT.fullmatch(open_note(note, verifier))
    if match is None:
        raise NoteRefused("a signed note, but no receipt")
    return Receipt(
        box=match["box"],
        entry_hash=bytes.fromhex(match["entry"]),
        nonce_hash=bytes.fromhex(match["nonce"]),
        nonce_by=NonceBy(match["nonce_by"]),
        at=match["at"],
    )


def code_of(entry_hash: bytes) -> bytes:
    """The 80 bits of an entry's short code."""
    return hashlib.sha256(b"evalapp receipt" + entry_hash).digest()[:CODE_BYTES]


def shown_code(code: bytes) -> str:
    """Sixteen characters in four groups: 7F3K-9M2D-XA41-QC16."""
    text = base64.b32encode(code).translate(CROCKFORD).decode()
    return "-".join(text[start : start + GROUP] for start in range(0, CODE_CHARACTERS, GROUP))


def typed_code(text: str) -> bytes:
    """The code somebody typed: any case, full or half width, any dashes and spaces, O for 0, I and L for 1, U for V."""
    plain = PASSED_OVER.sub("", unicodedata.normalize("NFKC", text[:100])).upper().translate(MISTAKES)
    if len(plain) != CODE_CHARACTERS or any(character not in ALPHABET for character in plain):
        raise CodeRefused("not a receipt's code")
    number = 0
    for character in plain:
        number = number << 5 | ALPHABET.index(character)
    return number.to_bytes(CODE_BYTES, "big")
