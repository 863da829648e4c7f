"""The clock of a comment: opened when it is shown and asks for something, called off when it is no longer shown."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments.models import Comment, ReplyDraft, Thread
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import CommentState
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.states import MatterKind

_TITLES = {MatterKind.QUESTION: "对《%s》的提问", MatterKind.COMPLAINT: "对《%s》的投诉"}
_TITLE_ROOM = 100
NO_LONGER_SHOWN = (
    "留言已不公开"  # one for all: nobody reads from it which were moved to the misconduct channel
)


def locked_comment(session: Session, comment_id: uuid.UUID) -> Comment:
    """Return a comment, locked, its matter before it: whoever answers the matter takes both in that order."""
    matter_id = session.scalar(select(Comment.matter_id).where(Comment.id == comment_id))
    if matter_id is not None:
        locked(session, Matter, matter_id)
    return locked(session, Comment, comment_id)


def follow(session: Session, comment: Comment, *, actor: Actor) -> None:
    """Bring the clock in line with the comment, before anything of it is written down.

    Opens a matter for a shown comment that asks and waits for its answer; withdraws that of one that is not shown, and
    takes away what the unit had drafted.
    """
    if comment.state is CommentState.MOVED:
        comment.asking = None
    if comment.state is CommentState.SHOWN:
        if (
            comment.asking
            and comment.asking.has_clock
            and comment.matter_id is None
            and not comment.is_answered
        ):
            comment.matter_id = _opened(session, comment, comment.asking, actor=actor).id
        return
    matter_id, comment.matter_id = comment.matter_id, None
    session.execute(delete(ReplyDraft).where(ReplyDraft.comment_id == comment.id))
    if matter_id is not None:
        supervision.withdraw_matter(session, matter_id=matter_id, reason=NO_LONGER_SHOWN, actor=actor)


def classify(session: Session, *, reference: str, seen_version: int, asking: Asking, actor: Actor) -> Comment:
    """Say what a shown comment asks for, where nobody has said so: its clock starts now.

    Raises `NotFound`, and `Conflict` when somebody was first. How much a clock asks for is changed at its matter.
    """
    comment_id = session.scalar(
        select(Comment.id).where(Comment.reference == reference, Comment.state == CommentState.SHOWN)
    )
    if comment_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    comment = locked_comment(session, comment_id)
    if comment.version != seen_version or comment.state is not CommentState.SHOWN or comment.matter_id:
        raise Conflict(N_("这条留言刚刚有人处理过，请看看现在的情况。"))
    if comment.is_answered and asking.has_clock:
        raise Conflict(N_("这条留言已经有回复，不再计时。"))
    comment.asking, comment.version = asking, comment.version + 1
    follow(session, comment, actor=actor)
    audit.record(
        session,
        actor=actor,
        action="comment.classified",
        subject=reference,
        detail={"asking": asking.value},
    )
    return comment


def _opened(session: Session, comment: Comment, asking: Asking, *, actor: Actor) -> Matter:
    thread = session.get_one(Thread, comment.thread_id)
    return supervision.open_matter(
        session,
        kind=asking.kind,
        weight=asking.weight,
        title=_TITLES[asking.kind] % thread.title[:_TITLE_ROOM],
        path=f"{thread.path}#{comment.reference}",
        about=comment.reference,
        unit_id=thread.unit_id,
        key=f"comment:{comment.id}:{comment.version}",
        actor=actor,
    )
