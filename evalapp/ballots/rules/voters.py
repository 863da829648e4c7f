"""Keyed hashes: who a voter is inside one episode, what the integrity rules may see, and repeated requests."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SECRET_BYTES = 32
PERSON_ID_BYTES = 32
BUCKET_SECONDS = 300
NUMBER_BLOCK_DIGITS = 7
IPV4_PREFIX = 24
IPV6_PREFIX = 56


class PersonKind(StrEnum):
    """What a person is known by."""

    TELEPHONE = "telephone"
    CODE = "code"


def keyed(secret: bytes, purpose: str, value: bytes) -> bytes:
    """HMAC-SHA256 over a purpose and a value, so that a hash made for one purpose never serves another."""
    return hmac.digest(secret, b"evalapp " + purpose.encode() + b"\x00" + value, hashlib.sha256)


def person_id(service_secret: bytes, kind: PersonKind, value: str) -> bytes:
    """The keyed hash of a telephone number in E.164 or of a one-time code."""
    return keyed(service_secret, f"person {kind}", value.encode())


def voter_key(voter_secret: bytes, person: bytes) -> bytes:
    """HMAC-SHA256(the episode's voter secret, person id): the same person is another voter in each episode.

    No purpose is mixed in, since an auditor recomputes it from ballots.md as it stands. The other hashes under this
    secret cannot meet it: their input begins with their purpose and is longer than a person id.
    """
    if len(person) != PERSON_ID_BYTES:
        raise ValueError("a person id has 32 bytes")
    return hmac.digest(voter_secret, person, hashlib.sha256)


@dataclass(frozen=True, kw_only=True)
class RequestMark:
    """What is kept of an Idempotency-Key and the body it came with."""

    key: bytes
    body: bytes

    def repeats(self, *, body: bytes) -> bool:
        return hmac.compare_digest(self.body, body)


def request_mark(voter_secret: bytes, *, voter: bytes, key: str, body: bytes) -> RequestMark:
    """Both as HMACs under the episode's secret: a plain hash of a body of few possibilities could be guessed.

    The body's hash has the key in it, so that equal bodies of two people do not look equal.
    """
    of_key = keyed(voter_secret, "request key", voter + key.encode())
    return RequestMark(key=of_key, body=keyed(voter_secret, "request body", of_key + body))


def client_code_hash(service_secret: bytes, code: str) -> bytes:
    """What is kept of a printed client code; its person id is another hash of it."""
    return keyed(service_secret, "client code", code.encode())


def case_mark(service_secret: bytes, *, case_id: uuid.UUID, episode_id: uuid.UUID) -> bytes:
    """Under what a completed case serves for one episode, once; no other episode shares it."""
    return keyed(service_secret, "case", case_id.bytes + episode_id.bytes)


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What the integrity rules may see of one ballot: hashes under the episode's signal key, and coarse figures."""

    device: bytes | None
    network: bytes | None
    number_block: bytes | None
    on_staff_list: bool
    bucket: int
    watched: int | None


def device_signal(signal_key: bytes, device_cookie: str) -> bytes:
    return keyed(signal_key, "device", device_cookie.encode())


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /56 of an IPv6 one; an IPv4 address written as IPv6 is an IPv4 address."""
    parsed: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, ipaddress.IPv4Address):
        first, second, third, _ = parsed.packed
        return f"{first}.{second}.{third}.0/{IPV4_PREFIX}"
    return str(ipaddress.ip_network((parsed.packed, IPV6_PREFIX), strict=False))


def network_signal(signal_key: bytes, network: str) -> bytes:
    """The keyed hash of a network as `network_of` writes it; listed networks are hashed the same way for comparing."""
    return keyed(signal_key, "network", network.encode())


def number_block(number: str) -> str:
    """The first seven digits of a national number, of one in E.164 without its +86."""
    digits = number.removeprefix("+86").removeprefix("+")
    return digits[:NUMBER_BLOCK_DIGITS]


def number_block_signal(signal_key: bytes, block: str) -> bytes:
    return keyed(signal_key, "number block", block.encode())


def time_bucket(now: datetime) -> int:
    """The number of the five-minute stretch since 1970 that a moment lies in."""
    return int(now.timestamp()) // BUCKET_SECONDS


def _time_mask(voter_secret: bytes, key: str) -> int:
    return int.from_bytes(keyed(voter_secret, "receipt time", key.encode())[:8], "big")


def hide_time(voter_secret: bytes, *, key: str, second: int) -> bytes:
    """The second of a receipt under a mask that only the voter's own Idempotency-Key gives back.

    A repeated request must get the same receipt, and no time may be read from a ballot's row: the key itself is
    never kept, so whoever holds the tables and the episode's secret still cannot take the mask off.
    """
    return (second ^ _time_mask(voter_secret, key)).to_bytes(8, "big")


def show_time(voter_secret: bytes, *, key: str, hidden: bytes) -> int:
    return int.from_bytes(hidden, "big") ^ _time_mask(voter_secret, key)
