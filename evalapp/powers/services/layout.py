"""Lays flowcharts out: graphviz gives the places, once, when a chart is saved; the drawing is our own."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from evalapp.core import process
from evalapp.core.errors import Unavailable
from evalapp.core.i18n import N_
from evalapp.core.process import ProgramError
from evalapp.powers.rules.flow import dot
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.order import reading_order
from evalapp.powers.rules.flow.places import Places, crossings

_SECONDS = 20
MOST_A_RUN = 50  # charts that one process lays out: some seconds of a slow machine


def outline(chart: Flowchart) -> str:
    """A fingerprint of what the places depend on: sizes, ways and keys. Two charts that have it in common share them."""
    keys = " ".join(reading_order(chart))
    return hashlib.sha256(f"{dot.source(chart)}\n{keys}".encode()).hexdigest()


@lru_cache(maxsize=64)
def placed(chart: Flowchart) -> Places:
    """Return the places of one chart; what was laid out a moment ago, for a preview or ahead of a transaction, is not again.

    Raises `Unavailable`.
    """
    return laid_out([chart])[0]


def laid_out(charts: Sequence[Flowchart]) -> list[Places]:
    """Return the places of each chart: of two orders the one in which fewer lines cross. Raises `Unavailable`.

    Both are asked for at once, since starting the program takes longer than laying out a chart.
    """
    found: list[Places] = []
    for begin in range(0, len(charts), MOST_A_RUN):
        some = charts[begin : begin + MOST_A_RUN]
        orders = [dot.source(chart, keeps_order=keeps) for chart in some for keeps in (True, False)]
        said = iter(_answers("\n".join(orders)))
        for chart in some:
            kept, free = dot.places(chart, next(said)), dot.places(chart, next(said))
            has_fewer = crossings(chart, kept) and crossings(chart, free) < crossings(chart, kept)
            found.append(free if has_fewer else kept)
    return found


def _answers(text: str) -> list[Mapping[str, object]]:
    try:
        said = process.run(["dot", "-Tjson0"], seconds=_SECONDS, given=text.encode())
    except ProgramError as error:
        raise Unavailable(N_("流程图现在画不出来，请过一会儿再保存。")) from error
    return dot.answers(said.decode())
