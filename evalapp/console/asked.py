"""What a matter was asked by, for the desks that answer it."""

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
