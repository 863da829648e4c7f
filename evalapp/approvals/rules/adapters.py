"""Where other formats come in: an adapter turns what another system exports into events as the intake takes them.

A new one is a function and a line in `ADAPTERS`. It decides nothing: what it gives is read, answered and counted as if the unit
had handed it in itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

Adapter = Callable[[bytes], Sequence[Mapping[str, Any]]]

# The fields are those of a provincial connector's parameter list; what its state codes mean is not in it, and ours.
_STATES = {
    "1": "submitted",
    "2": "accepted",
    "3": "refused",
    "4": "papers_asked",
    "5": "decided",
    "6": "delivered",
}


def connector(content: bytes) -> list[dict[str, Any]]:
    """A provincial connector's records: a JSON list of projNo, serviceCode, handleStateCode, handleTime."""
    try:
        records = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("文件不是正确的 JSON。")) from error
    if not isinstance(records, list):
        raise Invalid(N_("JSON 文件应是一个列表，每项是一个对象。"))
    return [_event(record) for record in records]


def _event(record: Any) -> dict[str, Any]:
    """One record; what it lacks is left out, and the intake says so of this one."""
    if not isinstance(record, dict):
        return {}
    case, state, at = (str(record.get(name, "")) for name in ("projNo", "handleStateCode", "handleTime"))
    said = {
        "id": f"{case}:{state}:{at}".replace(" ", "T"),
        "case": case,
        "item": str(record.get("serviceCode", "")),
        "kind": _STATES.get(state, state or "?"),
        "occurred_at": _moment(at),
        "came_by": str(record.get("source", "")),
        "reason": str(record.get("handleStateName", "")) if state == "3" else "",
    }
    return {name: value for name, value in said.items() if value}


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.zone()).isoformat()
    except ValueError:
        return text


ADAPTERS: dict[str, Adapter] = {"connector": connector}
