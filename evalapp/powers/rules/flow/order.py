"""The order in which a flowchart is read: each part of it whole before the next, loops lead back."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from evalapp.powers.rules.flow.graph import Flowchart, StepKind, Way


def starts(chart: Flowchart) -> list[str]:
    """Where it begins: its starts, or else what nothing leads to."""
    own = [step.key for step in chart.steps if step.kind is StepKind.START]
    return own or [step.key for step in chart.steps if not chart.into[step.key]]


@lru_cache(maxsize=512)
def reading_order(chart: Flowchart) -> tuple[str, ...]:
    """Every step once: after whatever leads to it unless that is a loop, the parts of a branch together, short ones first.

    The reverse of the order in which a search leaves the steps; what no start reaches stands at the end.
    """
    begins = starts(chart)
    known = reached(chart, begins)
    unreached = [step.key for step in chart.steps if step.key not in known]
    left: list[str] = []
    entered: set[str] = set()
    for begin in [*unreached[::-1], *begins[::-1]]:
        if begin not in entered:
            _search(chart, begin, entered, left)
    return tuple(left[::-1])


def _search(chart: Flowchart, begin: str, entered: set[str], left: list[str]) -> None:
    entered.add(begin)
    waiting = [(begin, iter(_longest_first(chart, begin, entered)))]
    while waiting:
        key, targets = waiting[-1]
        target = next((each for each in targets if each not in entered), None)
        if target is None:
            left.append(key)
            waiting.pop()
        else:
            entered.add(target)
            waiting.append((target, iter(_longest_first(chart, target, entered))))


def _longest_first(chart: Flowchart, key: str, entered: set[str]) -> list[str]:
    """Where the ways out lead, with most steps behind first: what is left first is read last."""
    targets = [way.target for way in chart.out_of[key]][::-1]
    if len(targets) < 2:
        return targets
    return sorted(targets, key=lambda target: -_behind(chart, target, entered))


def _behind(chart: Flowchart, begin: str, entered: set[str]) -> int:
    """How many steps lie behind a way that the search has not entered."""
    found, waiting = set(entered) | {begin}, [begin]
    while waiting:
        near = [way.target for way in chart.out_of[waiting.pop()] if way.target not in found]
        waiting += near
        found.update(near)
    return len(found) - len(entered)


def reached(chart: Flowchart, begins: Sequence[str], *, backwards: bool = False) -> frozenset[str]:
    """Every step that a way leads to from `begins`, or from which one leads there."""
    found, waiting = set(begins), list(begins)
    while waiting:
        key = waiting.pop()
        near = (
            [way.source for way in chart.into[key]]
            if backwards
            else [way.target for way in chart.out_of[key]]
        )
        waiting += [each for each in near if each not in found]
        found.update(near)
    return frozenset(found)


def numbers(chart: Flowchart) -> Mapping[str, int]:
    """The number of each step, from 1 on, in the order of reading."""
    return {key: place for place, key in enumerate(reading_order(chart), start=1)}


def loops(chart: Flowchart) -> frozenset[Way]:
    """The ways that lead back."""
    place = numbers(chart)
    return frozenset(way for way in chart.ways if place[way.target] <= place[way.source])
