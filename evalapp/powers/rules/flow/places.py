"""Where the steps and ways of a flowchart lie: what a layout came to, and whether anything lies upon another."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from evalapp.powers.rules.flow.graph import Flowchart

Point = tuple[float, float]
_SAMPLES = 8  # straight pieces that a curve is taken for


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: "Box") -> bool:
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.x <= other.x
            and other.right <= self.right
            and self.y <= other.y
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, kw_only=True)
class Route:
    """The line of a way, from its source to its target: straight pieces, or curves by threes of points after the first."""

    points: tuple[Point, ...]
    is_curved: bool = False
    label: Box | None = None

    def polyline(self) -> Sequence[Point]:
        """The line as short straight pieces."""
        if not self.is_curved:
            return self.points
        found = [self.points[0]]
        for at in range(0, len(self.points) - 3, 3):
            found += _curve(self.points[at : at + 4])
        return found


@dataclass(frozen=True, kw_only=True)
class Places:
    """A layout: a box a step by its key, and a route a way in the order of the chart's ways."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]

    def document(self) -> dict[str, Any]:
        """The places as plain numbers."""
        return {
            "size": [round(self.width), round(self.height)],
            "boxes": {key: _numbers(box) for key, box in self.boxes.items()},
            "routes": [
                {
                    "at": [round(number, 1) for point in route.points for number in point],
                    "curved": route.is_curved,
                    "label": _numbers(route.label) if route.label else None,
                }
                for route in self.routes
            ],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` wrote."""
        return cls(
            width=document["size"][0],
            height=document["size"][1],
            boxes={key: _box(numbers) for key, numbers in document["boxes"].items()},
            routes=tuple(
                Route(
                    points=tuple(zip(route["at"][::2], route["at"][1::2], strict=True)),
                    is_curved=route["curved"],
                    label=_box(route["label"]) if route["label"] else None,
                )
                for route in document["routes"]
            ),
        )


def overlaps(places: Places) -> list[str]:
    """Name the boxes and labels that lie upon one another; a label inside its own step is none."""
    named = list(places.boxes.items())
    named += [(f"label {at}", route.label) for at, route in enumerate(places.routes) if route.label]
    return [
        f"{one} / {other}"
        for (one, a), (other, b) in itertools.combinations(named, 2)
        if a.overlaps(b) and not (one in places.boxes and other not in places.boxes and a.holds(b))
    ]


def crossings(chart: Flowchart, places: Places) -> int:
    """How often the lines of two ways cross; where they meet in a step they share does not count."""
    lines = [(way, _pieces(route.polyline())) for way, route in zip(chart.ways, places.routes, strict=True)]
    count = 0
    for (one, a), (other, b) in itertools.combinations(lines, 2):
        near = [(first, second) for first in a for second in b if first.touches(second)]
        if near:
            shared = [places.boxes[key] for key in {one.source, one.target} & {other.source, other.target}]
            count += any(_cross_outside(first.points, second.points, shared) for first, second in near)
    return count


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A stretch of a line and the rectangle around it: most lines are nowhere near one another."""

    points: Sequence[Point]
    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: "_Piece") -> bool:
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


def _pieces(line: Sequence[Point]) -> list[_Piece]:
    found = []
    for at in range(0, len(line) - 1, _SAMPLES):
        points = line[at : at + _SAMPLES + 1]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        found.append(_Piece(points=points, left=min(xs), right=max(xs), top=min(ys), bottom=max(ys)))
    return found


def _cross_outside(one: Sequence[Point], other: Sequence[Point], shared: Sequence[Box]) -> bool:
    return any(
        _crosses(first, second) and not any(_is_near(_meeting(first, second), box) for box in shared)
        for first in itertools.pairwise(one)
        for second in itertools.pairwise(other)
    )


def _curve(of: Sequence[Point]) -> list[Point]:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = of
    found = []
    for step in range(1, _SAMPLES + 1):
        t = step / _SAMPLES
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def _crosses(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meeting(one: tuple[Point, Point], other: tuple[Point, Point]) -> Point:
    (a, b), (c, d) = one, other
    share = _side(c, d, a) / (_side(c, d, a) - _side(c, d, b))
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _is_near(point: Point, box: Box, *, reach: float = 14) -> bool:
    return box.x - reach <= point[0] <= box.right + reach and box.y - reach <= point[1] <= box.bottom + reach


def _numbers(box: Box) -> list[float]:
    return [round(number, 1) for number in (box.x, box.y, box.width, box.height)]


def _box(numbers: Sequence[float]) -> Box:
    return Box(x=numbers[0], y=numbers[1], width=numbers[2], height=numbers[3])
