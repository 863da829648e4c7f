"""Tables of threads, comments, decisions and replies, and of what the office keeps beside them."""

from evalapp.comments.models.comments import (
    Comment,
    CommentAllowance,
    CommentAuthor,
    CommentBand,
    CommentDecision,
    CommentGroup,
    MetToo,
    Reply,
    ReplyWording,
    Thread,
)
from evalapp.comments.models.office import (
    CommentAppeal,
    CommentCatch,
    MisconductReport,
    ModerationMonth,
    ModerationPerson,
    ModerationReason,
    ModerationUnit,
    ModerationWait,
    UnitVoice,
    WatchedList,
)
from evalapp.comments.models.replying import ReplyDraft, ReplyTemplate

__all__ = [
    "Comment",
    "CommentAllowance",
    "CommentAppeal",
    "CommentAuthor",
    "CommentBand",
    "CommentCatch",
    "CommentDecision",
    "CommentGroup",
    "MetToo",
    "MisconductReport",
    "ModerationMonth",
    "ModerationPerson",
    "ModerationReason",
    "ModerationUnit",
    "ModerationWait",
    "Reply",
    "ReplyDraft",
    "ReplyTemplate",
    "ReplyWording",
    "Thread",
    "UnitVoice",
    "WatchedList",
]
