"""Reading what people say to a unit, in comments and in grades, and what it promised and did not do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from evalapp.comments.models import UnitVoice
from evalapp.comments.queries import voices
from evalapp.results.queries.heard import Heard, heard
from evalapp.supervision.queries.promised import UndoneStep, undone_steps
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class VoicesPage:
    unit: Unit
    counted: UnitVoice | None
    heard: Heard
    undone: Sequence[UndoneStep]

    @property
    def said(self) -> dict[str, Any]:
        """What was counted; empty lists before the first count."""
        empty: dict[str, Any] = {"comments": 0, "answered": 0}
        empty |= {name: [] for name in ("words", "moments", "months", "pledges")}
        return self.counted.document if self.counted else empty

    @property
    def is_empty(self) -> bool:
        return not (self.said["comments"] or self.heard.scores or self.undone)


def voices_page(session: Session, unit: Unit) -> VoicesPage:
    """Everything that the page shows, in four statements."""
    return VoicesPage(
        unit=unit,
        counted=voices.counted(session, unit.id),
        heard=heard(session, unit.id, unit.slug),
        undone=undone_steps(session, unit.id),
    )
