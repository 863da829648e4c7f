"""Tables of cases, of what came in, of what it broke, and of the totals of it all."""

from evalapp.approvals.models.cards import CardContest, CaseCard
from evalapp.approvals.models.cases import (
    ApprovalsProfileInForce,
    Case,
    CaseBasis,
    CaseCounter,
    CaseEventRow,
    CaseStep,
)
from evalapp.approvals.models.intake import (
    EventAfterClosing,
    IntakeBatch,
    IntakeFeed,
    IntakeKey,
    IntakeRefusal,
    IntakeSignature,
)
from evalapp.approvals.models.quarters import MonitorEntry, UnitQuarter
from evalapp.approvals.models.telling import CaseMessage, CaseNews, CaseQuiet, MessageState
from evalapp.approvals.models.totals import ArrivalTotal, DayTotal, HandledTotal, OpenTotal, StepTotal
from evalapp.approvals.models.tracing import CaseAttempt
from evalapp.approvals.models.voices import CaseComplaint, CaseGrade

__all__ = [
    "ApprovalsProfileInForce",
    "ArrivalTotal",
    "CardContest",
    "Case",
    "CaseAttempt",
    "CaseBasis",
    "CaseCard",
    "CaseComplaint",
    "CaseCounter",
    "CaseEventRow",
    "CaseGrade",
    "CaseMessage",
    "CaseNews",
    "CaseQuiet",
    "CaseStep",
    "DayTotal",
    "EventAfterClosing",
    "HandledTotal",
    "IntakeBatch",
    "IntakeFeed",
    "IntakeKey",
    "IntakeRefusal",
    "IntakeSignature",
    "MessageState",
    "MonitorEntry",
    "OpenTotal",
    "StepTotal",
    "UnitQuarter",
]
