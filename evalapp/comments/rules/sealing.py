"""What keeps an author apart from the words: pseudonyms by thread, and what only the service's keys open."""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evalapp.core.keys import Keys

_NONCE = 12


@dataclass(frozen=True, kw_only=True)
class CommentKeys:
    """Keys of the service: a copy of the database without them joins no words to a person, and opens no report."""

    pseudonyms: bytes = field(repr=False)
    authors: bytes = field(repr=False)
    originals: bytes = field(repr=False)
    reports: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        """Return the keys of this installation, made at first use."""
        return cls(
            pseudonyms=keys.service("comment-pseudonyms"),
            authors=keys.service("comment-authors"),
            originals=keys.service("comment-originals"),
            reports=keys.service("comment-reports"),
        )


@dataclass(frozen=True, kw_only=True)
class Authorship:
    """Who wrote a comment, and when exactly: for the author alone."""

    resident_id: uuid.UUID
    written_at: datetime


def pseudonym(keys: CommentKeys, *, thread_id: uuid.UUID, resident_id: uuid.UUID) -> str:
    """Return what the author is called inside one thread; in another it is different, and ballots have their own."""
    return _keyed(keys.pseudonyms, b"thread", thread_id.bytes, resident_id.bytes)


def allowance(keys: CommentKeys, *, hour: datetime, resident_id: uuid.UUID) -> str:
    """Return under what the comments of one resident in one hour are counted; the next hour has another."""
    return _keyed(keys.pseudonyms, b"hour", hour.isoformat().encode(), resident_id.bytes)


def met_mark(keys: CommentKeys, *, thread_id: uuid.UUID, resident_id: uuid.UUID) -> str:
    """Return under what somebody's 我也遇到 stand in one thread: another than their comments, and than in other threads."""
    return _keyed(keys.pseudonyms, b"met", thread_id.bytes, resident_id.bytes)


def confirmation_mark(keys: CommentKeys, *, matter_id: uuid.UUID, resident_id: uuid.UUID) -> str:
    """Return under what somebody's word on a rectification stands: in another matter it is different."""
    return _keyed(keys.pseudonyms, b"mended", matter_id.bytes, resident_id.bytes)


def counted_once(keys: CommentKeys, *, cell: str, resident_id: uuid.UUID) -> str:
    """Return under what somebody is counted in one figure of the journal; no other figure shares it."""
    return _keyed(keys.pseudonyms, b"journal", cell.encode(), resident_id.bytes)


def fingerprint(keys: CommentKeys, text: str) -> str:
    """Return what tells that the same words came twice."""
    return _keyed(keys.pseudonyms, b"words", "".join(text.split()).encode())


def seal_author(keys: CommentKeys, comment_id: uuid.UUID, authorship: Authorship) -> bytes:
    """Seal who wrote a comment and when."""
    moment = int(authorship.written_at.timestamp() * 1_000_000)
    return _seal(keys.authors, comment_id, authorship.resident_id.bytes + moment.to_bytes(8, "big"))


def open_author(keys: CommentKeys, comment_id: uuid.UUID, sealed: bytes) -> Authorship:
    """Open what `seal_author` made. Raises `ValueError` when the key or the comment is another."""
    content = _open(keys.authors, comment_id, sealed)
    moment = int.from_bytes(content[16:], "big") / 1_000_000
    return Authorship(
        resident_id=uuid.UUID(bytes=content[:16]), written_at=datetime.fromtimestamp(moment, tz=UTC)
    )


def seal_original(keys: CommentKeys, comment_id: uuid.UUID, text: str) -> bytes:
    """Seal the words as they were typed, numbers and all."""
    return _seal(keys.originals, comment_id, text.encode())


def open_original(keys: CommentKeys, comment_id: uuid.UUID, sealed: bytes) -> str:
    """Open what `seal_original` made. Raises `ValueError` when the key or the comment is another."""
    return _open(keys.originals, comment_id, sealed).decode()


def seal_report(keys: CommentKeys, comment_id: uuid.UUID, content: str) -> bytes:
    """Seal what goes to the misconduct channel."""
    return _seal(keys.reports, comment_id, content.encode())


def open_report(keys: CommentKeys, comment_id: uuid.UUID, sealed: bytes) -> str:
    """Open what `seal_report` made. Raises `ValueError` when the key or the comment is another."""
    return _open(keys.reports, comment_id, sealed).decode()


def new_reference(kind: str = "LY") -> str:
    """Return a public reference that tells neither order nor time: `LY-7K2M9QX4`."""
    return f"{kind}-" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))


def _keyed(key: bytes, *parts: bytes) -> str:
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


def _seal(key: bytes, comment_id: uuid.UUID, content: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, comment_id.bytes)


def _open(key: bytes, comment_id: uuid.UUID, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], comment_id.bytes)
    except InvalidTag as error:
        raise ValueError("sealed with another key, or for another comment") from error
