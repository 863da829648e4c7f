"""Units' own systems hand in what happened to their cases: signed, one event or ten thousand."""

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from evalapp.approvals.rules import signing
from evalapp.approvals.rules.intake import MOST_BYTES, MOST_EVENTS, is_batch_name
from evalapp.approvals.services import intake
from evalapp.approvals.services.intake import Handed, IntakeRefused
from evalapp.core.errors import Invalid, UnsupportedType
from evalapp.core.i18n import N_
from evalapp.core.transaction import transaction
from evalapp.web import i18n
from evalapp.web.access import public
from evalapp.web.bodies import takes
from evalapp.web.context import db, platform
from evalapp.web.errors import problem
from evalapp.web.payload import Malformed

blueprint = Blueprint("intake_api", __name__, url_prefix="/api/v1")
WITHOUT_TOKEN = ("intake_api.take_events",)  # a unit's system has no session: it signs each request
_TOO_LARGE = N_("一次最多 %(bytes)s 字节、%(events)s 个事件。请分成几批。")


@blueprint.post("/intake/events")
@public
@takes(lambda _settings: MOST_BYTES)
def take_events() -> Response:
    """Take a batch of events and answer each item. Who did not sign gets nothing but a refusal, which is counted."""
    if not request.is_json:
        raise UnsupportedType(N_("请用 application/json 提交。"))
    try:
        handed = Handed(
            method=request.method,
            path=request.path,
            key=request.headers.get(signing.KEY_HEADER, ""),
            time=request.headers.get(signing.TIME_HEADER, ""),
            signature=request.headers.get(signing.SIGNATURE_HEADER, ""),
            body=request.get_data(),
        )
    except RequestEntityTooLarge:
        return _too_large()
    try:
        with transaction(db.session):
            unit_id = intake.admit(db.session, handed).id
            batch, items = _read(handed.body)
            if len(items) > MOST_EVENTS:
                return _too_large()
            answer = intake.take_batch(
                db.session, platform().keys, unit_id=unit_id, batch=batch, items=items, body=handed.body
            )
    except IntakeRefused as refusal:
        with transaction(db.session):
            intake.count_refusal(db.session, refusal)
        raise
    for each in answer["refused"]:
        each["detail"] = i18n.gettext(each["detail"])
    return jsonify(answer)


def _read(body: bytes) -> tuple[str, list[Any]]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed(N_("提交的内容不是完整的 JSON。")) from None
    if not isinstance(said, dict) or not is_batch_name(said.get("batch")):
        raise Invalid(N_("“%(name)s”缺少或格式不对。"), field="batch", name="batch")
    if not isinstance(said.get("events"), list) or said.keys() != {"batch", "events"}:
        raise Invalid(N_("“%(name)s”缺少或格式不对。"), field="events", name="events")
    return said["batch"], said["events"]


def _too_large() -> Response:
    limits = {"bytes": MOST_BYTES, "events": MOST_EVENTS}
    return problem(413, i18n.gettext(_TOO_LARGE) % limits, code="too-large", limit=limits)
