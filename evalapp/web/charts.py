"""Small charts that fit a row, as SVG made here: they need no script, print, and say their numbers to a screen reader.

Pure functions of numbers and ready words; classes carry the colours, no attribute carries a style.
"""

from collections.abc import Sequence

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


def _place(value: float, low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, in percent, kept inside."""
    return min(max(100 * (value - low) / (high - low), 0.0), 100.0)


def _svg(attributes: str, drawn: Sequence[str]) -> Markup:
    return Markup(f"<svg {attributes}>{''.join(drawn)}</svg>")  # noqa: S704  numbers of ours and escaped labels only


def init_app(app: Flask) -> None:
    """Teach templates the charts."""
    app.jinja_env.globals.update(gbar=gbar, ci=ci, axis=axis, spark=spark, progress_bar=progress_bar)
