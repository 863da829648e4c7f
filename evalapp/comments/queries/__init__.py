"""Reading threads and comments: for everybody, for their authors, for the office, for units."""

from evalapp.comments.queries.authors import OwnComment, comments_of, own_in_thread
from evalapp.comments.queries.threads import (
    PAGE,
    ReplyShown,
    ShownComment,
    ThreadFilter,
    ThreadPage,
    replies_to,
    thread_page,
)
from evalapp.comments.queries.units import Inbox, InboxFilter, InboxItem, inbox, inbox_item, unit_before
from evalapp.comments.queries.waiting import Queue, Queued, QueueFilter, comment_by_reference, queue

__all__ = [
    "PAGE",
    "Inbox",
    "InboxFilter",
    "InboxItem",
    "OwnComment",
    "Queue",
    "QueueFilter",
    "Queued",
    "ReplyShown",
    "ShownComment",
    "ThreadFilter",
    "ThreadPage",
    "comment_by_reference",
    "comments_of",
    "inbox",
    "inbox_item",
    "own_in_thread",
    "queue",
    "replies_to",
    "thread_page",
    "unit_before",
]
