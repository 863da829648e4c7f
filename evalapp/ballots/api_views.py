"""Casting for machines: the one route that a broadcast drives. Signed session, token, checks by hand, one append."""

import json
from typing import Any

from flask import Blueprint, Response, request

from evalapp.accounts.browser import signed_in_resident
from evalapp.ballots import lane, polling
from evalapp.ballots.forms import FAULTS
from evalapp.ballots.queries import receipts
from evalapp.ballots.rules.grades import Channel, Unfit, read_withdrawal
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


# Both are open to the guard: the one SELECT of casting finds out who holds the session, and refuses everybody else.
@blueprint.post("/episodes/<int(max=999999):number>/ballot")
@public
def cast(number: int) -> Response:
    """Append a ballot: 201 with the receipt; the same key and body again gives the same receipt.

    Most ballots never come here: `lane` accepts them before Flask, and hands on whatever is to be refused.
    """
    voter, key, body = polling.bearer(), polling.request_key(), _body()
    booth, where = _booth(number), polling.circumstances(Channel.API, key=key)
    try:
        receipt = lane.accept(platform(), polling.polling(), booth, body, voter=voter, where=where)
    except Unfit as unfit:
        raise Invalid(FAULTS[unfit.fault], field=unfit.place) from None
    return _json(receipt, status=201)


@blueprint.delete("/episodes/<int(max=999999):number>/ballot")
@public
def withdraw(number: int) -> Response:
    """Withdraw the ballot: 200 with a receipt of its own; to the box it is one more sealed ballot."""
    voter, key = polling.bearer(), polling.request_key()
    try:
        nonce = read_withdrawal(_body()) if request.get_data() else None
    except Unfit as unfit:
        raise Invalid(FAULTS[unfit.fault], field=unfit.place) from None
    booth, where = _booth(number), polling.circumstances(Channel.API, key=key)
    with lean_transaction(platform().lean) as connection:
        accepted = casting.withdraw(connection, booth, voter=voter, circumstances=where, nonce=nonce)
    return _json(lane.receipt_as_json(accepted.receipt, polling.polling()), status=200)


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
    return _json(json.dumps({"unit": unit.slug, "name": unit.name}, ensure_ascii=False), status=200)


@blueprint.get("/boxes/<reference>/receipt/<code>")
@public
def receipt(reference: str, code: str) -> Response:
    """Whether a ballot with this receipt's code lies in the box: yes or 404, never more."""
    if not receipts.is_received(db.session, code, box=reference):
        raise NotFound(N_("没有这张回执。"))
    return _json(json.dumps({"box": reference, "state": "received"}), status=200)


def _body() -> Any:
    data = request.get_data()
    if len(data) > lane.MOST_BYTES:
        raise TooLarge(N_("内容太大了，评票最多 16 KB。"))
    if request.mimetype != "application/json":
        raise UnsupportedType(N_("请用 application/json 提交。"))
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed(N_("提交的内容不是完整的 JSON。")) from None


def _json(text: str, *, status: int) -> Response:
    return Response(text, status=status, content_type=lane.JSON, headers=[("Cache-Control", "no-store")])
