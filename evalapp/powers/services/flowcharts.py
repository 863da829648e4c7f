"""Keeps flowcharts: each once, with its places; what nothing refers to any more is let go."""

import uuid
from collections.abc import Callable, Iterable

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


def keep_all(
    session: Session, charts: Iterable[Flowchart], *, tell: Callable[[int], None] = lambda _done: None
) -> dict[str, KeptFlowchart]:
    """Return the kept flowcharts by their fingerprint. New outlines are laid out together; `tell` hears how many are."""
    wanted = {chart.fingerprint: chart for chart in charts}
    kept = {
        row.fingerprint: row
        for some in _batches(list(wanted))
        for row in session.scalars(select(KeptFlowchart).where(KeptFlowchart.fingerprint.in_(some)))
    }
    new = {key: chart for key, chart in wanted.items() if key not in kept}
    outlines = {key: layout.outline(chart) for key, chart in new.items()}
    places = {
        row.outline: row.wide
        for some in _batches(list(set(outlines.values())))
        for row in session.execute(
            select(KeptFlowchart.outline, KeptFlowchart.wide).where(KeptFlowchart.outline.in_(some))
        )
    }
    unknown = {outlines[key]: chart for key, chart in new.items() if outlines[key] not in places}
    for some in _batches(list(unknown)):
        asked = [unknown[each] for each in some]
        found = [layout.placed(asked[0])] if len(asked) == 1 else layout.laid_out(asked)
        places |= {outline: each.document() for outline, each in zip(some, found, strict=True)}
        tell(len(places))
    for key, chart in new.items():
        kept[key] = KeptFlowchart(
            id=uuid.uuid4(),
            fingerprint=key,
            outline=outlines[key],
            document=chart.document(),
            wide=places[outlines[key]],
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


def _batches(keys: list[str]) -> list[list[str]]:
    return [keys[begin : begin + _BATCH] for begin in range(0, len(keys), _BATCH)]
