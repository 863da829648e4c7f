"""Tables of matters, of their clocks, and of what was done about them."""

from evalapp.supervision.models.escalation import PointChange, Reminder, SupervisionNotice
from evalapp.supervision.models.matters import (
    AnswerGrade,
    Deadline,
    DeadlinePause,
    Matter,
    MatterEvent,
    ProfileInForce,
    ReferenceCounter,
)
from evalapp.supervision.models.rectification import (
    CheckedBy,
    Confirmation,
    FileKind,
    MatterCheck,
    Rectification,
    RectificationFile,
    RectificationStep,
    Ruling,
)

__all__ = [
    "AnswerGrade",
    "CheckedBy",
    "Confirmation",
    "Deadline",
    "DeadlinePause",
    "FileKind",
    "Matter",
    "MatterCheck",
    "MatterEvent",
    "PointChange",
    "ProfileInForce",
    "Rectification",
    "RectificationFile",
    "RectificationStep",
    "ReferenceCounter",
    "Reminder",
    "Ruling",
    "SupervisionNotice",
]
