"""What a matter was asked by, or came of, for the desks that answer it."""

import uuid
from dataclasses import dataclass

from evalapp.approvals.queries import cards, voices
from evalapp.approvals.queries.voices import ShownGrade
from evalapp.approvals.rules.rating import TOPIC_WORDS
from evalapp.disclosures.models import LineQuestion
from evalapp.disclosures.queries import finances
from evalapp.supervision.queries.pages import MatterPage
from evalapp.supervision.rules.states import MatterKind
from evalapp.web.context import db


def asked_about_line(page: MatterPage) -> LineQuestion | None:
    """Return the resident's question where the matter is about a line of the finances."""
    matter = page.shown.matter
    if matter.kind is not MatterKind.LINE_QUESTION:
        return None
    return finances.question_of_matter(db.session, matter.id)


def card_of(page: MatterPage) -> uuid.UUID | None:
    """Return the card of the monitor that a matter came of, or is to decide about."""
    matter = page.shown.matter
    if matter.kind not in {MatterKind.MONITORING, MatterKind.CARD}:
        return None
    return cards.of_matter(db.session, matter.id)


@dataclass(frozen=True, kw_only=True)
class SaidOfCase:
    """What an applicant said of a case: a low grade, or a complaint with its words."""

    reference: str
    grade: ShownGrade | None = None
    topic_words: str = ""
    words: str = ""


def said_of_case(page: MatterPage) -> SaidOfCase | None:
    """Return what an applicant said where the matter is about a case."""
    matter = page.shown.matter
    if matter.kind is MatterKind.LOW_GRADE:
        grade = voices.grade_of_matter(db.session, matter)
        return SaidOfCase(reference=matter.about, grade=grade) if grade is not None else None
    if matter.kind is not MatterKind.COMPLAINT:
        return None
    found = voices.complaint_of_matter(db.session, matter)
    if found is None:
        return None
    return SaidOfCase(reference=matter.about, topic_words=TOPIC_WORDS[found.topic], words=found.words)
