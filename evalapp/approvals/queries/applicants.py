"""What a person applied for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case
from evalapp.approvals.rules.kinds import STATE_WORDS, CaseState
from evalapp.powers.models import ServiceItem
from evalapp.units.models import Unit

_MOST = 500


@dataclass(frozen=True, kw_only=True)
class OwnCase:
    """A case as the person with the applicant's number reads it; the name as it is shown."""

    reference: str
    number: str  # of the unit's own
    unit: str
    item: str  # its code
    item_name: str
    applicant: str
    state: CaseState
    began_at: datetime

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]


def own_cases(session: Session, person_id: str, *, limit: int = _MOST) -> Sequence[OwnCase]:
    """Return the cases under a person's number, the newest first, in one statement."""
    rows = session.execute(
        select(
            Case.reference,
            Case.number,
            Unit.name.label("unit"),
            ServiceItem.code.label("item"),
            ServiceItem.name.label("item_name"),
            Case.applicant_shown.label("applicant"),
            Case.state,
            Case.began_at,
        )
        .join(Unit, Unit.id == Case.unit_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .where(Case.person_id == person_id, Case.person_id != "")
        .order_by(Case.began_at.desc(), Case.reference)
        .limit(limit)
    )
    return [OwnCase(**row) for row in rows.mappings()]
