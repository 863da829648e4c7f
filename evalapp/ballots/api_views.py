"""Casting for machines: the one route that a broadcast drives. Signed session, token, checks by hand, one append."""

import json
from typing import Any

from flask import Blueprint, Response, request

from evalapp.accounts.browser import signed_in_resident
from evalapp.ballots import polling
from evalapp.ballots.forms import FAULTS
from evalapp.ballots.queries import receipts
from evalapp.ballots.rules.grades import Channel, Unfit, read_nonce, read_submission
from evalapp.ballots.rules.receipts import Receipt
from evalapp.ballots.services import casting, standings
from evalapp.ballots.services.booths import Booth
from evalapp.core.errors import Invalid, NotFound, TooLarge, UnsupportedType
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import lean_transaction, transaction
from evalapp.web.access import public, requires
from evalapp.web.context import db, platform
from evalapp.web.payload import Malformed

blueprint = Blueprint("ballots_api", __name__, url_prefix="/api/v1")
_MOST_BYTES = 16 * 1024


# Both are open to the guard: the one SELECT of casting finds out who holds the session, and refuses everybody else.
@blueprint.post("/episodes/<int(max=999999):number>/ballot")
@public
def cast(number: int) -> Response:
    """Append a ballot: 201 with the receipt; the same key and body again gives the same receipt."""
    voter, key, body = polling.bearer(), polling.request_key(), _body()
    booth = _booth(number)
    try:
        submission = read_submission(body, reasons=booth.reasons)
    except Unfit as unfit:
        raise Invalid(FAULTS[unfit.fault], field=unfit.place) from None
    where = polling.circumstances(Channel.API, key=key)
    with lean_transaction(platform().lean_engine) as connection:
        accepted = casting.cast(connection, booth, submission, voter=voter, circumstances=where)
    return _answer(accepted.receipt, status=201)


@blueprint.delete("/episodes/<int(max=999999):number>/ballot")
@public
def withdraw(number: int) -> Response:
    """Withdraw the ballot: 200 with a receipt of its own; to the box it is one more sealed ballot."""
    voter, key = polling.bearer(), polling.request_key()
    body = _body() if request.content_length else {}
    try:
        nonce = read_nonce(body["nonce"]) if isinstance(body, dict) and "nonce" in body else None
    except Unfit as unfit:
        raise Invalid(FAULTS[unfit.fault], field=unfit.place) from None
    booth, where = _booth(number), polling.circumstances(Channel.API, key=key)
    with lean_transaction(platform().lean_engine) as connection:
        accepted = casting.withdraw(connection, booth, voter=voter, circumstances=where, nonce=nonce)
    return _answer(accepted.receipt, status=200)


def _booth(number: int) -> Booth:
    booths = polling.polling().booths
    return booths.known(number) or booths.of(db.session, number)


@blueprint.post("/me/standing")
@requires(Permission.CAST_BALLOT)
def claim_standing() -> Response:
    """Become a client of the unit whose printed code this is; the first ballot uses the code up."""
    body = _body()
    typed = body.get("code") if isinstance(body, dict) else None
    if not isinstance(typed, str):
        raise Invalid(N_("请提供编号卡上的 16 位字符。"), field="code")
    resident_id, secret = signed_in_resident().resident_id, platform().keys.service("client-codes")
    with transaction(db.session):
        unit = standings.claim_code(db.session, typed, resident_id=resident_id, secret=secret)
    return _json({"unit": unit.slug, "name": unit.name}, status=200)


@blueprint.get("/boxes/<reference>/receipt/<code>")
@public
def receipt(reference: str, code: str) -> Response:
    """Whether a ballot with this receipt's code lies in the box: yes or 404, never more."""
    if not receipts.is_received(db.session, code, box=reference):
        raise NotFound(N_("没有这张回执。"))
    return _json({"box": reference, "state": "received"}, status=200)


def _body() -> Any:
    data = request.get_data()
    if len(data) > _MOST_BYTES:
        raise TooLarge(N_("内容太大了，评票最多 16 KB。"))
    if request.mimetype != "application/json":
        raise UnsupportedType(N_("请用 application/json 提交。"))
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed(N_("提交的内容不是完整的 JSON。")) from None


def _answer(receipt: Receipt, *, status: int) -> Response:
    body = {
        "code": receipt.code,
        "box": receipt.box,
        "entry": receipt.entry_hash.hex(),
        "nonce": receipt.nonce_hash.hex(),
        "at": receipt.at,
        "receipt": polling.signed(receipt),
        "verify": f"/verify/{receipt.code}",
    }
    return _json(body, status=status)


def _json(body: dict[str, Any], *, status: int) -> Response:
    response = Response(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
