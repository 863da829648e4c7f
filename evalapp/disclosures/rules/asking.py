"""What a resident may doubt of a line, and what keeps the asker apart from the question."""

import enum
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from evalapp.core.i18n import N_
from evalapp.core.keys import Keys


class Doubt(enum.StrEnum):
    """What about a line is asked; this much is public."""

    PURPOSE = "purpose"
    AMOUNT = "amount"
    VOUCHER = "voucher"
    APPROVAL = "approval"
    NOT_RECEIVED = "not_received"
    OTHER = "other"


DOUBT_WORDS: dict[Doubt, str] = {
    Doubt.PURPOSE: N_("钱用在哪里"),
    Doubt.AMOUNT: N_("金额对不对"),
    Doubt.VOUCHER: N_("有没有凭证"),
    Doubt.APPROVAL: N_("审批全不全"),
    Doubt.NOT_RECEIVED: N_("该收到的没有收到"),
    Doubt.OTHER: N_("别的疑问"),
}


@dataclass(frozen=True, kw_only=True)
class QuestionKey:
    """A key of the service: a copy of the database without it joins no question to a person."""

    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        return cls(secret=keys.service("disclosure-questions"))

    def mark(self, resident_id: uuid.UUID, place: int) -> str:
        """Return under what a resident's question is kept, by its place among theirs, from 0; no other shares it.

        Whoever has the key finds all of a resident's; without it no two belong together.
        """
        return self._keyed(b"question", resident_id.bytes, place.to_bytes(8, "big"))

    def allowance(self, day: date, resident_id: uuid.UUID) -> str:
        """Return under what the questions of one resident on one day are counted."""
        return self._keyed(b"day", day.isoformat().encode(), resident_id.bytes)

    def _keyed(self, *parts: bytes) -> str:
        return hmac.new(self.secret, b"\0".join(parts), hashlib.sha256).hexdigest()
