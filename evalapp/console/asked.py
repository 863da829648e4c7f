"""What a matter was asked by, or came of, for the desks that answer it."""

import uuid

from evalapp.approvals.queries import cards
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
