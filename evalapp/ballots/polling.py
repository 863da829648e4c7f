"""What a request brings to casting: the booths of this process, the voter who is signed in, the circumstances."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session

from evalapp.accounts import browser
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.rules.grades import Channel
from evalapp.ballots.rules.receipts import Receipt, sign_receipt
from evalapp.ballots.services.booths import Booths
from evalapp.ballots.services.casting import Circumstances, Voter
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.ledger.rules import NoteSigner

_EXTENSION = "evalapp.polling"
_RECEIPT = "receipt"
_LONGEST_KEY = 128


class NoIdempotencyKey(DomainError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """A program must name its request, so that a repeated one is recognised."""

    status = 400
    code = "idempotency-key-missing"


@dataclass(frozen=True, kw_only=True)
class Polling:
    """The keepers, the booths and the key that signs receipts, one a process."""

    keepers: Keepers
    booths: Booths
    signer: NoteSigner


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """The receipt of the last ballot of this browser: the episode's number, the short code, the time, the signed note."""

    number: int
    code: str
    at: str | None
    note: str


def open_polling(platform: Platform) -> Polling:
    """Open what casting needs on `platform`."""
    keepers = Keepers(platform.keys)
    name = urlsplit(platform.settings.public_url).netloc or "evalapp"
    return Polling(
        keepers=keepers,
        booths=Booths(keepers, lock_file=platform.settings.data_dir / "casting.lock"),
        signer=NoteSigner(f"{name}/receipts", platform.keys.service("receipts")),
    )


def init_app(app: Flask, platform: Platform) -> None:
    """Give `app` its booths."""
    app.extensions[_EXTENSION] = open_polling(platform)


def polling() -> Polling:
    """Return the booths of this process."""
    return polling_of(current_app)


def polling_of(app: Flask) -> Polling:
    """Return the booths of this process, outside a request."""
    return cast("Polling", app.extensions[_EXTENSION])


def voter() -> Voter:
    """Return who casts. Raises `NotSignedIn`."""
    return Voter(resident_id=browser.signed_in_resident().resident_id)


def bearer() -> Voter:
    """Return whoever holds this browser's session; casting itself looks up who that is, in its one SELECT."""
    return Voter(token_hash=browser.resident_token_hash())


def circumstances(channel: Channel, *, key: str) -> Circumstances:
    """Return what this request brings besides the opinion; only keyed hashes of it are kept."""
    return Circumstances(
        channel=channel,
        idempotency_key=key,
        device=browser.device(),
        address=request.remote_addr,
    )


def request_key() -> str:
    """Return the name that a program gave its request. Raises `NoIdempotencyKey`."""
    key = request.headers.get("Idempotency-Key", "")
    if not is_request_key(key):
        raise NoIdempotencyKey(
            N_("请在 Idempotency-Key 头里给这次提交起一个唯一的名字，1 到 %(most)s 个字符。"),
            most=_LONGEST_KEY,
        )
    return key


def is_request_key(key: str) -> bool:
    """Whether this can name a request: 1 to 128 printable characters."""
    return 0 < len(key) <= _LONGEST_KEY and key.isprintable()


def hand_out(receipt: Receipt, *, number: int) -> None:
    """Keep the newest receipt for the page that shows it, in the voter's own signed cookie until they sign out."""
    session[_RECEIPT] = {"number": number, "code": receipt.code, "at": receipt.at, "note": signed(receipt)}


def handed_out() -> HandedOut:
    """Return the newest receipt of this browser. Raises `NotFound`."""
    kept = session.get(_RECEIPT)
    if kept is None:
        raise NotFound(N_("这台设备上没有刚刚交付的回执。已交的评票在“我的”里能看到。"))
    return HandedOut(**kept)


def signed(receipt: Receipt) -> str:
    """Return the receipt as a signed note."""
    return sign_receipt(receipt, polling().signer)
