"""A ballot as bytes of one length, its envelope, and the entries of a box."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from evalapp.ballots.rules.grades import DIMENSIONS, Channel, Dimension, Fault, Opinion, Unfit
from evalapp.ledger.rules import Document, NotCanonical, canonical_json, read_canonical

FORMAT = 1
# What `canonical_json` writes for integers and ASCII strings, at a tenth of its cost; opening a ballot compares the two.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
BALLOT_BYTES = 512
NONCE_BYTES = 16
VOTER_KEY_BYTES = 32
HASH_BYTES = 32
# An ephemeral public key (32) and a Poly1305 tag (16) around the ballot: libsodium's sealed box.
ENVELOPE_BYTES = BALLOT_BYTES + 48


class EntryKind(IntEnum):
    """The first byte of an entry."""

    RULES = 0
    BALLOT = 1
    CLOSING = 2
    CHANGE = 3


class Unreadable(ValueError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """The envelope does not open with this key, or what is inside is no ballot."""


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """What lies in an envelope; without an opinion it takes the voter's ballot back."""

    box: str
    voter_key: bytes
    sequence: int
    nonce: bytes
    opinion: Opinion | None
    channel: Channel


def ballot_bytes(ballot: Ballot) -> bytes:
    """The ballot as canonical JSON, padded with spaces to exactly 512 bytes; a longer one is refused."""
    opinion = ballot.opinion
    data = _canonical(
        {
            "box": ballot.box,
            "channel": ballot.channel.value,
            "grades": {} if opinion is None else {key.value: grade for key, grade in opinion.grades.items()},
            "nonce": ballot.nonce.hex(),
            "reasons": {}
            if opinion is None
            else {key.value: codes for key, codes in opinion.reasons.items()},
            "sequence": ballot.sequence,
            "version": FORMAT,
            "voter": ballot.voter_key.hex(),
        }
    ).encode("ascii")
    if len(data) > BALLOT_BYTES:
        raise Unfit("ballot", Fault.TOO_LONG)
    return data.ljust(BALLOT_BYTES)


def read_ballot(data: bytes) -> Ballot:
    """The ballot that these 512 bytes hold; refuses every other form, so that bytes and ballots are one to one."""
    if len(data) != BALLOT_BYTES:
        raise Unreadable("not 512 bytes")
    try:
        fields = read_canonical(data.rstrip(b" "))
        ballot = _ballot_of(fields)
    except (NotCanonical, KeyError, TypeError, ValueError, AttributeError) as reason:
        raise Unreadable("no ballot") from reason
    if ballot_bytes(ballot) != data:
        raise Unreadable("a ballot with something else in it")
    return ballot


def _ballot_of(fields: Any) -> Ballot:
    if fields["version"] != FORMAT:
        raise Unreadable("another version")
    return Ballot(
        box=_text(fields["box"]),
        voter_key=_exactly(bytes.fromhex(fields["voter"]), VOTER_KEY_BYTES),
        sequence=_positive(fields["sequence"]),
        nonce=_exactly(bytes.fromhex(fields["nonce"]), NONCE_BYTES),
        opinion=_opinion_of(fields["grades"], fields["reasons"]) if fields["grades"] else None,
        channel=Channel(fields["channel"]),
    )


def _opinion_of(grades: Mapping[str, Any], reasons: Mapping[str, Any]) -> Opinion:
    if grades.keys() != DIMENSIONS or not all(type(g) is int and 0 <= g <= 5 for g in grades.values()):
        raise Unreadable("grades that no box asks for")
    return Opinion(
        grades={dimension: grades[dimension.value] for dimension in Dimension},
        reasons={
            dimension: tuple(_text(code) for code in codes)
            for dimension in Dimension
            if (codes := reasons.get(dimension.value))
        },
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("no text")
    return value


def _positive(value: object) -> int:
    if type(value) is not int or value < 1:
        raise Unreadable("no sequence")
    return value


def _exactly(value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise Unreadable("a field of another length")
    return value


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """A box's X25519 keys; the private one is the keepers'."""

    private: bytes
    public: bytes


def new_key_pair() -> KeyPair:
    key = PrivateKey.generate()
    return KeyPair(private=bytes(key), public=bytes(key.public_key))


def public_key_of(private: bytes) -> bytes:
    return bytes(PrivateKey(private).public_key)


def seal(data: bytes, *, public_key: bytes) -> bytes:
    """An envelope of one length that only the box's private key opens; the ephemeral key is thrown away."""
    if len(data) != BALLOT_BYTES:
        raise Unfit("ballot", Fault.TOO_LONG)
    return SealedBox(PublicKey(public_key)).encrypt(data)


@dataclass(frozen=True)
class Opener:
    """The box's private key, ready to open many envelopes."""

    private_key: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "_box", SealedBox(PrivateKey(self.private_key)))

    def open(self, envelope: bytes) -> Ballot:
        box: SealedBox[Any] = self._box  # type: ignore[attr-defined]  # set once in __post_init__, frozen after
        try:
            data = box.decrypt(envelope)
        except (CryptoError, ValueError, TypeError) as reason:
            raise Unreadable("not sealed to this key") from reason
        return read_ballot(data)


def nonce_hash(nonce: bytes) -> bytes:
    """What of the nonce is public: SHA-256("evalapp nonce" ‖ nonce)."""
    return hashlib.sha256(b"evalapp nonce" + nonce).digest()


def ballot_entry(*, nonce: bytes, envelope: bytes) -> bytes:
    """Entry of kind 1: the nonce's hash and the envelope."""
    return bytes([EntryKind.BALLOT]) + nonce_hash(nonce) + envelope


def split_ballot_entry(entry: bytes) -> tuple[bytes, bytes]:
    """Nonce hash and envelope of an entry of kind 1."""
    if entry[:1] != bytes([EntryKind.BALLOT]) or len(entry) != 1 + HASH_BYTES + ENVELOPE_BYTES:
        raise Unreadable("no entry of a ballot")
    return entry[1 : 1 + HASH_BYTES], entry[1 + HASH_BYTES :]


def rules_entry(rules: Document) -> bytes:
    """Entry of kind 0: the rules. Changing any of them afterwards changes its hash."""
    return bytes([EntryKind.RULES]) + canonical_json(rules)


def closing_entry(*, box: str, closes_at: str) -> bytes:
    """Entry of kind 2: no ballot stands behind it."""
    return bytes([EntryKind.CLOSING]) + canonical_json(
        {"box": box, "closes_at": closes_at, "version": FORMAT}
    )


def extension_entry(*, box: str, closes_at: str, reason: str, posts: tuple[str, str]) -> bytes:
    """Entry of kind 3: two people, named by their posts, moved the closing to a later moment."""
    return _change_entry({"act": "extend", "closes_at": closes_at}, box=box, reason=reason, posts=posts)


def voiding_entry(*, box: str, reason: str, posts: tuple[str, str]) -> bytes:
    """Entry of kind 3: two people, named by their posts, declared the box void."""
    return _change_entry({"act": "void"}, box=box, reason=reason, posts=posts)


def _change_entry(what: dict[str, Document], *, box: str, reason: str, posts: tuple[str, str]) -> bytes:
    document = {**what, "box": box, "posts": posts, "reason": reason, "version": FORMAT}
    return bytes([EntryKind.CHANGE]) + canonical_json(document)
