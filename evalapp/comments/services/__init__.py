"""Changing threads and comments: what residents write, what the office decides, what units reply."""

from evalapp.comments.services.authorship import (
    ERASE,
    CommentPolicy,
    erase_author,
    on_resident_erased,
    withdraw_comment,
    write_comment,
)
from evalapp.comments.services.moderation import approve, mask, refuse
from evalapp.comments.services.replies import edit_reply, reply
from evalapp.comments.services.threads import open_thread, update_thread

__all__ = [
    "ERASE",
    "CommentPolicy",
    "approve",
    "edit_reply",
    "erase_author",
    "mask",
    "on_resident_erased",
    "open_thread",
    "refuse",
    "reply",
    "update_thread",
    "withdraw_comment",
    "write_comment",
]
