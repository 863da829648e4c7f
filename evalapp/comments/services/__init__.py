"""Changing threads and comments: what residents write, what the office decides, what units reply."""

from evalapp.comments.services.appeals import appeal, decide_appeal
from evalapp.comments.services.asking import classify
from evalapp.comments.services.authorship import (
    ERASE,
    CommentPolicy,
    erase_author,
    on_resident_erased,
    withdraw_comment,
    write_comment,
)
from evalapp.comments.services.drafts import (
    drop_template,
    keep_template,
    save_draft,
    send_back,
    sign_draft,
    submit_draft,
)
from evalapp.comments.services.grading import (
    grade_answer,
    reopen,
    say_as_one_who_met,
    say_whether_mended,
)
from evalapp.comments.services.meeting import (
    FORGET,
    forget_said,
    on_resident_started_anew,
    say_met,
    take_back,
)
from evalapp.comments.services.moderation import SeenGroup, approve, decide_group, mask, refuse
from evalapp.comments.services.replies import TELL, edit_reply, on_matter_answered, reply, tell
from evalapp.comments.services.reports import hand_back, move, open_report, take
from evalapp.comments.services.threads import open_thread, update_thread
from evalapp.comments.services.watching import write_list

__all__ = [
    "ERASE",
    "FORGET",
    "TELL",
    "CommentPolicy",
    "SeenGroup",
    "appeal",
    "approve",
    "classify",
    "decide_appeal",
    "decide_group",
    "drop_template",
    "edit_reply",
    "erase_author",
    "forget_said",
    "grade_answer",
    "hand_back",
    "keep_template",
    "mask",
    "move",
    "on_matter_answered",
    "on_resident_erased",
    "on_resident_started_anew",
    "open_report",
    "open_thread",
    "refuse",
    "reopen",
    "reply",
    "save_draft",
    "say_as_one_who_met",
    "say_met",
    "say_whether_mended",
    "send_back",
    "sign_draft",
    "submit_draft",
    "take",
    "take_back",
    "tell",
    "update_thread",
    "withdraw_comment",
    "write_comment",
    "write_list",
]
