"""The lane beside Flask for the one request that a broadcast drives: a ballot with nothing to explain.

Whatever is unusual about a request, and every refusal, goes on to Flask as if the lane did not exist: the view in
`api_views` says what is wrong, and stays the one place that does (docs/decisions/0014).
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from flask import Flask

from evalapp.accounts import browser
from evalapp.ballots.polling import Polling, is_request_key, polling_of
from evalapp.ballots.rules.grades import Channel, read_submission
from evalapp.ballots.rules.receipts import Receipt, sign_receipt
from evalapp.ballots.services import casting
from evalapp.ballots.services.booths import Booth
from evalapp.ballots.services.casting import Circumstances, Voter
from evalapp.core.platform import Platform
from evalapp.core.transaction import lean_transaction
from evalapp.web.cookies import is_token_of, read_cookie
from evalapp.web.headers import is_from_our_pages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 16 * 1024
JSON = "application/json; charset=utf-8"
_PATH = re.compile(r"/api/v1/episodes/([1-9][0-9]{0,5})/ballot")
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def accept(
    platform: Platform, polling: Polling, booth: Booth, body: object, *, voter: Voter, where: Circumstances
) -> str:
    """Cast the ballot in a decoded JSON body; return the receipt as JSON. Raises `Unfit` and what `casting.cast` raises."""
    submission = read_submission(body, reasons=booth.reasons)
    with lean_transaction(platform.lean) as executor:
        accepted = casting.cast(executor, booth, submission, voter=voter, circumstances=where)
    return receipt_as_json(accepted.receipt, polling)


def receipt_as_json(receipt: Receipt, polling: Polling) -> str:
    """The receipt as programs get it."""
    code = receipt.code
    return _as_json(
        {
            "code": code,
            "box": receipt.box,
            "entry": receipt.entry_hash.hex(),
            "nonce": receipt.nonce_hash.hex(),
            "at": receipt.at,
            "receipt": sign_receipt(receipt, polling.signer),
            "verify": f"/verify/{code}",
        }
    )


class Lane:
    """Accepts ballots before Flask; hands everything else on."""

    def __init__(self, app: Flask, application: WSGIApplication, platform: Platform) -> None:
        self._app, self._application, self._platform = app, application, platform

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and (path := _PATH.fullmatch(environ["PATH_INFO"])):
            answer = self._answer(environ, number=int(path[1]))
            if answer is not None:
                headers = [
                    ("Content-Type", JSON),
                    ("Content-Length", str(len(answer))),
                    ("Cache-Control", "no-store"),
                ]
                start_response("201 CREATED", headers)
                return [answer]
        return self._application(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, *, number: int) -> bytes | None:
        polling = polling_of(self._app)
        booth, length = polling.booths.known(number), environ.get("CONTENT_LENGTH", "")
        if booth is None or not (length.isdecimal() and int(length) <= MOST_BYTES):
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(body)
        known = _known(self._app, environ)
        if known is None:
            return None
        voter, where = known
        try:
            return accept(self._platform, polling, booth, json.loads(body), voter=voter, where=where).encode()
        except Exception:  # noqa: BLE001  nothing was appended: Flask does the same again and says what is wrong
            return None


def _known(app: Flask, environ: WSGIEnvironment) -> tuple[Voter, Circumstances] | None:
    """Who casts and with what, when the request shows all of it: cookie, token, key, device, JSON from our own pages."""
    cookie: dict[str, Any] | None = read_cookie(app, environ.get("HTTP_COOKIE", ""))
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if (
        cookie is None
        or not is_token_of(cookie, environ.get("HTTP_X_CSRF_TOKEN", ""))
        or not is_request_key(key)
        or not is_from_our_pages(environ)
        or environ.get("CONTENT_TYPE") != "application/json"
    ):
        return None
    bearer = browser.bearer_in(cookie)
    if bearer is None:
        return None
    where = Circumstances(
        channel=Channel.API,
        idempotency_key=key,
        device=bearer.device,
        address=environ.get("REMOTE_ADDR"),
    )
    return Voter(token_hash=bearer.token_hash), where
