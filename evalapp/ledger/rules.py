"""The formats of the public log: canonical JSON, leaf hashes, signed notes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Document: TypeAlias = "int | str | Sequence[Document] | Mapping[str, Document]"

# Beyond this a reader that keeps numbers as doubles, as RFC 8785 does, would see another number.
LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

LEAF = b"\x00"
ED25519 = b"\x01"
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
MOST_SIGNATURES = 16
LONGEST_NOTE = 64 * 1024
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
SIGNATURE_LINE = re.compile(r"— (?P<name>\S+) (?P<signature>[A-Za-z0-9+/]+={0,2})")


class NotCanonical(ValueError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """The value cannot be, or the bytes are not, canonical JSON of integers and strings."""


class NoteRefused(ValueError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """The note is malformed, or not signed by the key it was opened with."""


def canonical_json(value: Document) -> bytes:
    """The one byte form of a document (RFC 8785), restricted to integers, strings, lists and objects.

    Floats, booleans and null are refused: they are where two writers of JSON disagree.
    """
    text = json.dumps(_ordered(value, DEEPEST), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("a string holds half of a surrogate pair") from None


def _ordered(value: Document, depth: int) -> object:
    if depth == 0:
        raise NotCanonical("nested too deeply")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical("an integer is beyond 2^53 - 1")
        return int(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonical("a key is no string")
        return {str(key): _ordered(value[key], depth - 1) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth - 1) for item in value]
    raise NotCanonical(f"{type(value).__name__} has no place in a canonical document")


def _utf16(key: str) -> bytes:
    """Keys are ordered by UTF-16 code units (RFC 8785, 3.2.3), which differs from code points beyond U+D7FF."""
    return key.encode("utf-16-be", "surrogatepass")


def read_canonical(data: bytes) -> Document:
    """The document that these bytes are the canonical form of; anything else is refused."""
    try:
        value = json.loads(data.decode("utf-8"))
        again = canonical_json(value)
    except (ValueError, RecursionError) as reason:
        raise NotCanonical("not a canonical document") from reason
    if again != data:
        raise NotCanonical("the same document has another canonical form")
    return value  # type: ignore[no-any-return]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf of the tree: SHA-256(0x00 ‖ entry) (RFC 6962, 2.1)."""
    return hashlib.sha256(LEAF + entry).digest()


def key_id(name: str, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), as C2SP signed-note has it for Ed25519."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:KEY_ID_BYTES]


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteRefused("a key's name is empty or holds a space or a plus")
    return name


@dataclass(frozen=True)
class NoteVerifier:
    """A public key with its name, as readers of notes keep it."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _checked_name(self.name)

    @cached_property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public_key)

    @property
    def text(self) -> str:
        """The key in the form readers exchange: name+id+base64(type ‖ key)."""
        encoded = base64.b64encode(ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def from_text(cls, text: str) -> NoteVerifier:
        name, _, rest = text.partition("+")
        identifier, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise NoteRefused("the key is no base64") from None
        if len(key) != 33 or key[:1] != ED25519:  # the type byte and an Ed25519 key
            raise NoteRefused("not an Ed25519 key")
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != identifier:
            raise NoteRefused("the key's id does not belong to it")
        return verifier

    def accepts(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class NoteSigner:
    """A private key with its name. Ed25519 is deterministic: the same text gives the same note."""

    name: str
    seed: bytes

    def __post_init__(self) -> None:
        _checked_name(self.name)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def verifier(self) -> NoteVerifier:
        return NoteVerifier(self.name, self._key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        return self._key.sign(text)


def sign_note(text: str, signer: NoteSigner) -> str:
    """The text, an empty line, and one signature line (C2SP signed-note)."""
    if not text.endswith("\n") or CONTROL.search(text):
        raise NoteRefused("a note's text ends with a newline and holds no other control character")
    signature = signer.verifier.key_id + signer.sign(text.encode())
    return f"{text}\n— {signer.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, verifier: NoteVerifier) -> str:
    """The text of a note that the verifier's key signed; lines of keys it does not know are passed over.

    A wrong signature under the known name and id refuses the whole note.
    """
    if len(note) > LONGEST_NOTE or any(
        (ord(c) < 0x20 and c != "\n") or "\ud800" <= c <= "\udfff" for c in note
    ):
        raise NoteRefused("too long, or a character that no text holds")
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteRefused("no signatures under the text")
    text += "\n"
    signatures = lines.split("\n")[:-1]
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise NoteRefused("no signatures, or too many")
    known = [found for line in signatures if (found := _signature_by(line, verifier)) is not None]
    if not known:
        raise NoteRefused("not signed by this key")
    if not all(verifier.accepts(text.encode(), signature) for signature in known):
        raise NoteRefused("the signature does not belong to this text")
    return text


def _signature_by(line: str, verifier: NoteVerifier) -> bytes | None:
    match = SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise NoteRefused("a line under the text is no signature")
    try:
        signature = base64.b64decode(match["signature"], validate=True)
    except binascii.Error:
        raise NoteRefused("a signature is no base64") from None
    if base64.b64encode(signature).decode() != match["signature"]:
        raise NoteRefused("a signature has spare bits set")  # a second spelling of the same bytes
    if match["name"] != verifier.name or signature[:KEY_ID_BYTES] != verifier.key_id:
        return None
    return signature[KEY_ID_BYTES:]
