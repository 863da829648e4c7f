"""Changing a flowchart step by step: what the unit's desk offers. Each change gives a new chart."""

from collections.abc import Sequence
from dataclasses import replace

from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.powers.rules.flow.graph import Flowchart, Party, Step, StepKind, Way

_HAS_SEVERAL = {StepKind.DECISION, StepKind.SPLIT}


def beginning(*, start: str, end: str) -> Flowchart:
    """The chart that a unit begins with: it is set going, and it is done."""
    return Flowchart(
        steps=(
            Step(key="n1", kind=StepKind.START, title=start, party=Party.CLIENT),
            Step(key="n2", kind=StepKind.END, title=end),
        ),
        ways=(Way(source="n1", target="n2"),),
    )


def step_of(chart: Flowchart, key: str) -> Step:
    """Return a step; raises `NotFound`."""
    found = chart.by_key.get(key)
    if found is None:
        raise NotFound(N_("流程图里没有这一步。"))
    return found


def with_step(chart: Flowchart, step: Step, ways: Sequence[Way]) -> Flowchart:
    """Put a step and its ways out in the place of those with its key."""
    step_of(chart, step.key)
    others = [way for way in chart.ways if way.source != step.key]
    first = next((at for at, way in enumerate(chart.ways) if way.source == step.key), len(others))
    place = min(first, len(others))
    return Flowchart(
        steps=tuple(step if each.key == step.key else each for each in chart.steps),
        ways=(*others[:place], *ways, *others[place:]),
    )


def added_after(chart: Flowchart, key: str, *, title: str) -> tuple[Flowchart, str]:
    """Put a new step behind one: into its only way out, or as one more way out of a decision or split.

    An end gets the new step in front of it: nothing comes after the end. Returns the chart and the new step's key.
    """
    before = step_of(chart, key)
    new = Step(key=_new_key(chart), kind=StepKind.STEP, title=title)
    place = [each.key for each in chart.steps].index(key)
    if before.kind is StepKind.END:
        steps = (*chart.steps[:place], new, *chart.steps[place:])
        ways = [replace(way, target=new.key) if way.target == key else way for way in chart.ways]
        return Flowchart(steps=steps, ways=(*ways, Way(source=new.key, target=key))), new.key
    steps = (*chart.steps[: place + 1], new, *chart.steps[place + 1 :])
    if before.kind in _HAS_SEVERAL or not chart.out_of[key]:
        return Flowchart(steps=steps, ways=(*chart.ways, Way(source=key, target=new.key))), new.key
    moved = [replace(way, source=new.key, label="") if way.source == key else way for way in chart.ways]
    labels = [way.label for way in chart.out_of[key]]
    return (
        Flowchart(
            steps=steps,
            ways=(*moved, Way(source=key, target=new.key, label=labels[0] if len(labels) == 1 else "")),
        ),
        new.key,
    )


def removed(chart: Flowchart, key: str) -> Flowchart:
    """Take a step out; what led to it leads to where its only way out led."""
    step_of(chart, key)
    if len(chart.steps) == 1:
        raise Conflict(N_("最后一步不能删。"))
    onward = chart.out_of[key][0].target if len(chart.out_of[key]) == 1 else ""
    known = {(way.source, way.target) for way in chart.ways}
    ways: list[Way] = []
    for way in chart.ways:
        if way.source == key:
            continue
        if way.target != key:
            ways.append(way)
        elif onward and onward != way.source and (way.source, onward) not in known:
            ways.append(replace(way, target=onward))
    return Flowchart(steps=tuple(step for step in chart.steps if step.key != key), ways=tuple(ways))


def moved(chart: Flowchart, key: str, *, up: bool) -> Flowchart:
    """Let a step change places with its neighbour on a straight stretch: what each does, not where lines lead.

    Refuses where the line parts or comes together: there the ways themselves are to be changed.
    """
    step_of(chart, key)
    near = chart.into[key] if up else chart.out_of[key]
    other = (near[0].source if up else near[0].target) if len(near) == 1 else ""
    first, second = (other, key) if up else (key, other)
    if not other or not _is_straight(chart, first, second):
        raise Conflict(N_("这一步的前后不是一条直路，不能移动。请改它的出路。"))
    names = {first: second, second: first}
    steps = list(chart.steps)
    one, two = ([step.key for step in steps].index(each) for each in (first, second))
    steps[one], steps[two] = steps[two], steps[one]
    ways = []
    for way in chart.ways:
        if (way.source, way.target) == (first, second):
            ways.append(replace(way, source=second, target=first))
        else:
            source = names.get(way.source, way.source)
            target = names.get(way.target, way.target)
            ways.append(replace(way, source=source, target=target))
    return Flowchart(steps=tuple(steps), ways=tuple(ways))


def _is_straight(chart: Flowchart, first: str, second: str) -> bool:
    kinds = {chart.by_key[first].kind, chart.by_key[second].kind}
    return (
        kinds == {StepKind.STEP}
        and len(chart.out_of[first]) == 1
        and len(chart.into[second]) == 1
        and len(chart.out_of[second]) <= 1
    )


def _new_key(chart: Flowchart) -> str:
    taken = {step.key for step in chart.steps}
    return next(f"n{number}" for number in range(1, len(taken) + 2) if f"n{number}" not in taken)
