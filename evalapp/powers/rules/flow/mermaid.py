"""A flowchart as Mermaid text and back: the part of the language that docs/flowcharts.md describes, and nothing else.

What Mermaid has no words for (who acts, terms, pauses, risks) stands in comments that Mermaid passes over.
"""

import re
from dataclasses import dataclass, field

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, Way

_LONGEST = 60_000
_OPENERS: tuple[tuple[str, str, StepKind | None], ...] = (
    ("(((", ")))", StepKind.END),
    ("([", "])", None),  # a start where nothing leads in, else an end
    ("((", "))", None),
    ("[/", "\\]", StepKind.SPLIT),
    ("[\\", "/]", StepKind.JOIN),
    ("{", "}", StepKind.DECISION),
    ("[", "]", StepKind.STEP),
    ("(", ")", StepKind.STEP),
)
_CLOSERS = {
    StepKind.START: ("([", "])"),
    StepKind.END: ("(((", ")))"),
    StepKind.SPLIT: ("[/", "\\]"),
    StepKind.JOIN: ("[\\", "/]"),
    StepKind.DECISION: ("{", "}"),
    StepKind.STEP: ("[", "]"),
}
_HEAD = re.compile(r"(?:flowchart|graph)(?:\s+(?:TD|TB|LR|BT|RL))?\s*;?")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ARROW = re.compile(r"\s*(?:--+>|==+>)\s*(?:\|(?P<label>[^|]*)\|)?\s*|\s*--\s+(?P<words>.+?)\s+--+>\s*")
_NOTE = re.compile(r"%%\s*step\s+(?P<key>[A-Za-z][A-Za-z0-9_]*)(?P<said>.*)")
_SAID = re.compile(r'\s*([a-z]+)=(?:"([^"]*)"|(\S+))')
_KEYWORDS = frozenset(
    {
        "subgraph",
        "end",
        "classdef",
        "class",
        "style",
        "linkstyle",
        "click",
        "direction",
        "acctitle",
        "accdescr",
    }
)
_FIELDS = frozenset({"actor", "party", "term", "pauses", "article", "risk", "kind"})


def written(chart: Flowchart) -> str:
    """The chart as Mermaid text; `read` makes the same chart of it."""
    lines = ["flowchart TD"]
    for step in chart.steps:
        opener, closer = _CLOSERS[step.kind]
        lines.append(f"  {step.key}{opener}{_quoted(step.title)}{closer}")
    for way in chart.ways:
        label = f"|{_quoted(way.label)}|" if way.label else ""
        lines.append(f"  {way.source} -->{label} {way.target}")
    lines += [f"  %% step {step.key}{said}" for step in chart.steps if (said := _note(step))]
    return "\n".join(lines) + "\n"


def read(text: str) -> Flowchart:
    """Read Mermaid text. Raises `Invalid` naming the line and what is not taken."""
    if len(text) > _LONGEST:
        raise Invalid(N_("Mermaid 文本太长。"), field="flowchart")
    reading = _Reading()
    has_head = False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("---"):
            continue
        if line.startswith("%%"):
            reading.note(line, number)
        elif not has_head:
            if not _HEAD.fullmatch(line):
                raise Invalid(N_("第一行应是 flowchart TD。"), field="flowchart")
            has_head = True
        else:
            reading.take(line.rstrip(";").rstrip(), number)
    return reading.chart()


@dataclass(kw_only=True)
class _Found:
    """What is known of a step so far."""

    title: str = ""
    kind: StepKind | None = None
    is_round: bool = False  # drawn as a start or an end
    said: dict[str, str] = field(default_factory=dict)


class _Reading:
    """Steps in the order in which they are first named, and ways."""

    def __init__(self) -> None:
        self._steps: dict[str, _Found] = {}
        self._ways: list[Way] = []

    def note(self, line: str, number: int) -> None:
        found = _NOTE.fullmatch(line)
        if found is None:
            return  # any other comment
        said = {name: quoted or bare for name, quoted, bare in _SAID.findall(found["said"])}
        if _SAID.sub("", found["said"]).strip() or said.keys() - _FIELDS:
            raise Invalid(
                N_("第 %(row)s 行的说明写得不对：%(text)s"), field="flowchart", row=number, text=line[:60]
            )
        self._steps.setdefault(found["key"], _Found()).said = {
            name: _plain(value) for name, value in said.items()
        }

    def take(self, line: str, number: int) -> None:
        word = line.split(maxsplit=1)[0].casefold()
        if word in _KEYWORDS:
            raise Invalid(
                N_("第 %(row)s 行用了 %(word)s，这里不收。请只写步骤和箭头。"),
                field="flowchart",
                row=number,
                word=word,
            )
        source, at = self._step(line, 0, number)
        while at < len(line):
            arrow = _ARROW.match(line, at)
            if arrow is None:
                raise self._refused(line[at:], number)
            target, at = self._step(line, arrow.end(), number)
            label = _plain((arrow["label"] or arrow["words"] or "").strip())
            self._ways.append(Way(source=source, target=target, label=label))
            source = target

    def chart(self) -> Flowchart:
        targets = {way.target for way in self._ways}
        return Flowchart(
            steps=tuple(self._made(key, found, targets) for key, found in self._steps.items()),
            ways=tuple(
                Way(source=_key(way.source), target=_key(way.target), label=way.label) for way in self._ways
            ),
        )

    def _step(self, line: str, at: int, number: int) -> tuple[str, int]:
        named = _KEY.match(line, at)
        if named is None:
            raise self._refused(line[at:], number)
        key, at = named[0], named.end()
        found = self._steps.setdefault(key, _Found())
        for opener, closer, kind in _OPENERS:
            if line.startswith(opener, at):
                end = self._end(line, at + len(opener), closer)
                if end < 0:
                    raise self._refused(line[at:], number)
                found.title = _plain(line[at + len(opener) : end].strip())
                found.kind, found.is_round = kind, kind is None
                return key, end + len(closer)
        return key, at

    @staticmethod
    def _end(line: str, at: int, closer: str) -> int:
        """Where a step's words end: behind their quotation marks where they have some."""
        if line.startswith('"', at):
            at = line.find('"', at + 1)
            return line.find(closer, at) if at > 0 else -1
        return line.find(closer, at)

    @staticmethod
    def _refused(rest: str, number: int) -> Invalid:
        return Invalid(
            N_("第 %(row)s 行这里看不懂：%(text)s"), field="flowchart", row=number, text=rest.strip()[:40]
        )

    @staticmethod
    def _made(key: str, found: _Found, targets: set[str]) -> Step:
        said = found.said
        round_kind = StepKind.END if key in targets else StepKind.START
        kind = found.kind or (round_kind if found.is_round else StepKind.STEP)
        try:
            return Step(
                key=_key(key),
                kind=StepKind(said["kind"]) if "kind" in said else kind,
                title=found.title or key,
                actor=said.get("actor", ""),
                party=Party(said.get("party", Party.UNIT.value)),
                term=terms.typed(said.get("term", ""), field="flowchart"),
                pauses="pauses" in said,
                article=said.get("pauses") or said.get("article", ""),
                risk=Risk(said["risk"]) if "risk" in said else None,
            )
        except ValueError as error:
            raise Invalid(N_("步骤 %(key)s 的说明里有不认识的词。"), field="flowchart", key=key) from error


def _note(step: Step) -> str:
    said = {
        "actor": step.actor,
        "party": "" if step.party is Party.UNIT else step.party.value,
        "term": terms.spelled(step.term),
        "article": "" if step.pauses else step.article,
        "risk": step.risk.value if step.risk else "",
    }
    parts = [f" {name}={_quoted(value)}" for name, value in said.items() if value]
    return "".join([*parts, *([f" pauses={_quoted(step.article)}"] if step.pauses else [])])


def _quoted(text: str) -> str:
    return '"' + text.replace("#", "#35;").replace('"', "#quot;").replace("|", "#124;") + '"'


def _plain(text: str) -> str:
    inner = text[1:-1] if len(text) > 1 and text.startswith('"') and text.endswith('"') else text
    return inner.replace("#quot;", '"').replace("#124;", "|").replace("#35;", "#").replace("<br/>", " ")


def _key(key: str) -> str:
    return key.casefold()
