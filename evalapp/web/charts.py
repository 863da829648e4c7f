"""Small charts that fit a row, as SVG made here: they need no script, print, and say their numbers to a screen reader.

Pure functions of numbers and ready words; classes carry the colours, no attribute carries a style.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from markupsafe import Markup, escape

GAP = 0.25  # percent of the bar's width between two neighbours
LABEL_FROM = 7.5  # a share narrower than this has no room for its label
DOT, BAND = 5, 10


def gbar(counts: Sequence[int], *, names: Sequence[str], title: str = "", thin: bool = False) -> Markup:
    """A stacked bar of five grades, best first. Nothing counted gives an empty track that says so by its zeros."""
    total = sum(counts)
    shares = [100 * count / total if total else 0.0 for count in counts]
    spoken = ", ".join(f"{name} {share:.1f}%" for name, share in zip(names, shares, strict=True))
    drawn, left = [], 0.0
    for place, share in enumerate(shares):
        grade = len(shares) - place
        width = max(share - (GAP if place < len(shares) - 1 else 0), 0)
        if share:
            drawn.append(
                f'<rect class="f{grade}" x="{left:.2f}%" y="0" width="{width:.2f}%" height="100%" rx="1.5"/>'
            )
        if share >= LABEL_FROM and not thin:
            tone = "ton1" if grade == 1 else "ton"
            drawn.append(f'<text class="{tone}" x="{left + share / 2:.2f}%" y="53%">{share:.0f}%</text>')
        left += share
    if not total:
        drawn.append('<rect class="fsunk" width="100%" height="100%" rx="1.5"/>')
    label = escape(f"{title} {spoken}".strip())
    return _svg(f'class="dk-gbar{" thin" if thin else ""}" role="img" aria-label="{label}"', drawn)


def ci(
    score: float, half: float, *, label: str, low: float = 60, high: float = 100, median: float | None = None
) -> Markup:
    """A dot for the score, a band for its interval, a dashed line for the median, on an axis from `low` to `high`."""
    left, right = _place(score - half, low, high), _place(score + half, low, high)
    drawn = ['<line x1="0" x2="100%" y1="12" y2="12"/>']
    if median is not None:
        at = _place(median, low, high)
        drawn.append(f'<line class="med" x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="24"/>')
    drawn.append(
        f'<rect class="fgt" x="{left:.2f}%" y="{12 - BAND / 2:.0f}" width="{right - left:.2f}%" height="{BAND}" rx="5"/>'
    )
    drawn.append(f'<circle class="fink" cx="{_place(score, low, high):.2f}%" cy="12" r="{DOT}"/>')
    return _svg(f'class="dk-ci" height="24" role="img" aria-label="{escape(label)}"', drawn)


def axis(low: int = 60, high: int = 100, step: int = 10) -> Markup:
    """The numbers below a column of `ci` charts; decoration, since every chart says its own."""
    drawn = []
    for value in range(low, high + 1, step):
        side = ' class="st"' if value == low else ' class="en"' if value == high else ""
        drawn.append(f'<text x="{_place(value, low, high):.1f}%" y="13"{side}>{value}</text>')
    return _svg('class="dk-ci" height="18" aria-hidden="true"', drawn)


def spark(
    values: Sequence[float],
    *,
    label: str,
    low: float,
    high: float,
    width: int = 112,
    height: int = 30,
    half: float | None = None,
) -> Markup:
    """A line through some seasons, with its band when `half` is given; the last one has the dot."""
    edge, last = 4.0, max(len(values) - 1, 1)
    xs = [edge + (width - edge - 6) * place / last for place in range(len(values))]

    def y(value: float) -> float:
        return height - edge - (height - 2 * edge) * _place(value, low, high) / 100

    drawn = []
    if half is not None:
        upper = [f"{x:.1f},{y(value + half):.1f}" for x, value in zip(xs, values, strict=True)]
        lower = [f"{x:.1f},{y(value - half):.1f}" for x, value in zip(xs, values, strict=True)]
        drawn.append(f'<polygon class="band" points="{" ".join([*upper, *reversed(lower)])}"/>')
    points = " ".join(f"{x:.1f},{y(value):.1f}" for x, value in zip(xs, values, strict=True))
    drawn.append(f'<polyline points="{points}"/>')
    if values:
        drawn.append(f'<circle class="fzhu" cx="{xs[-1]:.1f}" cy="{y(values[-1]):.1f}" r="3"/>')
    spoken = escape(f"{label} " + ", ".join(f"{value:.1f}" for value in values))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return _svg(f'class="dk-spark" {size} role="img" aria-label="{spoken}"', drawn)


def progress_bar(percent: float, *, label: str, tone: str = "dai") -> Markup:
    """How far something is, from 0 to 100."""
    done = min(max(percent, 0), 100)
    state = f'aria-valuenow="{done:.0f}" aria-valuemin="0" aria-valuemax="100"'
    return _svg(
        f'class="dk-prog" role="progressbar" aria-label="{escape(label)}" {state}',
        [
            '<rect class="fline" width="100%" height="100%" rx="3"/>',
            f'<rect class="f{escape(tone)}" width="{done:.1f}%" height="100%" rx="3"/>',
        ],
    )


def lamp_bar(red: int, yellow: int, green: int) -> Markup:
    """The shares of three lamps as one bar; decoration, since the numbers stand beside it."""
    left, drawn, share = 0.0, list[str](), 100 / max(red + yellow + green, 1)
    for name, count in (("flbad", red), ("flwarn", yellow), ("flok", green)):
        drawn.append(f'<rect class="{name}" x="{left:.2f}%" width="{share * count:.2f}%" height="100%"/>')
        left += share * count
    return _svg('class="dk-lamps" aria-hidden="true"', drawn)


def heat_cells(hours: Sequence[tuple[int, int]]) -> Markup:
    """Cells of a row of a table that is its own chart: each a count, none where there is nothing, with its shade from 0 to 5."""
    cells = "".join(f'<td class="s{shade:d}">{f"{count:d}" if count else ""}</td>' for count, shade in hours)
    return Markup(cells)  # noqa: S704  numbers of ours only


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What came, went and was left in one stretch of time, in any one unit of money."""

    name: str
    income: float
    expense: float
    left: float


PLOT, TOP, BOTTOM, SIDE = 240, 14, 26, 11.0  # pixels, and percent of the width for the numbers at the left


def flows(
    series: Sequence[Flow],
    *,
    label: str,
    left_name: str,
    axis_name: Callable[[float], str] = "{:,.0f}".format,
) -> Markup:
    """Income up, expenditure down from one line, what is left as a line over both; places in percent, so that type stays type."""
    top = max((max(one.income, one.left, 0.0) for one in series), default=0.0)
    low = max((max(one.expense, -one.left, 0.0) for one in series), default=0.0)
    step = _step(max(top, low, 1.0))
    above, below = max(math.ceil(top / step), 1), math.ceil(low / step)
    height = PLOT - TOP - BOTTOM

    def y(value: float) -> float:
        return TOP + height * (above * step - value) / ((above + below) * step)

    drawn = []
    for place in range(-below, above + 1):
        at = y(place * step)
        drawn.append(
            f'<line class="{"zero" if place == 0 else "grid"}" x1="{SIDE}%" x2="100%" y1="{at:.1f}" y2="{at:.1f}"/>'
        )
        drawn.append(
            f'<text class="en" x="{SIDE - 1}%" y="{at + 4:.1f}">{escape(axis_name(abs(place * step)))}</text>'
        )
    width = (100 - SIDE) / max(len(series), 1)
    middles = [SIDE + width * (place + 0.5) for place in range(len(series))]
    bar = min(width * 0.45, 6.0)
    for middle, one in zip(middles, series, strict=True):
        x, up, down = middle - bar / 2, y(one.income), y(-one.expense)
        drawn.append(
            f'<rect class="fgold" x="{x:.2f}%" width="{bar:.2f}%" y="{up:.1f}" height="{max(y(0) - up, 0):.1f}"/>'
        )
        drawn.append(
            f'<rect class="fdai" x="{x:.2f}%" width="{bar:.2f}%" y="{y(0):.1f}" height="{max(down - y(0), 0):.1f}"/>'
        )
        drawn.append(f'<text class="mid" x="{middle:.2f}%" y="{PLOT - 6}">{escape(one.name)}</text>')
    for (x1, one), (x2, two) in itertools.pairwise(zip(middles, series, strict=True)):
        drawn.append(
            f'<line class="left" x1="{x1:.2f}%" y1="{y(one.left):.1f}" x2="{x2:.2f}%" y2="{y(two.left):.1f}"/>'
        )
    for middle, one in zip(middles, series, strict=True):
        drawn.append(f'<circle class="fink" cx="{middle:.2f}%" cy="{y(one.left):.1f}" r="3"/>')
    if series:
        at = max(y(series[-1].left) - 8, 11)
        drawn.append(
            f'<text class="en b" x="99.5%" y="{at:.1f}">{escape(left_name)} {series[-1].left:,.0f}</text>'
        )
    return _svg(
        f'class="dk-flows" width="100%" height="{PLOT}" role="img" aria-label="{escape(label)}"', drawn
    )


@dataclass(frozen=True, kw_only=True)
class Column:
    """A day with what came and what was done; `name` is empty where there is no room for one."""

    name: str
    came: int
    done: int


def columns(series: Sequence[Column], *, label: str, done_name: str, height: int = 200) -> Markup:
    """What came as columns from one line, what was done as a line over them."""
    step = _step(max(max((max(one.came, one.done) for one in series), default=0), 4))
    most = max(math.ceil(max((max(one.came, one.done) for one in series), default=0) / step), 1) * step
    tall, side = height - TOP - BOTTOM, 7.0

    def y(value: float) -> float:
        return TOP + tall * (most - value) / most

    drawn = []
    for place in range(int(most / step) + 1):
        at = y(place * step)
        drawn.append(
            f'<line class="{"grid" if place else "zero"}" x1="{side}%" x2="100%" y1="{at:.1f}" y2="{at:.1f}"/>'
        )
        drawn.append(f'<text class="en" x="{side - 1}%" y="{at + 4:.1f}">{place * step:,.0f}</text>')
    width = (100 - side) / max(len(series), 1)
    middles = [side + width * (place + 0.5) for place in range(len(series))]
    for middle, one in zip(middles, series, strict=True):
        top = y(one.came)
        drawn.append(
            f'<rect class="fdai" x="{middle - width * 0.33:.2f}%" '
            f'width="{width * 0.66:.2f}%" y="{top:.1f}" height="{max(y(0) - top, 0):.1f}"/>'
        )
        if one.name:
            side_of, at = ("en", 100.0) if one is series[-1] else ("mid", middle)
            drawn.append(f'<text class="{side_of}" x="{at:.2f}%" y="{height - 6}">{escape(one.name)}</text>')
    for (x1, one), (x2, two) in itertools.pairwise(zip(middles, series, strict=True)):
        drawn.append(
            f'<line class="left" x1="{x1:.2f}%" y1="{y(one.done):.1f}" x2="{x2:.2f}%" y2="{y(two.done):.1f}"/>'
        )
    if series:
        at = max(y(series[-1].done) - 8, 11)
        drawn.append(
            f'<text class="en b" x="99.5%" y="{at:.1f}">{escape(done_name)} {series[-1].done:,}</text>'
        )
    return _svg(
        f'class="dk-flows" width="100%" height="{height}" role="img" aria-label="{escape(label)}"', drawn
    )


def _step(most: float) -> float:
    """A round step, so that at most four of them reach `most`."""
    rough = most / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= rough)


def _place(value: float, low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, in percent, kept inside."""
    return min(max(100 * (value - low) / (high - low), 0.0), 100.0)


def _svg(attributes: str, drawn: Sequence[str]) -> Markup:
    return Markup(f"<svg {attributes}>{''.join(drawn)}</svg>")  # noqa: S704  numbers of ours and escaped labels only


def init_app(app: Flask) -> None:
    """Teach templates the charts."""
    app.jinja_env.globals.update(
        gbar=gbar,
        ci=ci,
        axis=axis,
        spark=spark,
        progress_bar=progress_bar,
        flows=flows,
        columns=columns,
        lamp_bar=lamp_bar,
        heat_cells=heat_cells,
    )
