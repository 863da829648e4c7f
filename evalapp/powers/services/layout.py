"""Lays flowcharts out: graphviz gives the places, once, when a chart is saved; the drawing is our own."""

import hashlib
from collections.abc import Mapping, Sequence

from evalapp.core import process
from evalapp.core.errors import Unavailable
from evalapp.core.i18n import N_
from evalapp.core.process import ProgramError
from evalapp.powers.rules.flow import dot
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.order import reading_order
from evalapp.powers.rules.flow.places import Places, crossings

_SECONDS = 20
_MOST_A_RUN = 200  # charts that one process lays out


def outline(chart: Flowchart) -> str:
    """A fingerprint of what the places depend on: sizes, ways and keys. Two charts that have it in common share them."""
    keys = " ".join(reading_order(chart))
    return hashlib.sha256(f"{dot.source(chart)}\n{keys}".encode()).hexdigest()


def laid_out(charts: Sequence[Flowchart]) -> list[Places]:
    """Return the places of each chart, of two orders the one with fewer crossings. Raises `Unavailable`."""
    found = _run(charts, keeps_order=True)
    again = [at for at, chart in enumerate(charts) if crossings(chart, found[at])]
    if again:
        others = _run([charts[at] for at in again], keeps_order=False)
        for at, other in zip(again, others, strict=True):
            if crossings(charts[at], other) < crossings(charts[at], found[at]):
                found[at] = other
    return found


def _run(charts: Sequence[Flowchart], *, keeps_order: bool) -> list[Places]:
    found: list[Places] = []
    for begin in range(0, len(charts), _MOST_A_RUN):
        some = charts[begin : begin + _MOST_A_RUN]
        text = "\n".join(dot.source(chart, keeps_order=keeps_order) for chart in some)
        found += [dot.places(chart, answer) for chart, answer in zip(some, _answers(text), strict=True)]
    return found


def _answers(text: str) -> list[Mapping[str, object]]:
    try:
        said = process.run(["dot", "-Tjson0"], seconds=_SECONDS, given=text.encode())
    except ProgramError as error:
        raise Unavailable(N_("流程图现在画不出来，请过一会儿再保存。")) from error
    return dot.answers(said.decode())
