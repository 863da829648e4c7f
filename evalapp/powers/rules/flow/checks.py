"""What is wrong with a flowchart: found in the graph, told in words, at the step that it is about."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evalapp.core.i18n import N_
from evalapp.core.terms import Term, TimeUnit
from evalapp.powers.rules.flow.graph import Flowchart, Party, Step, StepKind
from evalapp.powers.rules.flow.order import loops, numbers, reached, reading_order, starts

_MINUTES = {TimeUnit.MINUTE: 1, TimeUnit.HOUR: 60}


class Weight(enum.StrEnum):
    FAULT = "fault"  # is not published so
    HINT = "hint"  # may be meant so


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong. `message` is a source text with places that `params` fill; `key` names the step."""

    weight: Weight
    message: str
    key: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_fault(self) -> bool:
        return self.weight is Weight.FAULT


@dataclass(frozen=True, kw_only=True)
class Total:
    """How long the longest way through takes the unit, in the unit of time of the power's term."""

    amount: int
    is_whole: bool  # no step on the way is counted in another unit of time


def findings(chart: Flowchart, *, term: Term | None = None) -> list[Finding]:
    """Return everything that is wrong, in the order of reading; `term` is the power's, promised or else statutory."""
    found = [*_of_the_whole(chart), *_of_terms(chart, term)]
    for step in chart.steps:
        found += _of_a_step(chart, step)
    place = numbers(chart)
    return sorted(found, key=lambda one: (not one.is_fault, place.get(one.key, 0)))


def faults(chart: Flowchart, *, term: Term | None = None) -> list[Finding]:
    """Return what keeps the chart from being published."""
    return [one for one in findings(chart, term=term) if one.is_fault]


def _of_the_whole(chart: Flowchart) -> Iterator[Finding]:
    begins = [step.key for step in chart.steps if step.kind is StepKind.START]
    ends = [step.key for step in chart.steps if step.kind is StepKind.END]
    if len(begins) != 1:
        message = N_("没有开始的一步。") if not begins else N_("开始的步骤有 %(count)s 个，只能有一个。")
        yield _fault(message, count=len(begins))
    if not ends:
        yield _fault(N_("没有结束的一步：办到哪里算办完？"))
    forwards, backwards = reached(chart, starts(chart)), reached(chart, ends, backwards=True)
    for step in chart.steps:
        if step.key not in forwards:
            yield _fault(N_("“%(title)s”走不到：没有路通到它。"), step)
        elif ends and step.key not in backwards:
            yield _fault(N_("从“%(title)s”走不到结束。"), step)


def _of_a_step(chart: Flowchart, step: Step) -> Iterator[Finding]:
    ways_in, ways_out = chart.into[step.key], chart.out_of[step.key]
    if step.kind is StepKind.START and ways_in:
        yield _fault(N_("有路回到开始的“%(title)s”，请让它回到后面的一步。"), step)
    if step.kind is StepKind.END and ways_out:
        yield _fault(N_("结束的“%(title)s”后面还有路。"), step)
    if step.kind is StepKind.DECISION:
        yield from _of_a_decision(chart, step)
    elif step.kind is StepKind.SPLIT and len(ways_out) < 2:
        yield _fault(N_("“%(title)s”要同时办几件事，却只有一条出路。"), step)
    elif step.kind is StepKind.JOIN and len(ways_in) < 2:
        yield _fault(N_("“%(title)s”要等几件事办完，却只有一条路通到它。"), step)
    elif step.kind not in {StepKind.SPLIT, StepKind.END} and len(ways_out) > 1:
        yield _fault(
            N_("“%(title)s”有 %(count)s 条出路：请把它改成判断，或在后面加一个“同时办理”。"),
            step,
            count=len(ways_out),
        )
    if step.kind is StepKind.SPLIT and len(ways_out) > 1 and not _comes_together(chart, step):
        yield _hint(N_("“%(title)s”分开办的几件事，后面没有会合。"), step)
    if step.pauses and not step.article:
        yield _fault(N_("“%(title)s”暂停计时，却没有写按哪一条。"), step)
    if step.kind is StepKind.STEP and not step.actor:
        yield _hint(N_("“%(title)s”没有写由谁办。"), step)


def _of_a_decision(chart: Flowchart, step: Step) -> Iterator[Finding]:
    ways = chart.out_of[step.key]
    labels = [way.label for way in ways]
    if len(ways) < 2:
        yield _fault(N_("判断“%(title)s”只有 %(count)s 条出路，至少要有两条。"), step, count=len(ways))
    if not all(labels) and ways:
        yield _fault(N_("判断“%(title)s”有一条出路没有写是哪种情形。"), step)
    if len(set(filter(None, labels))) < len(list(filter(None, labels))):
        yield _fault(N_("判断“%(title)s”有两条出路写得一样。"), step)


def _comes_together(chart: Flowchart, split: Step) -> bool:
    """Whether one and the same join lies behind all ways out of a split."""
    behind = [reached(chart, [way.target]) for way in chart.out_of[split.key]]
    shared = frozenset.intersection(*behind)
    return any(chart.by_key[key].kind is StepKind.JOIN for key in shared)


def _of_terms(chart: Flowchart, term: Term | None) -> Iterator[Finding]:
    if term is None:
        return
    found = total(chart, term)
    if found.amount > term.amount:
        yield _fault(
            N_(
                "最长的一条路，各步时限加起来是 %(sum)s，超过这项权力的 %(limit)s（单位相同，暂停计时的不算）。"
            ),
            sum=found.amount,
            limit=term.amount,
        )
    elif not found.is_whole:
        yield _hint(N_("有的步骤按别的时间单位计时，没有加进总和，请自己核对一次。"))


def total(chart: Flowchart, term: Term) -> Total:
    """Return how long the longest way through takes the unit itself: loops once, what pauses the clock not at all.

    Things done at the same time take as long as the longest of them.
    """
    back = loops(chart)
    longest: dict[str, int] = {}
    is_whole = True
    for key in reading_order(chart):
        own = _own_time(chart.by_key[key], term)
        is_whole = is_whole and own is not None
        before = [longest.get(way.source, 0) for way in chart.into[key] if way not in back]
        longest[key] = max(before, default=0) + (own or 0)
    return Total(amount=max(longest.values(), default=0), is_whole=is_whole)


def _own_time(step: Step, term: Term) -> int | None:
    """What a step takes of the unit's term, None when it is counted in another unit of time."""
    own = step.term
    if own is None or step.pauses or step.party is not Party.UNIT:
        return 0
    if (own.unit, own.basis) == (term.unit, term.basis):
        return own.amount
    if own.unit in _MINUTES and term.unit in _MINUTES and own.basis is term.basis:
        return -(-own.amount * _MINUTES[own.unit] // _MINUTES[term.unit])
    return None


def _fault(message: str, step: Step | None = None, **params: object) -> Finding:
    return _finding(Weight.FAULT, message, step, params)


def _hint(message: str, step: Step | None = None, **params: object) -> Finding:
    return _finding(Weight.HINT, message, step, params)


def _finding(weight: Weight, message: str, step: Step | None, params: Mapping[str, object]) -> Finding:
    named = {"title": step.title} if step else {}
    return Finding(weight=weight, message=message, key=step.key if step else "", params=named | dict(params))


def told(found: Sequence[Finding]) -> str:
    """The findings as one text, for a report by cell."""
    return "；".join((one.message % one.params).rstrip("。") for one in found)
