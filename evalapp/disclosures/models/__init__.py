"""Tables of boards: what is posted on them, in every version, and the money line by line."""

from evalapp.disclosures.models.boards import (
    Attachment,
    Board,
    Disclosure,
    DisclosureDraft,
    DisclosureState,
    DisclosureVersion,
    ReferenceCounter,
)
from evalapp.disclosures.models.finances import BudgetLine, FinanceLine, FinanceStatement, StatementState
from evalapp.disclosures.models.questions import LineQuestion, QuestionAllowance

__all__ = [
    "Attachment",
    "Board",
    "BudgetLine",
    "Disclosure",
    "DisclosureDraft",
    "DisclosureState",
    "DisclosureVersion",
    "FinanceLine",
    "FinanceStatement",
    "LineQuestion",
    "QuestionAllowance",
    "ReferenceCounter",
    "StatementState",
]
