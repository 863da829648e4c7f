"""Changing threads and comments: what residents write, what the office decides, what units reply."""

from evalapp.comments.services.appeals import appeal, decide_appeal
from evalapp.comments.services.authorship import (
    ERASE,
    CommentPolicy,
    erase_author,
    on_resident_erased,
    withdraw_comment,
    write_comment,
)
from evalapp.comments.services.meeting import say_met, take_back
from evalapp.comments.services.moderation import SeenGroup, approve, decide_group, mask, refuse
from evalapp.comments.services.replies import edit_reply, reply
from evalapp.comments.services.reports import hand_back, move, open_report, take
from evalapp.comments.services.threads import open_thread, update_thread
from evalapp.comments.services.watching import write_list

__all__ = [
    "ERASE",
    "CommentPolicy",
    "SeenGroup",
    "appeal",
    "approve",
    "decide_appeal",
    "decide_group",
    "edit_reply",
    "erase_author",
    "hand_back",
    "mask",
    "move",
    "on_resident_erased",
    "open_report",
    "open_thread",
    "refuse",
    "reply",
    "say_met",
    "take",
    "take_back",
    "update_thread",
    "withdraw_comment",
    "write_comment",
    "write_list",
]
