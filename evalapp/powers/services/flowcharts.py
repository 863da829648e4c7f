"""Keeps flowcharts: each once, with its places; what nothing refers to any more is let go."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.powers.models import KeptFlowchart, PowerDraft, PowerVersion
from evalapp.powers.rules.flow.column import column
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.services import layout

_BATCH = 500


def keep(session: Session, chart: Flowchart) -> KeptFlowchart:
    """Return the kept flowchart that says this, laid out where it is new. Raises `Unavailable` without graphviz."""
    return keep_all(session, [chart])[chart.fingerprint]


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """What graphviz is needed for: the outline of a chart, and its places on a wide page."""

    outline: str
    wide: Mapping[str, Any]


def lay_out(
    session: Session, charts: Iterable[Flowchart], *, tell: Callable[[int], None] = lambda _done: None
) -> dict[str, LaidOut]:
    """Lay out the charts that are not kept yet, by their fingerprint: ahead of the transaction that keeps them.

    Outlines that are known already are not asked for again; the others are laid out many at a time, and `tell` hears how
    many are. Raises `Unavailable` without graphviz.
    """
    wanted = {chart.fingerprint: chart for chart in charts}
    for some in _batches(list(wanted)):
        for key in session.scalars(
            select(KeptFlowchart.fingerprint).where(KeptFlowchart.fingerprint.in_(some))
        ):
            del wanted[key]
    outlines = {key: layout.outline(chart) for key, chart in wanted.items()}
    places: dict[str, Mapping[str, Any]] = {
        row.outline: row.wide
        for some in _batches(list(set(outlines.values())))
        for row in session.execute(
            select(KeptFlowchart.outline, KeptFlowchart.wide).where(KeptFlowchart.outline.in_(some))
        )
    }
    unknown = {outlines[key]: chart for key, chart in wanted.items() if outlines[key] not in places}
    for some in _batches(list(unknown), layout.MOST_A_RUN):
        asked = [unknown[each] for each in some]
        found = [layout.placed(asked[0])] if len(asked) == 1 else layout.laid_out(asked)
        places |= {outline: each.document() for outline, each in zip(some, found, strict=True)}
        tell(len(places))
    return {key: LaidOut(outline=outline, wide=places[outline]) for key, outline in outlines.items()}


def keep_all(
    session: Session, charts: Iterable[Flowchart], *, laid_out: Mapping[str, LaidOut] | None = None
) -> dict[str, KeptFlowchart]:
    """Return the kept flowcharts by their fingerprint, with the places that `lay_out` found for the new ones."""
    wanted = {chart.fingerprint: chart for chart in charts}
    kept = {
        row.fingerprint: row
        for some in _batches(list(wanted))
        for row in session.scalars(select(KeptFlowchart).where(KeptFlowchart.fingerprint.in_(some)))
    }
    new = {key: chart for key, chart in wanted.items() if key not in kept}
    ready = dict(laid_out or {})
    if missing := [chart for key, chart in new.items() if key not in ready]:
        ready |= lay_out(session, missing)
    for key, chart in new.items():
        kept[key] = KeptFlowchart(
            id=uuid.uuid4(),
            fingerprint=key,
            outline=ready[key].outline,
            document=chart.document(),
            wide=dict(ready[key].wide),
            narrow=column(chart).document(),
            made_at=clock.now(),
        )
        session.add(kept[key])
    session.flush()
    return kept


def let_go(session: Session, flowchart_id: uuid.UUID | None) -> None:
    """Remove a flowchart that no draft and no version refers to."""
    if flowchart_id is None:
        return
    used = exists().where(PowerDraft.flowchart_id == flowchart_id) | exists().where(
        PowerVersion.flowchart_id == flowchart_id
    )
    session.execute(
        delete(KeptFlowchart)
        .where(KeptFlowchart.id == flowchart_id, ~used)
        .execution_options(synchronize_session=False)
    )


def _batches(keys: list[str], size: int = _BATCH) -> list[list[str]]:
    return [keys[begin : begin + size] for begin in range(0, len(keys), size)]
