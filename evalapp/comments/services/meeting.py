"""我也遇到: residents who met with the same say so, once each; what they said goes when they go."""

import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts.events import ResidentStartedAnew
from evalapp.comments.models import Comment, MetToo, Thread
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import jobs
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.supervision import services as supervision
from evalapp.supervision.queries import confirming

FORGET = "comments.forget_met"


def say_met(session: Session, *, reference: str, resident: Actor, keys: CommentKeys) -> int:
    """Say that one met with the same; twice changes nothing. Return how many said so.

    Raises `NotFound` for what is not public, `Conflict` for one's own comment.
    """
    comment = _public(session, reference)
    assert resident.id is not None
    own = sealing.pseudonym(keys, thread_id=comment.thread_id, resident_id=resident.id)
    if comment.pseudonym == own:
        raise Conflict(N_("这条是你自己写的，已经算上你了。"))
    mark = sealing.met_mark(keys, thread_id=comment.thread_id, resident_id=resident.id)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = session.execute(
        insert(MetToo)
        .values(comment_id=comment.id, mark=mark)
        .on_conflict_do_nothing()
        .returning(MetToo.comment_id)
    ).all()
    return _counted(session, comment.id, len(added))


def take_back(session: Session, *, reference: str, resident: Actor, keys: CommentKeys) -> int:
    """Take it back; twice changes nothing. Return how many said so. Raises `NotFound`."""
    comment = _public(session, reference)
    assert resident.id is not None
    mark = sealing.met_mark(keys, thread_id=comment.thread_id, resident_id=resident.id)
    removed = session.execute(
        delete(MetToo)
        .where(MetToo.comment_id == comment.id, MetToo.mark == mark)
        .returning(MetToo.comment_id)
    ).all()
    return _counted(session, comment.id, -len(removed))


def forget_said(session: Session, *, resident_id: uuid.UUID, keys: CommentKeys) -> None:
    """Take back every 我也遇到 of a resident and every word on what was mended. Twice changes nothing."""
    threads = session.scalars(select(Thread.id).order_by(Thread.id)).all()
    _forget_marks(
        session, [sealing.met_mark(keys, thread_id=thread, resident_id=resident_id) for thread in threads]
    )
    supervision.forget_words(
        session,
        [
            sealing.confirmation_mark(keys, matter_id=matter, resident_id=resident_id)
            for matter in confirming.spoken_about(session)
        ],
    )


def on_resident_started_anew(session: Session, event: ResidentStartedAnew) -> None:
    """Ask for the work of forgetting: the number may be somebody else's now, and it needs the keys."""
    jobs.enqueue(session, FORGET, {"resident_id": str(event.resident_id)})


def _forget_marks(session: Session, marks: list[str]) -> None:
    removed = session.scalars(delete(MetToo).where(MetToo.mark.in_(marks)).returning(MetToo.comment_id)).all()
    for comment_id in sorted(removed):
        session.execute(
            update(Comment)
            .where(Comment.id == comment_id)
            .values(met=Comment.met - 1)
            .execution_options(synchronize_session=False)
        )


def _public(session: Session, reference: str) -> Comment:
    comment = session.scalar(
        select(Comment).where(Comment.reference == reference, Comment.state == CommentState.SHOWN)
    )
    if comment is None:
        raise NotFound(N_("没有找到这条留言。"))
    return comment


def _counted(session: Session, comment_id: uuid.UUID, more: int) -> int:
    """Count in one statement, so that two at once are both counted, and only while the comment is public."""
    counted = session.scalar(
        update(Comment)
        .where(Comment.id == comment_id, Comment.state == CommentState.SHOWN)
        .values(met=Comment.met + more)
        .returning(Comment.met)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        raise NotFound(N_("没有找到这条留言。"))
    return counted
