"""Powers as rows of a table and back: what a sheet holds in each column. What is written is read again as the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalapp.core import cells, terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.rowfiles import Row
from evalapp.powers.rules.flow import mermaid
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.graph import cleaned as cleaned_chart
from evalapp.powers.rules.kinds import KIND_WORDS, PowerKind
from evalapp.powers.rules.text import Duty, LegalBasis, PowerText, cleaned

HEADINGS = {
    "unit": "单位",
    "code": "编码",
    "parent": "上级编码",
    "name": "名称",
    "kind": "类别",
    "section": "承办科室",
    "post": "责任岗位",
    "bases": "法律依据",
    "duties": "责任事项",
    "grounds": "追责情形",
    "fee": "收费标准",
    "fee_basis": "收费依据",
    "statutory": "法定时限",
    "promised": "承诺时限",
    "telephone": "监督电话",
    "passes_on": "审核转报",
    "flowchart": "流程图",
}
COLUMNS = {name: name for name in (*HEADINGS, "reason")} | {
    heading: name for name, heading in (HEADINGS | {"reason": "改动说明"}).items()
}
REQUIRED = ("unit", "code", "name", "kind")
_KINDS = {word: kind for kind, word in KIND_WORDS.items()} | {kind.value: kind for kind in PowerKind}
_BASIS_PARTS = ("law", "article", "from_on", "until_on", "url", "note", "text")
_YES = {"是", "yes", "true", "1"}
_NO = {"", "否", "no", "false", "0"}


@dataclass(frozen=True, kw_only=True)
class PowerRow:
    """What a row of a table says of a power."""

    unit: str
    code: str
    parent: str
    text: PowerText
    flowchart: Flowchart | None
    reason: str


def read(row: Row) -> PowerRow:
    """Read a row. Raises `Invalid` at the field that is wrong."""
    kind = _KINDS.get(row.text("kind"))
    if kind is None:
        raise Invalid(
            N_("类别“%(text)s”不是十类之一：%(kinds)s。"),
            field="kind",
            text=row.text("kind")[:20],
            kinds="、".join(KIND_WORDS.values()),
        )
    passes_on = row.text("passes_on").casefold()
    if passes_on not in _YES | _NO:
        raise Invalid(N_("请填“是”或“否”。"), field="passes_on")
    said = PowerText(
        name=row.text("name"),
        kind=kind,
        section=row.text("section"),
        post=row.text("post"),
        bases=tuple(basis_of(line) for line in _lines(row, "bases")),
        duties=tuple(duty_of(line) for line in _lines(row, "duties")),
        grounds=tuple(_lines(row, "grounds")),
        fee=row.text("fee"),
        fee_basis=row.text("fee_basis"),
        statutory=terms.typed(row.text("statutory"), field="statutory"),
        promised=terms.typed(row.text("promised"), field="promised"),
        telephone=row.text("telephone"),
        passes_on=passes_on in _YES,
    )
    chart = row.text("flowchart")
    return PowerRow(
        unit=row.text("unit"),
        code=row.text("code"),
        parent=row.text("parent").upper(),
        text=cleaned(said),
        flowchart=cleaned_chart(mermaid.read(chart)) if chart else None,
        reason=row.text("reason"),
    )


def written(
    *, unit: str, code: str, parent: str, text: PowerText, flowchart: Flowchart | None
) -> Mapping[str, str]:
    """The cells of a power, by the name of their column."""
    return {
        "unit": unit,
        "code": code,
        "parent": parent,
        "name": text.name,
        "kind": KIND_WORDS[text.kind],
        "section": text.section,
        "post": text.post,
        "bases": "\n".join(basis_line(basis) for basis in text.bases),
        "duties": "\n".join(f"{duty.stage}|{duty.text}" for duty in text.duties),
        "grounds": "\n".join(text.grounds),
        "fee": text.fee,
        "fee_basis": text.fee_basis,
        "statutory": terms.spelled(text.statutory),
        "promised": terms.spelled(text.promised),
        "telephone": text.telephone,
        "passes_on": "是" if text.passes_on else "否",
        "flowchart": mermaid.written(flowchart) if flowchart else "",
    }


def _lines(row: Row, name: str) -> Sequence[str]:
    return [line.strip() for line in row.text(name).splitlines() if line.strip()]


def basis_of(line: str) -> LegalBasis:
    """Read a legal basis from its line. Raises `Invalid`."""
    parts = [part.strip() for part in line.split("|")]
    if len(parts) > len(_BASIS_PARTS):
        raise Invalid(
            N_("一条依据最多 %(most)s 格，用 | 隔开：法名|条款|生效日|失效日|链接|说明|条文。"),
            field="bases",
            most=len(_BASIS_PARTS),
        )
    said = dict(zip(_BASIS_PARTS, parts, strict=False))
    return LegalBasis(
        law=said["law"],
        article=said.get("article", ""),
        text=said.get("text", ""),
        url=said.get("url", ""),
        from_on=cells.day(said["from_on"], field="bases") if said.get("from_on") else None,
        until_on=cells.day(said["until_on"], field="bases") if said.get("until_on") else None,
        note=said.get("note", ""),
    )


def basis_line(basis: LegalBasis) -> str:
    """A legal basis as its line."""
    parts = [
        basis.law,
        basis.article,
        basis.from_on.isoformat() if basis.from_on else "",
        basis.until_on.isoformat() if basis.until_on else "",
        basis.url,
        basis.note,
        basis.text,
    ]
    return "|".join(parts).rstrip("|")


def duty_of(line: str) -> Duty:
    """Read a duty from its line. Raises `Invalid`."""
    stage, stroke, text = line.partition("|")
    if not stroke or not text.strip():
        raise Invalid(N_("一条责任写成“阶段|责任”，例如“受理|一次告知要补的材料”。"), field="duties")
    return Duty(stage=stage.strip(), text=text.strip())
