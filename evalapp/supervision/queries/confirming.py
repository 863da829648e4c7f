"""Residents' words on what was mended: whose they are knows only who can compute the name under which they stand."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from evalapp.supervision.models import Confirmation, Rectification


def words_of(session: Session, names: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, bool]:
    """Return what somebody said of the newest plan of each matter, under their name in it."""
    later = aliased(Rectification)
    newest = (
        select(func.max(later.number))
        .where(later.matter_id == Rectification.matter_id)
        .correlate(Rectification)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Rectification.matter_id, Confirmation.is_mended)
        .join(Confirmation, Confirmation.rectification_id == Rectification.id)
        .where(Confirmation.pseudonym.in_(names.values()), Rectification.number == newest)
        .order_by(Rectification.matter_id)
        .limit(len(names))
    ).all()
    return {row.matter_id: row.is_mended for row in rows}


def spoken_about(session: Session) -> Sequence[uuid.UUID]:
    """Return the matters on whose plans somebody said something."""
    return session.scalars(
        select(Rectification.matter_id)
        .join(Confirmation, Confirmation.rectification_id == Rectification.id)
        .distinct()
        .order_by(Rectification.matter_id)
    ).all()
