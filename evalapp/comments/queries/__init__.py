"""Reading threads and comments: for everybody, for their authors, for the office, for units."""

from evalapp.comments.queries.authors import OwnComment, comments_of, own_in_thread
from evalapp.comments.queries.groups import WaitingGroup, waiting_groups
from evalapp.comments.queries.journal import Journal, moderation_journal
from evalapp.comments.queries.meeting import MetComment, met_comments
from evalapp.comments.queries.office import (
    AppealWaiting,
    ReportListed,
    appeals_waiting,
    list_versions,
    report_listed,
    reports,
    watched_list,
)
from evalapp.comments.queries.threads import (
    PAGE,
    ReplyShown,
    ShownComment,
    ThreadFilter,
    ThreadPage,
    replies_to,
    thread_page,
)
from evalapp.comments.queries.units import (
    Inbox,
    InboxFilter,
    InboxItem,
    inbox,
    inbox_item,
    templates,
    unit_before,
)
from evalapp.comments.queries.waiting import (
    Counts,
    Queue,
    Queued,
    QueueFilter,
    comment_by_reference,
    counts,
    queue,
)

__all__ = [
    "PAGE",
    "AppealWaiting",
    "Counts",
    "Inbox",
    "InboxFilter",
    "InboxItem",
    "Journal",
    "MetComment",
    "OwnComment",
    "Queue",
    "QueueFilter",
    "Queued",
    "ReplyShown",
    "ReportListed",
    "ShownComment",
    "ThreadFilter",
    "ThreadPage",
    "WaitingGroup",
    "appeals_waiting",
    "comment_by_reference",
    "comments_of",
    "counts",
    "inbox",
    "inbox_item",
    "list_versions",
    "met_comments",
    "moderation_journal",
    "own_in_thread",
    "queue",
    "replies_to",
    "report_listed",
    "reports",
    "templates",
    "thread_page",
    "unit_before",
    "waiting_groups",
    "watched_list",
]
