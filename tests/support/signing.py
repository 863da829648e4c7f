"""A unit's own system: it signs what it hands in."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta

from evalapp.approvals.rules import signing
from evalapp.approvals.services import keys
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.units.models import Unit

PATH = "/api/v1/intake/events"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A request as it goes over the wire."""

    body: bytes
    headers: dict[str, str]

    def without(self, name: str) -> "Signed":
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})


class UnitSystem:
    """`system.signed("batch-1", events)` is a request; `system.hand_in(client, ...)` sends it."""

    def __init__(self, platform: Platform, unit: Unit) -> None:
        with platform.transaction() as session:
            self.key = keys.make_key(session, unit=unit, actor=SYSTEM)

    @classmethod
    def known(cls, name: str, secret: str) -> "UnitSystem":
        """The system of a unit that has its key already."""
        made = cls.__new__(cls)
        made.key = keys.MadeKey(name=name, secret=secret)
        return made

    def signed(self, batch: str, events: object, *, later: timedelta = timedelta(0)) -> Signed:
        return self.signed_body(
            json.dumps({"batch": batch, "events": events}, ensure_ascii=True).encode(), later=later
        )

    def signed_body(self, body: bytes, *, later: timedelta = timedelta(0), time: str = "") -> Signed:
        time = time or (clock.now() + later).isoformat()
        signature = signing.sign(
            base64.b64decode(self.key.secret),
            method="POST",
            path=PATH,
            time=time,
            body_sha256=hashlib.sha256(body).hexdigest(),
        )
        headers = {
            signing.KEY_HEADER: self.key.name,
            signing.TIME_HEADER: time,
            signing.SIGNATURE_HEADER: signature,
            "Content-Type": "application/json",
        }
        return Signed(body=body, headers=headers)

    @staticmethod
    def send(client, request: Signed):
        return client.post(PATH, data=request.body, headers=request.headers)

    def hand_in(self, client, batch: str, events: object):
        return self.send(client, self.signed(batch, events))
