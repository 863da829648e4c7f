"""Changing matters: opening, answering, mending, ruling, reminding, counting again."""

from evalapp.supervision.rules.plans import Step
from evalapp.supervision.services.answering import answer, explain, grade_answer, reopen
from evalapp.supervision.services.escalating import act_next
from evalapp.supervision.services.evidencing import add_file, new_token, withdraw_file
from evalapp.supervision.services.matters import (
    add_note,
    classify,
    close_matter,
    hand_over,
    open_matter,
    withdraw_about,
    withdraw_matter,
)
from evalapp.supervision.services.mending import (
    check,
    claim_mended,
    confirm,
    finish_step,
    fix_at_once,
    forget_words,
    plan,
)
from evalapp.supervision.services.notices import (
    answer_notice,
    begin_with_notice,
    issue_notice,
    withdraw_notice,
)
from evalapp.supervision.services.pausing import pause, resume
from evalapp.supervision.services.points import confirm_points, drop_points, propose_points
from evalapp.supervision.services.profiles import adopt_profile
from evalapp.supervision.services.recounting import on_calendar_changed
from evalapp.supervision.services.ruling import confirm_ruling, contest, drop_ruling, propose_ruling

__all__ = [
    "Step",
    "act_next",
    "add_file",
    "add_note",
    "adopt_profile",
    "answer",
    "answer_notice",
    "begin_with_notice",
    "check",
    "claim_mended",
    "classify",
    "close_matter",
    "confirm",
    "confirm_points",
    "confirm_ruling",
    "contest",
    "drop_points",
    "drop_ruling",
    "explain",
    "finish_step",
    "fix_at_once",
    "forget_words",
    "grade_answer",
    "hand_over",
    "issue_notice",
    "new_token",
    "on_calendar_changed",
    "open_matter",
    "pause",
    "plan",
    "propose_points",
    "propose_ruling",
    "reopen",
    "resume",
    "withdraw_about",
    "withdraw_file",
    "withdraw_matter",
    "withdraw_notice",
]
