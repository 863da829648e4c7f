"""What a resident asked about lines, for that resident alone: found by keyed marks, of which a copy of the database joins no two."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Resident
from evalapp.core import clock
from evalapp.disclosures.models import LineQuestion
from evalapp.disclosures.queries.finances import AskedLine, with_answers
from evalapp.disclosures.rules.asking import QuestionKey

_AT_ONCE = 64  # marks that are looked for together; few people ask more in their lives
_MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class OwnMark:
    """A question of this resident. `is_theirs`: not of whoever had their number before."""

    question_id: uuid.UUID
    matter_id: uuid.UUID
    is_theirs: bool


def own_marks(session: Session, *, resident_id: uuid.UUID, key: QuestionKey) -> list[OwnMark]:
    """Return every question of a resident: one statement, one more whenever all marks looked for were found."""
    found: list[OwnMark] = []
    while True:
        marks = [key.mark(resident_id, place) for place in range(len(found), 2 * len(found) + _AT_ONCE)]
        rows = session.execute(_marked(), {"marks": marks, "resident_id": resident_id}).all()
        found += [
            OwnMark(question_id=row.id, matter_id=row.matter_id, is_theirs=row.is_theirs) for row in rows
        ]
        if len(rows) < len(marks):
            return found


def own_questions(session: Session, *, resident_id: uuid.UUID, key: QuestionKey) -> Sequence[AskedLine]:
    """Return what a resident asked, newest first, with what came of it: two statements, one where they asked nothing."""
    own = [one.question_id for one in own_marks(session, resident_id=resident_id, key=key) if one.is_theirs]
    if not own:
        return ()
    rows = session.execute(_own(), {"own": own}).all()
    return [AskedLine.of(row, now=clock.now()) for row in rows]


@cache
def _marked() -> Select[*tuple[Any, ...]]:
    somebody_elses = exists().where(
        Resident.id == bindparam("resident_id"), Resident.known_since > LineQuestion.asked_at
    )
    return select(LineQuestion.id, LineQuestion.matter_id, (~somebody_elses).label("is_theirs")).where(
        LineQuestion.pseudonym.in_(bindparam("marks", expanding=True))
    )


@cache
def _own() -> Select[*tuple[Any, ...]]:
    return (
        with_answers()
        .where(LineQuestion.id.in_(bindparam("own", expanding=True)))
        .order_by(LineQuestion.asked_at.desc(), LineQuestion.id)
        .limit(_MOST_SHOWN)
    )
