"""Which cases a typed number may mean."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case
from evalapp.approvals.rules import tracing
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that a number may mean, and what its code is made of."""

    id: uuid.UUID
    reference: str


def candidates(session: Session, number: str) -> Sequence[Candidate]:
    """The cases of a number, as `plain_number` gave it: ours names one, a unit's own as many as there are units that use it.

    One statement: a look into the index of each unit, so that cases need no further index for it.
    """
    found = select(Case.id, Case.reference)
    if tracing.is_reference(number):
        found = found.where(Case.reference == number)
    else:
        found = (
            found.select_from(Unit)
            .join(Case, Case.unit_id == Unit.id)
            .where(Case.number == number)
            .order_by(Case.reference)
        )
    return [Candidate(**row) for row in session.execute(found).mappings()]
