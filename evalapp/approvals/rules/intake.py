"""Reading one item of what a unit's system hands in: an event, or why it is none. Written for thousands a second."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evalapp.approvals.rules.facts import CaseEvent
from evalapp.approvals.rules.kinds import EventKind
from evalapp.core.i18n import N_

MOST_EVENTS = 10_000  # a batch
MOST_BYTES = 8 * 1024**2
MOST_OF_A_CASE = 500
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"[!-~]{1,80}")
_NUMBER = re.compile(r"[\w()（）〔〕\[\]·./:#-]{1,60}")
_CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
_PLAIN_NUMBER = re.compile(r"(?:\+86)?(1[0-9]{10})")
_KINDS = {kind.value: kind for kind in EventKind}
_TEXTS = {"step": 24, "post": 30, "ground": 24, "reason": 300, "approved_by": 30, "came_by": 20, "window": 40}
_NAME = 60
_UNWRITTEN = frozenset({"Cc", "Cs"})  # control signs and halves of others
_UNSEEN = frozenset({"Cf", "Zl", "Zp"})
_FLAGS = {"joint": "is_joint", "granted": "is_granted", "unlisted": "is_unlisted"}
_FIELDS = {"id", "case", "item", "kind", "occurred_at", "applicant", "days", *_TEXTS, *_FLAGS}
_REQUIRED = ("id", "case", "item", "kind", "occurred_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An item that was not taken: which, why in one word, and in a sentence."""

    index: int
    code: str
    detail: str

    def document(self) -> dict[str, Any]:
        """The refusal as plain data."""
        return {"index": self.index, "code": self.code, "detail": self.detail}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item that can be read. `detail` is what its kind says, as it is kept."""

    index: int
    source_id: str
    digest: str
    case: str
    code: str
    kind: EventKind
    occurred_at: datetime
    detail: dict[str, Any]
    name: str
    number: str


class Unreadable(Exception):  # noqa: N818  it is answered, not raised to anybody
    """Why an item is none; its arguments are the code and the sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


SENTENCES = {
    "malformed": N_("这一项的字段缺少、多出或格式不对。"),
    "unknown-kind": N_("不认识这种事件。"),
    "bad-time": N_("发生时间要带时区，不能早于 2000 年。"),
    "bad-number": N_("申请人的手机号码不对。"),
    "future": N_("发生时间在将来。请校准时钟。"),
    "unknown-item": N_("本单位没有这个办事事项，或者还没有公布。"),
    "other-item": N_("这个办件号属于另一个办事事项。"),
    "other-content": N_("同一个事件号已经收过，内容不同。"),
    "case-closed": N_("这个办件早已办结，不再接收事件。"),
    "too-many": N_("这个办件的事件太多。"),
}


def read_item(said: Any, index: int) -> Item | Refused:
    """Read one item, or say why it is none."""
    try:
        return _read(said, index)
    except Unreadable as error:
        return Refused(index=index, code=error.code, detail=error.detail)


def refused(index: int, code: str) -> Refused:
    """Return the refusal of an item by its code."""
    return Refused(index=index, code=code, detail=SENTENCES[code])


def event_of(
    *,
    source_id: str,
    kind: EventKind,
    occurred_at: datetime,
    counted_at: datetime,
    is_late: bool,
    detail: Mapping[str, Any],
) -> CaseEvent:
    """Return an event as the rules fold it, from what is kept."""
    if not detail:
        return CaseEvent(
            key=source_id, kind=kind, occurred_at=occurred_at, counted_at=counted_at, is_late=is_late
        )
    return CaseEvent(
        key=source_id,
        kind=kind,
        occurred_at=occurred_at,
        counted_at=counted_at,
        is_late=is_late,
        step=detail.get("step", ""),
        post=detail.get("post", ""),
        ground=detail.get("ground", ""),
        reason=detail.get("reason", ""),
        approved_by=detail.get("approved_by", ""),
        days=detail.get("days", 0),
        is_joint=detail.get("joint", False),
        is_granted=detail.get("granted", True),
        is_unlisted=detail.get("unlisted", False),
    )


def _read(said: Any, index: int) -> Item:
    if (
        not isinstance(said, dict)
        or not said.keys() <= _FIELDS
        or not all(said.get(name) for name in _REQUIRED)
    ):
        raise _unreadable("malformed")
    source_id, case, code = said["id"], said["case"], said["item"]
    if not (_fits(_KEY, source_id) and _fits(_NUMBER, case) and _fits(_CODE, code)):
        raise _unreadable("malformed")
    kind = _KINDS.get(said["kind"]) if isinstance(said["kind"], str) else None
    if kind is None:
        raise _unreadable("unknown-kind")
    name, number = _applicant(said.get("applicant"))
    occurred_at, detail = _moment(said["occurred_at"]), _detail(said)
    # Its digest comes last, when it is known to be flat: the deepest that can be read is too deep to be written.
    return Item(
        index=index,
        source_id=source_id,
        digest=digest_of(said),
        case=case,
        code=code.upper(),
        kind=kind,
        occurred_at=occurred_at,
        detail=detail,
        name=name,
        number=number,
    )


def is_batch_name(said: Any) -> bool:
    """Whether a batch may be called so: up to 80 signs without spaces, of its sender's own."""
    return _fits(_KEY, said)


def digest_of(said: Mapping[str, Any]) -> str:
    """The SHA-256 of what was said of the case; not of its applicant, whose number could be guessed from it."""
    of_the_case = {name: value for name, value in said.items() if name != "applicant"}
    plain = json.dumps(of_the_case, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _detail(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, limit in _TEXTS.items():
        if (value := said.get(name)) is not None and (text := _plain(value, limit)):
            found[name] = text
    for name in _FLAGS:
        if (value := said.get(name)) is not None:
            if not isinstance(value, bool):
                raise _unreadable("malformed")
            found[name] = value
    if (days := said.get("days")) is not None:
        if type(days) is not int or not 0 <= days <= 999:
            raise _unreadable("malformed")
        found["days"] = days
    return found


def _applicant(said: Any) -> tuple[str, str]:
    if said is None:
        return "", ""
    if not isinstance(said, dict) or not {"name", "phone"} >= said.keys():
        raise _unreadable("malformed")
    name, phone = _plain(said.get("name", ""), _NAME), said.get("phone", "")
    if not isinstance(phone, str):
        raise _unreadable("malformed")
    number = plain_number(phone)
    if number is None:
        raise _unreadable("bad-number")
    return name, number


def plain_number(phone: str) -> str | None:
    """A mobile number in E.164, empty for none given; None for what is no mobile number."""
    if not phone:
        return ""
    found = _PLAIN_NUMBER.fullmatch(phone.replace(" ", "").replace("-", ""))
    return f"+86{found[1]}" if found is not None else None


def masked_name(name: str) -> str:
    """A name as the public reads it: its first sign alone."""
    return f"{name[0]}**" if name else ""


def _moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None or found.utcoffset() is None:
            raise _unreadable("bad-time")
        found = found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise _unreadable("bad-time") from None
    if found < _EARLIEST:
        raise _unreadable("bad-time")
    return found


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _plain(value: Any, limit: int) -> str:
    """A text without signs that nobody sees and that turn what stands beside them around. Raises `Unreadable`."""
    if not isinstance(value, str) or len(value) > limit:
        raise _unreadable("malformed")
    if value.isprintable():
        return value.strip()
    kinds = [unicodedata.category(sign) for sign in value]
    if not _UNWRITTEN.isdisjoint(kinds):
        raise _unreadable("malformed")
    return "".join(sign for sign, kind in zip(value, kinds, strict=True) if kind not in _UNSEEN).strip()


def _unreadable(code: str) -> Unreadable:
    return Unreadable(code, SENTENCES[code])
