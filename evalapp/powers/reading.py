"""What pages of powers share, public and on the desk: words in the reader's language, drawings, the list that says the same."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from flask import get_template_attribute, request
from markupsafe import Markup

from evalapp.core import terms
from evalapp.core.i18n import N_
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.core.wording import Piece, difference
from evalapp.powers.models import KeptFlowchart
from evalapp.powers.queries.power import WholeVersion
from evalapp.powers.queries.versions import PastVersion
from evalapp.powers.queries.years import ChangedPower
from evalapp.powers.rules.flow import drawing
from evalapp.powers.rules.flow.checks import Finding
from evalapp.powers.rules.flow.drawing import Words
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, term_of
from evalapp.powers.rules.flow.measuring import Fact
from evalapp.powers.rules.flow.order import numbers, reading_order
from evalapp.powers.rules.flow.places import Places
from evalapp.powers.rules.history import Change, changed_fields
from evalapp.powers.rules.kinds import (
    KIND_WORDS,
    LEVEL_WORDS,
    RISK_WORDS,
    STATE_WORDS,
    STEP_WORDS,
    Level,
    PowerKind,
)
from evalapp.powers.rules.text import LegalBasis, PowerText
from evalapp.web.i18n import _, gettext, language, ngettext

PAPER_HEIGHT = 1_150  # of a page of paper, in the units of a drawing as wide as it can be read there

_LARGEST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class OnwardWay:
    """Where one goes on: to which number, and in which case."""

    label: str
    number: int
    title: str
    is_back: bool


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A step in the list that says what the drawing shows."""

    number: int
    step: Step
    kind: str
    term: str
    risk: str
    onward: Sequence[OnwardWay]

    @property
    def is_clients(self) -> bool:
        return self.step.party is Party.CLIENT

    @property
    def is_decision(self) -> bool:
        return self.step.kind is StepKind.DECISION


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """A flowchart drawn twice; a screen shows one of them."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True, kw_only=True)
class ShownFlowchart(Drawings):
    """A flowchart as a page shows it: its drawings, and the list that says the same."""

    steps: Markup


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """A field of two versions beside one another."""

    name: str
    pieces: Sequence[Piece]


def words() -> dict[str, dict[str, str] | dict[int, str]]:
    """What pages call kinds, states, levels and kinds of steps; sources, to be translated where they are shown."""
    return {
        "kinds": {kind.value: word for kind, word in KIND_WORDS.items()},
        "states": {state.value: word for state, word in STATE_WORDS.items()},
        "levels": {level.value: word for level, word in LEVEL_WORDS.items()},
        "steps": {kind.value: word for kind, word in STEP_WORDS.items()},
    }


def kinds() -> dict[PowerKind, str]:
    """What each kind is called, in the reader's language: once for a list, not once a row."""
    return {kind: gettext(word) for kind, word in KIND_WORDS.items()}


def levels() -> dict[Level, str]:
    """What each level of the tree is called, in the reader's language."""
    return {level: gettext(word) for level, word in LEVEL_WORDS.items()}


def term_words(term: Term | None) -> str:
    """A term in the reader's language, empty without one."""
    if term is None:
        return ""
    amount = term.amount
    if term.unit is TimeUnit.MINUTE:
        return ngettext("%(num)s 分钟", "%(num)s minutes", amount)
    if term.unit is TimeUnit.MONTH:
        return ngettext("%(num)s 个月", "%(num)s months", amount)
    if term.unit is TimeUnit.HOUR:
        return (
            ngettext("%(num)s 个工作小时", "%(num)s working hours", amount)
            if term.basis is Basis.WORKING
            else ngettext("%(num)s 小时", "%(num)s hours", amount)
        )
    if term.basis is Basis.WORKING:
        return ngettext("%(num)s 个工作日", "%(num)s working days", amount)
    return ngettext("%(num)s 日", "%(num)s days", amount)


def risk_words(risk: Risk | None) -> str:
    return _("廉政风险：%(level)s", level=gettext(RISK_WORDS[risk])) if risk else ""


def fact_words(step: Step, fact: Fact) -> str:
    """The line below a step's title in a drawing."""
    match fact:
        case Fact.CLIENT:
            return _("您来办")
        case Fact.TERM:
            return term_words(step.term)
        case Fact.PAUSE:
            return _("暂停计时")
        case Fact.RISK:
            return risk_words(step.risk)


def shown_flowchart(
    flowchart_id: uuid.UUID | None, read: Callable[[uuid.UUID], KeptFlowchart]
) -> ShownFlowchart | None:
    """Draw a flowchart twice and list its steps.

    A kept flowchart never changes: the newest ones that were asked for are remembered as they stand on a page, and only
    what is not remembered is read.
    """
    if flowchart_id is None:
        return None
    return _remembered(_Asked(id=flowchart_id, language=language(), read=read))


def own_flowchart(kept: KeptFlowchart | None) -> ShownFlowchart | None:
    """The same of a flowchart that was read already: on the desk, where it is worked on."""
    return shown_flowchart(kept.id, lambda _id: kept) if kept is not None else None


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A flowchart in a language."""

    id: uuid.UUID
    language: str
    read: Callable[[uuid.UUID], KeptFlowchart] = field(compare=False)


@lru_cache(maxsize=128)
def _remembered(asked: _Asked) -> ShownFlowchart:
    kept = asked.read(asked.id)
    chart = kept.chart
    twice = drawn_twice(chart, kept.wide_places, kept.narrow_places)
    return ShownFlowchart(
        wide=twice.wide,
        narrow=twice.narrow,
        steps=get_template_attribute("powers/_flowchart.html", "steps")(entries(chart)),
    )


def drawn_twice(chart: Flowchart, wide: Places, narrow: Places) -> Drawings:
    """Draw a flowchart for a wide screen and for a narrow one."""
    said = Words(name=_("流程图"), fact=fact_words)
    return Drawings(
        wide=drawing.drawn(chart, wide, said), narrow=drawing.drawn(chart, narrow, said, narrow=True)
    )


def paper_flowchart(kept: KeptFlowchart, *, name: str) -> list[Markup]:
    """Draw a flowchart for paper, cut between steps where it is longer than a page."""
    chart, places = kept.chart, kept.wide_places
    said = Words(name=_("%(name)s的流程图", name=name), fact=fact_words)
    most = max(PAPER_HEIGHT, places.width * 1.35)
    return [drawing.drawn(chart, places, said, window=window) for window in drawing.pages(places, most)]


def entries(chart: Flowchart) -> list[Entry]:
    """The list of steps in the order of reading."""
    place = numbers(chart)
    return [
        Entry(
            number=place[key],
            step=chart.by_key[key],
            kind=gettext(STEP_WORDS[chart.by_key[key].kind]),
            term=term_words(chart.by_key[key].term),
            risk=risk_words(chart.by_key[key].risk),
            onward=[
                OnwardWay(
                    label=way.label,
                    number=place[way.target],
                    title=chart.by_key[way.target].title,
                    is_back=place[way.target] <= place[key],
                )
                for way in chart.out_of[key]
            ],
        )
        for key in reading_order(chart)
    ]


def finding_words(finding: Finding) -> str:
    """What is wrong with a flowchart, in the reader's language."""
    return gettext(finding.message, **finding.params)


def compared(old: WholeVersion, new: WholeVersion) -> list[ComparedRow]:
    """Two versions field by field; what did not change is left out but for the name."""
    return changed_rows(_fields(old), _fields(new))


def asked_versions(past: Sequence[PastVersion]) -> tuple[int, int] | None:
    """The numbers of the two versions that an address compares: the asked ones, or the newest and the one before."""
    if len(past) < 2:
        return None
    newest = past[0].number
    return asked_number("old") or newest - 1, asked_number("new") or newest


def asked_number(name: str) -> int:
    """A number that an address asks for; 0 for none."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number < _LARGEST else 0


def changed_rows(was: Mapping[str, str], now: Mapping[str, str]) -> list[ComparedRow]:
    """The fields that do not say the same, with the difference of each."""
    return [
        ComparedRow(name=name, pieces=difference(was[name], said))
        for name, said in now.items()
        if was[name] != said
    ]


def _fields(version: WholeVersion) -> dict[str, str]:
    text: PowerText = version.version.text
    chart = version.flowchart.chart if version.flowchart is not None else None
    said = {
        "name": text.name,
        "kind": gettext(KIND_WORDS[text.kind]),
        "section": text.section,
        "post": text.post,
        "bases": "\n".join(_basis_line(basis) for basis in text.bases),
        "duties": "\n".join(f"{duty.stage}：{duty.text}" for duty in text.duties),
        "grounds": "\n".join(text.grounds),
        "fee": text.fee,
        "fee_basis": text.fee_basis,
        "statutory": term_words(text.statutory),
        "promised": term_words(text.promised),
        "telephone": text.telephone,
        "passes_on": _("是") if text.passes_on else _("否"),
    }
    steps = "\n".join(_step_line(entry) for entry in entries(chart)) if chart else ""
    return {gettext(_FIELD_WORDS[name]): value for name, value in said.items()} | {_("流程图"): steps}


CHANGE_WORDS = {Change.CHANGED: N_("改动"), Change.ADDED: N_("新增"), Change.WITHDRAWN: N_("已撤回")}
# Fields of a document; those that fit on a line say what they were and what they are.
_FIELD_WORDS = {
    "name": N_("名称"),
    "kind": N_("类别"),
    "section": N_("承办科室"),
    "post": N_("责任岗位"),
    "bases": N_("法律依据"),
    "duties": N_("责任事项"),
    "grounds": N_("追责情形"),
    "fee": N_("收费标准"),
    "fee_basis": N_("收费依据"),
    "statutory": N_("法定时限"),
    "promised": N_("承诺时限"),
    "telephone": N_("监督电话"),
    "passes_on": N_("审核转报"),
}


@dataclass(frozen=True, kw_only=True)
class BriefChange:
    """A field that changed; what it was and is where that fits on a line."""

    name: str
    was: str = ""
    now: str = ""


NO_FIELD = BriefChange(name="")


def brief_changes(power: ChangedPower) -> list[BriefChange]:
    """Which fields of a power changed between two moments; its own page shows the wordings beside one another."""
    found = [
        BriefChange(
            name=gettext(_FIELD_WORDS[name]),
            was=_brief(name, power.old.get(name)),
            now=_brief(name, power.new.get(name)),
        )
        for name in changed_fields(power.old, power.new)
    ]
    if power.has_new_flowchart:
        found.append(BriefChange(name=_("流程图")))
    return found


def _brief(name: str, said: object) -> str:
    if name in {"statutory", "promised"} and (said is None or isinstance(said, Mapping)):
        return term_words(term_of(said)) or "—"
    if isinstance(said, bool):
        return _("是") if said else _("否")
    if name == "kind" and isinstance(said, str):
        return gettext(KIND_WORDS[PowerKind(said)])
    return (said or "—") if isinstance(said, str) else ""


def _basis_line(basis: LegalBasis) -> str:
    days = "–".join(day.isoformat() if day else "" for day in (basis.from_on, basis.until_on))
    return " ".join(part for part in (basis.law, basis.article, days.strip("–"), basis.text) if part)


def _step_line(entry: Entry) -> str:
    step = entry.step
    said = [step.actor, terms.spelled(step.term), step.article, entry.risk]
    ways = "；".join(f"{way.label} → {way.title}".strip() for way in entry.onward)
    about = "，".join(part for part in said if part)
    return f"{step.title}" + (f"（{about}）" if about else "") + (f"：{ways}" if ways else "")
