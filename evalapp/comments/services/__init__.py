"""Changing threads and comments: what residents write, what the office decides, what units reply."""

from evalapp.comments.services.authorship import CommentPolicy, erase_author, withdraw_comment, write_comment
from evalapp.comments.services.moderation import approve, mask, refuse
from evalapp.comments.services.replies import edit_reply, reply
from evalapp.comments.services.threads import open_thread, update_thread

__all__ = [
    "CommentPolicy",
    "approve",
    "edit_reply",
    "erase_author",
    "mask",
    "open_thread",
    "refuse",
    "reply",
    "update_thread",
    "withdraw_comment",
    "write_comment",
]
