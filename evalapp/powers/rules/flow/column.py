"""The narrow layout: one column in the order of reading, for a telephone. It always fits, whatever the chart.

Ways to the next step go straight down. Others run beside the column: what leads on to a step of its own at the right,
what comes together or leads back at the left. Longer ones lie further out, so that lines of branches and of things done
at the same time never cross; each names the step that it leads to where it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalapp.powers.rules.flow import measuring
from evalapp.powers.rules.flow.graph import Flowchart, Way
from evalapp.powers.rules.flow.measuring import OPTION_LINE, PAD, SMALL
from evalapp.powers.rules.flow.order import numbers, reading_order
from evalapp.powers.rules.flow.places import Box, Places, Point, Route

WIDTH = 328  # what a page 360 wide has for it
_GAP = 28
_NARROWEST = 200
_LANE = 11.0
_EDGE = 5


@dataclass(frozen=True, kw_only=True)
class _Arc:
    """A way beside the column, from one place in the order to another."""

    way: Way
    source: int
    target: int
    is_right: bool
    lane: int = 0

    @property
    def span(self) -> tuple[int, int]:
        return min(self.source, self.target), max(self.source, self.target)

    @property
    def length(self) -> int:
        return abs(self.source - self.target)


def option_words(chart: Flowchart, way: Way) -> str:
    """What stands where a way leaves: its label and the step that it leads to."""
    return f"{way.label} → {numbers(chart)[way.target]}".strip()


def options_of(chart: Flowchart, key: str) -> list[Way]:
    """The ways that are named where they leave, those that lead furthest first, the one to the next step last."""
    place = numbers(chart)
    ways = chart.out_of[key]
    if len(ways) == 1 and place[ways[0].target] == place[key] + 1 and not ways[0].label:
        return []
    return sorted(ways, key=lambda way: (place[way.target] > place[key], -place[way.target]))


def column(chart: Flowchart) -> Places:
    """Return the places of a chart in one column."""
    arcs = _in_lanes(_arcs(chart))
    left = max((arc.lane for arc in arcs if not arc.is_right), default=0)
    right = max((arc.lane for arc in arcs if arc.is_right), default=0)
    lane = min(_LANE, (WIDTH - _NARROWEST - 2 * _EDGE) / max(left + right, 1))
    x = round(_EDGE + left * lane)
    box_width = round(WIDTH - 2 * _EDGE - (left + right) * lane)
    boxes, rows = _stacked(chart, x, box_width)
    ports = _ports(chart, arcs, boxes, rows)
    routes = []
    by_way = {arc.way: arc for arc in arcs}
    for way in chart.ways:
        arc = by_way.get(way)
        if arc is None:
            points = _straight(boxes[way.source], boxes[way.target])
        else:
            points = _beside(arc, boxes, ports, lane)
        routes.append(Route(points=points, label=rows.get(way)))
    height = max((box.bottom for box in boxes.values()), default=0) + _EDGE
    return Places(width=WIDTH, height=height, boxes=boxes, routes=tuple(routes))


def _arcs(chart: Flowchart) -> list[_Arc]:
    place = numbers(chart)
    forwards = {key: sum(place[way.source] < place[key] for way in ways) for key, ways in chart.into.items()}
    return [
        _Arc(
            way=way,
            source=place[way.source],
            target=place[way.target],
            is_right=place[way.target] > place[way.source] and forwards[way.target] == 1,
        )
        for way in chart.ways
        if place[way.target] != place[way.source] + 1
    ]


def _in_lanes(arcs: Sequence[_Arc]) -> list[_Arc]:
    """Short ones nearest to the column, longer ones outside of those that they pass."""
    placed: list[_Arc] = []
    for arc in sorted(arcs, key=lambda one: one.length):
        passed = [
            other.lane
            for other in placed
            if other.is_right is arc.is_right and other.span[0] < arc.span[1] and arc.span[0] < other.span[1]
        ]
        lane = max(passed, default=0) + 1
        placed.append(
            _Arc(way=arc.way, source=arc.source, target=arc.target, is_right=arc.is_right, lane=lane)
        )
    return placed


def _stacked(chart: Flowchart, x: int, box_width: int) -> tuple[dict[str, Box], dict[Way, Box]]:
    """The boxes of the steps one below the other, and the rows inside them that name the ways out."""
    boxes: dict[str, Box] = {}
    rows: dict[Way, Box] = {}
    y = float(_EDGE)
    room = box_width - 2 * PAD
    for key in reading_order(chart):
        shape = measuring.shape(chart.by_key[key], box_width)
        height = float(shape.height)
        for way in options_of(chart, key):
            lines = len(measuring.wrapped(option_words(chart, way), room, SMALL))
            rows[way] = Box(x=x + PAD, y=y + height - PAD / 2, width=room, height=OPTION_LINE * lines)
            height += OPTION_LINE * lines
        boxes[key] = Box(x=x, y=y, width=box_width, height=height)
        y += height + _GAP
    return boxes, rows


def _ports(
    chart: Flowchart, arcs: Sequence[_Arc], boxes: Mapping[str, Box], rows: Mapping[Way, Box]
) -> dict[tuple[Way, bool], float]:
    """At which height each way beside the column leaves (True) and enters (False)."""
    found: dict[tuple[Way, bool], float] = {}
    for arc in arcs:
        row = rows[arc.way]
        found[arc.way, True] = row.y + row.height / 2
    for key in boxes:
        box = boxes[key]
        head = box.height - sum(rows[way].height for way in chart.out_of[key] if way in rows)
        for is_right in (True, False):
            entering = [arc for arc in arcs if arc.way.target == key and arc.is_right is is_right]
            # From above: the shortest highest. From below: the longest highest. So none passes another.
            entering.sort(key=lambda arc: arc.length if arc.source < arc.target else 10_000 - arc.length)
            for at, arc in enumerate(entering, start=1):
                found[arc.way, False] = box.y + head * at / (len(entering) + 1)
    return found


def _straight(source: Box, target: Box) -> tuple[Point, ...]:
    middle = source.x + source.width / 2
    return (middle, source.bottom), (middle, target.y)


def _beside(
    arc: _Arc, boxes: Mapping[str, Box], ports: Mapping[tuple[Way, bool], float], lane: float
) -> tuple[Point, ...]:
    source, target = boxes[arc.way.source], boxes[arc.way.target]
    leaves, enters = ports[arc.way, True], ports[arc.way, False]
    if arc.is_right:
        x = source.right + arc.lane * lane
        return (source.right, leaves), (x, leaves), (x, enters), (target.right, enters)
    x = source.x - arc.lane * lane
    return (source.x, leaves), (x, leaves), (x, enters), (target.x, enters)
