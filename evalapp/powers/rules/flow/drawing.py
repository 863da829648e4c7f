"""The drawing of a flowchart as SVG: every step a link to its entry in the list that says the same.

Pure: a chart, its places and ready words. Classes carry the colours, no attribute carries a style; texts were broken into
lines by measure before the places were found, so that nothing reaches over its box.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from evalapp.powers.rules.flow import dot, measuring
from evalapp.powers.rules.flow.column import option_words
from evalapp.powers.rules.flow.graph import Flowchart, Party, Step, StepKind
from evalapp.powers.rules.flow.measuring import (
    INDENT,
    OPTION_LINE,
    PAD,
    SLANT,
    SMALL,
    SMALL_LINE,
    TITLE,
    TITLE_LINE,
    Fact,
)
from evalapp.powers.rules.flow.order import numbers, reading_order
from evalapp.powers.rules.flow.places import Box, Places, Point, Route

_REM = 16
_ARROW = 5
_ROUND = 16


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a drawing says in the reader's language: the lines below a title, and the chart's name."""

    name: str
    fact: Callable[[Step, Fact], str]


def drawn(
    chart: Flowchart,
    places: Places,
    words: Words,
    *,
    narrow: bool = False,
    window: tuple[float, float] | None = None,
    anchor: str = "step",
) -> Markup:
    """Draw a chart. `window` shows only what lies between two heights, for paper; `anchor` begins the ids of the list."""
    top, bottom = window or (0.0, places.height)
    place = numbers(chart)
    parts: list[str] = []
    parts += [_line(route) for route in places.routes if window is None or _is_inside(route, top, bottom)]
    for key in reading_order(chart):
        box = places.boxes[key]
        if box.y < bottom and box.bottom > top:
            parts.append(_step(chart.by_key[key], box, place[key], words, anchor))
    for way, route in zip(chart.ways, places.routes, strict=True):
        if route.label is not None and top <= route.label.y < bottom:
            lines = (
                measuring.wrapped(option_words(chart, way), round(route.label.width), SMALL)
                if narrow
                else dot.label_lines(way.label)
            )
            parts.append(_label(route.label, lines, is_option=narrow))
    kind = "narrow" if narrow else "wide"
    size = f'width="{places.width / _REM:.2f}rem" viewBox="0 {top:.0f} {places.width:.0f} {bottom - top:.0f}"'
    return Markup(  # noqa: S704  numbers of ours and escaped words only
        f'<svg class="dk-chart {kind}" {size} role="group" aria-label="{escape(words.name)}">{"".join(parts)}</svg>'
    )


def pages(places: Places, most: float) -> list[tuple[float, float]]:
    """Cut a drawing into windows at most so high, between steps where it can be."""
    cuts = [0.0]
    while places.height - cuts[-1] > most:
        limit = cuts[-1] + most
        crossed = [box.y for box in places.boxes.values() if box.y < limit < box.bottom + 4]
        cut = min(crossed, default=limit) - 4
        cuts.append(cut if cut > cuts[-1] + most / 3 else limit)
    return list(zip(cuts, [*cuts[1:], places.height], strict=True))


def _is_inside(route: Route, top: float, bottom: float) -> bool:
    heights = [y for _, y in route.points]
    return min(heights) < bottom and max(heights) > top


def _line(route: Route) -> str:
    points = route.points
    (x, y), rest = points[0], points[1:]
    sign = "C" if route.is_curved else "L"
    path = f"M{x:.0f} {y:.0f}{sign}" + " ".join(f"{x:.0f} {y:.0f}" for x, y in rest)
    return f'<path class="way" d="{path}"/>{_arrow(points[-2], points[-1])}'


def _arrow(before: Point, tip: Point) -> str:
    """A head at the end of a line, in its direction."""
    across, down = tip[0] - before[0], tip[1] - before[1]
    length = (across * across + down * down) ** 0.5 or 1.0
    across, down = across / length * _ARROW, down / length * _ARROW
    x, y = tip[0] - 2 * across, tip[1] - 2 * down
    return (
        f'<path class="tip" d="M{tip[0]:.1f} {tip[1]:.1f}L{x - down:.1f} {y + across:.1f}'
        f' {x + down:.1f} {y - across:.1f}z"/>'
    )


def _step(step: Step, box: Box, number: int, words: Words, anchor: str) -> str:
    shape = measuring.shape(step, round(box.width))
    x = box.x + INDENT + (SLANT / 2 if step.kind is StepKind.DECISION else 0)
    y = box.y + PAD + TITLE - 1
    texts = []
    for line in shape.title:
        texts.append(f'<text class="t" x="{x:.0f}" y="{y:.0f}">{escape(line)}</text>')
        y += TITLE_LINE
    y -= TITLE - SMALL
    for line in shape.actor:
        texts.append(f'<text x="{x:.0f}" y="{y:.0f}">{escape(line)}</text>')
        y += SMALL_LINE
    for fact in shape.facts:
        tone = f"f-{fact.value}" + (f" {step.risk.value}" if fact is Fact.RISK and step.risk else "")
        texts.append(f'<text class="{tone}" x="{x:.0f}" y="{y:.0f}">{escape(words.fact(step, fact))}</text>')
        y += SMALL_LINE
    cx, cy = x - INDENT / 2 + 1, box.y + PAD + TITLE_LINE / 2
    mark = (
        f'<circle cx="{cx:.0f}" cy="{cy:.0f}" r="11"/>'
        f'<text class="no" x="{cx:.0f}" y="{cy + 4:.0f}">{number}</text>'
    )
    tone = (
        step.kind.value + (" you" if step.party is Party.CLIENT else "") + (" pauses" if step.pauses else "")
    )
    return (
        f'<a class="n {tone}" href="#{anchor}-{number}">{_outline(step.kind, box)}{mark}{"".join(texts)}</a>'
    )


def _outline(kind: StepKind, box: Box) -> str:
    x, y, wide, high = box.x, box.y, box.width, box.height
    if kind is StepKind.DECISION:
        slant = min(SLANT, high / 2)
        points = (
            f"{x:.0f},{y + slant:.0f} {x + slant:.0f},{y:.0f} {x + wide - slant:.0f},{y:.0f} "
            f"{x + wide:.0f},{y + slant:.0f} {x + wide:.0f},{y + high - slant:.0f} {x + wide - slant:.0f},{y + high:.0f} "
            f"{x + slant:.0f},{y + high:.0f} {x:.0f},{y + high - slant:.0f}"
        )
        return f'<polygon points="{points}"/>'
    corner = min(_ROUND, high / 2) if kind in {StepKind.START, StepKind.END} else 3
    box_drawn = f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{high:.0f}" rx="{corner:.0f}"/>'
    if kind is StepKind.SPLIT:
        return box_drawn + _bar(x, y + high, wide)
    return box_drawn + _bar(x, y, wide) if kind is StepKind.JOIN else box_drawn


def _bar(x: float, y: float, wide: float) -> str:
    return f'<path class="bar" d="M{x:.0f} {y:.0f}h{wide:.0f}"/>'


def _label(box: Box, lines: Sequence[str], *, is_option: bool) -> str:
    pitch = OPTION_LINE if is_option else SMALL_LINE
    x = box.x if is_option else box.x + box.width / 2
    texts = [
        f'<text class="{"o" if is_option else "l"}" x="{x:.0f}" y="{box.y + 2 + SMALL + at * pitch - 1:.0f}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    ]
    return "".join(texts)
