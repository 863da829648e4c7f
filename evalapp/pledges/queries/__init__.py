"""Reading pledges and highlights."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.pledges.queries.highlights import (
    Progress,
    ShownHighlight,
    highlight_by_id,
    highlight_of_unit,
    highlight_versions,
    progress_reports,
    shown_highlight,
    shown_highlights,
    unit_highlight_history,
)
from evalapp.pledges.queries.pledges import (
    ShownPledge,
    measuring_items,
    pledge_by_id,
    pledge_of_unit,
    pledge_versions,
    pledges_page,
    shown_pledge,
    shown_pledges,
    unit_history,
)
from evalapp.pledges.queries.wordings import Comparison, comparison

__all__ = [
    "Comparison",
    "Progress",
    "Shown",
    "ShownHighlight",
    "ShownPledge",
    "comparison",
    "highlight_by_id",
    "highlight_of_unit",
    "highlight_versions",
    "measuring_items",
    "pledge_by_id",
    "pledge_of_unit",
    "pledge_versions",
    "pledges_page",
    "progress_reports",
    "shown_for_unit",
    "shown_highlight",
    "shown_highlights",
    "shown_pledge",
    "shown_pledges",
    "unit_highlight_history",
    "unit_history",
]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a unit undertook and did, in the wordings of a moment."""

    pledges: Sequence[ShownPledge]
    highlights: Sequence[ShownHighlight]


def shown_for_unit(session: Session, unit_id: uuid.UUID, *, at: datetime | None = None) -> Shown:
    """Return what the unit shows now or showed at the moment `at`, in two statements."""
    return Shown(
        pledges=shown_pledges(session, unit_id, at=at), highlights=shown_highlights(session, unit_id, at=at)
    )
