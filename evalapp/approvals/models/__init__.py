"""Tables of cases, of what came in, and of what it broke."""

from evalapp.approvals.models.cards import CaseCard
from evalapp.approvals.models.cases import (
    ApprovalsProfileInForce,
    Case,
    CaseBasis,
    CaseCounter,
    CaseEventRow,
    CaseStep,
)
from evalapp.approvals.models.intake import (
    IntakeBatch,
    IntakeFeed,
    IntakeKey,
    IntakeRefusal,
    IntakeSignature,
)
from evalapp.approvals.models.tracing import CaseAttempt

__all__ = [
    "ApprovalsProfileInForce",
    "Case",
    "CaseAttempt",
    "CaseBasis",
    "CaseCard",
    "CaseCounter",
    "CaseEventRow",
    "CaseStep",
    "IntakeBatch",
    "IntakeFeed",
    "IntakeKey",
    "IntakeRefusal",
    "IntakeSignature",
]
