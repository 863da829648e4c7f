"""The graph of a flowchart: steps and the ways between them."""

import enum
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.terms import Basis, Term, TimeUnit

MOST_STEPS = 80
MOST_WAYS = 160
TITLE_LIMIT = 40
ACTOR_LIMIT = 30
ARTICLE_LIMIT = 60
LABEL_LIMIT = 16
_KEY = re.compile(r"[a-z][a-z0-9_]{0,23}")


class StepKind(enum.StrEnum):
    START = "start"  # what sets it going: an application, a report
    STEP = "step"
    DECISION = "decision"
    SPLIT = "split"  # from here on several things are done at the same time
    JOIN = "join"  # all of them are done
    END = "end"


class Party(enum.StrEnum):
    """Whose time a step takes."""

    UNIT = "unit"
    CLIENT = "client"  # 您来办
    OTHER = "other"  # another unit, an expert, a court


class Risk(enum.StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `article` is the article by which the clock pauses here, and is asked for where it does."""

    key: str
    kind: StepKind
    title: str
    actor: str = ""
    party: Party = Party.UNIT
    term: Term | None = None
    pauses: bool = False
    article: str = ""
    risk: Risk | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way from one step to another; out of a decision it has a label."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Flowchart:
    """Steps and ways in the order in which their author wrote them."""

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: what is worked out of a chart is kept by the chart."""
        return hash((self.steps, self.ways))

    @cached_property
    def by_key(self) -> Mapping[str, Step]:
        return {step.key: step for step in self.steps}

    @cached_property
    def out_of(self) -> Mapping[str, Sequence[Way]]:
        found: dict[str, list[Way]] = {step.key: [] for step in self.steps}
        for way in self.ways:
            found[way.source].append(way)
        return found

    @cached_property
    def into(self) -> Mapping[str, Sequence[Way]]:
        found: dict[str, list[Way]] = {step.key: [] for step in self.steps}
        for way in self.ways:
            found[way.target].append(way)
        return found

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of everything it says."""
        return hashlib.sha256(
            json.dumps(self.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()

    def document(self) -> dict[str, Any]:
        """The chart as plain data; what a step does not have is left out."""
        return {
            "steps": [_step_document(step) for step in self.steps],
            "ways": [
                {"from": way.source, "to": way.target} | ({"label": way.label} if way.label else {})
                for way in self.ways
            ],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` wrote, without looking whether it hangs together."""
        return cls(
            steps=tuple(_step_of(step) for step in document["steps"]),
            ways=tuple(
                Way(source=way["from"], target=way["to"], label=way.get("label", ""))
                for way in document["ways"]
            ),
        )


def term_document(term: Term | None) -> dict[str, Any] | None:
    """A term as plain data."""
    if term is None:
        return None
    return {"amount": term.amount, "unit": term.unit.value, "basis": term.basis.value}


def term_of(document: Mapping[str, Any] | None) -> Term | None:
    """Read what `term_document` wrote."""
    if not document:
        return None
    return Term(amount=document["amount"], unit=TimeUnit(document["unit"]), basis=Basis(document["basis"]))


def _step_document(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"key": step.key, "kind": step.kind.value, "title": step.title}
    if step.actor:
        said["actor"] = step.actor
    if step.party is not Party.UNIT:
        said["party"] = step.party.value
    if step.term is not None:
        said["term"] = term_document(step.term)
    if step.pauses:
        said["pauses"] = True
    if step.article:
        said["article"] = step.article
    if step.risk is not None:
        said["risk"] = step.risk.value
    return said


def _step_of(said: Mapping[str, Any]) -> Step:
    risk = said.get("risk")
    return Step(
        key=said["key"],
        kind=StepKind(said["kind"]),
        title=said["title"],
        actor=said.get("actor", ""),
        party=Party(said.get("party", Party.UNIT)),
        term=term_of(said.get("term")),
        pauses=said.get("pauses", False),
        article=said.get("article", ""),
        risk=Risk(risk) if risk else None,
    )


def cleaned(chart: Flowchart) -> Flowchart:
    """Return the chart with plain texts. Raises `Invalid` for what cannot be kept at all.

    A chart that may be kept may still be wrong: `checks` says how.
    """
    if not chart.steps:
        raise Invalid(N_("流程图里还没有步骤。"), field="flowchart")
    if len(chart.steps) > MOST_STEPS or len(chart.ways) > MOST_WAYS:
        raise Invalid(N_("流程图最多 %(most)s 步。"), field="flowchart", most=MOST_STEPS)
    keys = [step.key for step in chart.steps]
    if len(set(keys)) != len(keys) or not all(_KEY.fullmatch(key) for key in keys):
        raise Invalid(N_("流程图里步骤的记号不对或重复。"), field="flowchart")
    ends = {(way.source, way.target) for way in chart.ways}
    if len(ends) != len(chart.ways) or any(way.source == way.target for way in chart.ways):
        raise Invalid(N_("流程图里有重复的路，或者一步通到它自己。"), field="flowchart")
    if any({way.source, way.target} - set(keys) for way in chart.ways):
        raise Invalid(N_("流程图里有一条路通到没有的步骤。"), field="flowchart")
    return Flowchart(
        steps=tuple(_cleaned_step(step) for step in chart.steps),
        ways=tuple(
            Way(source=way.source, target=way.target, label=_line(way.label, "label", LABEL_LIMIT))
            for way in chart.ways
        ),
    )


def _cleaned_step(step: Step) -> Step:
    if step.pauses and step.kind not in {StepKind.STEP, StepKind.DECISION}:
        raise Invalid(N_("只有办理的步骤能暂停计时。"), field="pauses")
    return Step(
        key=step.key,
        kind=step.kind,
        title=_line(step.title, "title", TITLE_LIMIT, required=True),
        actor=_line(step.actor, "actor", ACTOR_LIMIT),
        party=step.party,
        term=terms.checked(step.term, field="amount"),
        pauses=step.pauses,
        article=_line(step.article, "article", ARTICLE_LIMIT),
        risk=step.risk,
    )


def _line(text: str, field: str, limit: int, *, required: bool = False) -> str:
    return " ".join(cleaned_text(text, field=field, limit=limit, required=required).split())
