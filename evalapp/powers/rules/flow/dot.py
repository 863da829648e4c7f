"""A flowchart in the language of graphviz, and what graphviz answers: only sizes go out, only coordinates come back.

No word of a chart reaches the program: two charts with the same sizes and ways are the same to it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evalapp.powers.rules.flow import measuring
from evalapp.powers.rules.flow.graph import Flowchart, StepKind
from evalapp.powers.rules.flow.measuring import SMALL, SMALL_LINE
from evalapp.powers.rules.flow.order import loops, reading_order
from evalapp.powers.rules.flow.places import Box, Places, Point, Route

BOX = 188
_LABEL_ROOM = 96
_LABEL_PAD = 6
_MARGIN = 8
_POINTS = 72  # an inch has so many; ours are the page's pixels
_NUMBERS = re.compile(r"-?[0-9.]+(?:e[+-]?[0-9]+)?")


def box_width(kind: StepKind) -> int:
    """How wide a step is drawn."""
    return BOX + (2 * measuring.SLANT if kind is StepKind.DECISION else 0)


def source(chart: Flowchart, *, keeps_order: bool = True) -> str:
    """The chart for `dot`, its steps numbered in the order of reading; loops are turned round, so that it reads downwards."""
    order = reading_order(chart)
    number = {key: at for at, key in enumerate(order)}
    lines = [
        "digraph {",
        f"graph [rankdir=TB nodesep=0.3 ranksep=0.42{' ordering=out' if keeps_order else ''}]",
        'node [shape=box fixedsize=true label="" margin=0]',
        "edge [arrowhead=none]",
    ]
    for key in order:
        step = chart.by_key[key]
        wide = box_width(step.kind)
        high = measuring.shape(step, wide).height
        lines.append(f"n{number[key]} [width={wide / _POINTS:.4f} height={high / _POINTS:.4f}]")
    back = loops(chart)
    for at in _drawing_order(chart):
        way = chart.ways[at]
        tail, head = (way.target, way.source) if way in back else (way.source, way.target)
        size = label_size(way.label)
        label = (
            f' label=<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{size[0]}" HEIGHT="{size[1]}"><TR><TD></TD></TR></TABLE>>'
            if size
            else ""
        )
        lines.append(f'n{number[tail]} -> n{number[head]} [comment="{at}"{label}]')
    return "\n".join([*lines, "}"])


def label_lines(label: str) -> tuple[str, ...]:
    return measuring.wrapped(label, _LABEL_ROOM, SMALL) if label else ()


def label_size(label: str) -> tuple[int, int] | None:
    """Width and height of a way's label, whole numbers as `dot` wants them; None without a label."""
    lines = label_lines(label)
    if not lines:
        return None
    widest = max(measuring.width(line, SMALL) for line in lines)
    return int(widest) + 1 + 2 * _LABEL_PAD, SMALL_LINE * len(lines) + 4


def _drawing_order(chart: Flowchart) -> list[int]:
    """Ways by the order of reading, so that what is read first stands further left."""
    place = {key: at for at, key in enumerate(reading_order(chart))}
    back = loops(chart)
    return sorted(
        range(len(chart.ways)),
        key=lambda at: (
            chart.ways[at] in back,
            place[chart.ways[at].source],
            place[chart.ways[at].target],
        ),
    )


def answers(text: str) -> list[Mapping[str, Any]]:
    """The graphs of an answer, one JSON object after the other."""
    decoder = json.JSONDecoder()
    found, at = [], 0
    while (at := _next(text, at)) < len(text):
        graph, at = decoder.raw_decode(text, at)
        found.append(graph)
    return found


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def places(chart: Flowchart, answer: Mapping[str, Any]) -> Places:
    """Read the coordinates of an answer, turned so that they grow downwards."""
    _, _, width, height = (float(number) for number in answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = (float(number) for number in _NUMBERS.findall(text)[-2:])
        return x + _MARGIN, height - y + _MARGIN

    order = reading_order(chart)
    boxes: dict[str, Box] = {}
    for node in answer["objects"]:
        x, y = point(node["pos"])
        wide, high = float(node["width"]) * _POINTS, float(node["height"]) * _POINTS
        boxes[order[int(node["name"][1:])]] = Box(x=x - wide / 2, y=y - high / 2, width=wide, height=high)
    back = loops(chart)
    routes: dict[int, Route] = {}
    for edge in answer.get("edges", ()):
        at = int(edge["comment"])
        way = chart.ways[at]
        points = tuple(point(part) for part in edge["pos"].split())
        label = None
        size = label_size(way.label)
        if size is not None:
            x, y = point(edge["lp"])
            label = Box(x=x - size[0] / 2, y=y - size[1] / 2, width=size[0], height=size[1])
        routes[at] = Route(
            points=_joined(points[::-1] if way in back else points), is_curved=True, label=label
        )
    return Places(
        width=width + 2 * _MARGIN,
        height=height + 2 * _MARGIN,
        boxes=boxes,
        routes=tuple(routes[at] for at in range(len(chart.ways))),
    )


def _joined(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points of the curve: one, and threes after it."""
    return tuple(points[: len(points) - (len(points) - 1) % 3])
