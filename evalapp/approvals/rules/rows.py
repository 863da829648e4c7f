"""Events as rows of a table: what a sheet holds in each column. The district's own time unless a timezone is written."""

import re
from datetime import datetime
from typing import Any

from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.rowfiles import Row

HEADINGS = {
    "id": "事件号",
    "case": "办件号",
    "item": "事项编码",
    "kind": "事件",
    "occurred_at": "发生时间",
    "name": "申请人",
    "phone": "手机号",
    "came_by": "渠道",
    "window": "窗口",
    "step": "环节",
    "post": "岗位",
    "ground": "暂停事由",
    "reason": "理由",
    "approved_by": "批准岗位",
    "days": "延长天数",
    "joint": "联合办理",
    "granted": "是否准予",
    "unlisted": "目录外收费",
}
COLUMNS = {name: name for name in HEADINGS} | {heading: name for name, heading in HEADINGS.items()}
REQUIRED = ("id", "case", "item", "kind", "occurred_at")
KIND_WORDS = {
    "收件": "submitted",
    "要求补正": "papers_asked",
    "补正": "supplied",
    "受理": "accepted",
    "不予受理": "refused",
    "环节开始": "step_begun",
    "环节结束": "step_ended",
    "暂停": "paused",
    "恢复": "resumed",
    "延长": "extended",
    "收费": "charged",
    "决定": "decided",
    "送达": "delivered",
    "撤回": "withdrawn",
    "投诉": "complained",
}
_AS_SHOWN = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2}) +([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?)")
_PLAIN = ("id", "case", "item", "came_by", "window", "step", "post", "ground", "reason", "approved_by")
_FLAGS = {
    "是": True,
    "yes": True,
    "true": True,
    "1": True,
    "否": False,
    "no": False,
    "false": False,
    "0": False,
}


def event_in(row: Row) -> dict[str, Any]:
    """Return a row as a unit's system would hand it in. Raises `Invalid` at the field that is wrong."""
    said: dict[str, Any] = {name: text for name in _PLAIN if (text := row.text(name))}
    kind = row.text("kind")
    said["kind"] = KIND_WORDS.get(kind, kind)
    said["occurred_at"] = _moment(row.text("occurred_at"))
    if (days := row.whole("days", least=0, most=999)) is not None:
        said["days"] = days
    for name in ("joint", "granted", "unlisted"):
        if text := row.text(name).casefold():
            if text not in _FLAGS:
                raise Invalid(N_("请填“是”或“否”。"), field=name)
            said[name] = _FLAGS[text]
    applicant = {name: text for name in ("name", "phone") if (text := row.text(name))}
    return said | ({"applicant": applicant} if applicant else {})


def _moment(text: str) -> str:
    """A moment as it is written in ISO 8601, or as Excel shows it: 2026/3/2 9:05."""
    shown = _AS_SHOWN.fullmatch(text)
    if shown is not None:
        year, month, day, hour, rest = shown.groups()
        text = f"{year}-{month:0>2}-{day:0>2} {hour:0>2}{rest}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("发生时间写成 2026-03-02 10:00 这样。"), field="occurred_at") from None
    return (found if found.tzinfo else found.replace(tzinfo=clock.zone())).isoformat()
