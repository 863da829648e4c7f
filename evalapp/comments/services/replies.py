"""What units reply: one answer a comment, of which every wording is kept."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments.models import Comment, Reply, ReplyWording, Thread
from evalapp.comments.rules import masking, wording
from evalapp.comments.rules.masking import NumberKind
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.deciding import settle
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked


def reply(
    session: Session, *, reference: str, unit_id: uuid.UUID, actor: Actor, text: str, keys: CommentKeys
) -> Reply:
    """Answer a shown comment for the unit whose thread it is in, and tell the author.

    Raises `NotFound` for a comment that is not before this unit, `Invalid`, and `Conflict` when a colleague answered.
    """
    words = _fit_words(text)
    comment = _before_unit(session, reference, unit_id)
    answered = Reply(id=uuid.uuid4(), comment_id=comment.id, unit_id=unit_id, version=1)
    first = Conflict(N_("同事刚刚回复了这条留言，请看看他写的。"))
    with refusing(session, {"uq_replies_comment_id": first}):
        session.add(answered)
    _add_wording(session, answered, words, actor=actor)
    audit.record(session, actor=actor, action="comment.replied", subject=reference)
    comment.is_answered = True
    settle(session, comment, keys=keys)
    return answered


def edit_reply(
    session: Session, *, reference: str, unit_id: uuid.UUID, actor: Actor, text: str, seen_version: int
) -> Reply:
    """Change the wording of one's unit's reply; the earlier ones stay. Raises `NotFound`, `Invalid`, `Conflict`."""
    words = _fit_words(text)
    comment = _before_unit(session, reference, unit_id)
    reply_id = session.scalar(
        select(Reply.id).where(Reply.comment_id == comment.id, Reply.unit_id == unit_id)
    )
    if reply_id is None:
        raise NotFound(N_("这条留言还没有回复。"))
    answered = locked(session, Reply, reply_id)
    if answered.version != seen_version:
        raise Conflict(N_("同事刚刚改过这条回复，请看看他写的。"))
    newest = session.scalar(
        select(ReplyWording.text).where(
            ReplyWording.reply_id == answered.id, ReplyWording.number == answered.version
        )
    )
    if newest == words:
        raise Invalid(N_("回复和原来一样，没有改动。"), field="text")
    answered.version += 1
    _add_wording(session, answered, words, actor=actor)
    audit.record(
        session,
        actor=actor,
        action="comment.reply_edited",
        subject=reference,
        detail={"version": answered.version},
    )
    return answered


def _before_unit(session: Session, reference: str, unit_id: uuid.UUID) -> Comment:
    """Return the shown comment of a thread of this unit, locked; what is another's does not exist."""
    comment_id = session.scalar(
        select(Comment.id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(
            Comment.reference == reference,
            Thread.unit_id == unit_id,
            Comment.state == CommentState.SHOWN,
        )
    )
    if comment_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    comment = locked(session, Comment, comment_id)
    if comment.state is not CommentState.SHOWN:
        raise NotFound(N_("没有找到这条留言。"))
    return comment


def _fit_words(text: str) -> str:
    words = wording.cleaned(text)
    if not words:
        raise Invalid(N_("请写下回复。"), field="text")
    if not wording.fits(words, wording.MOST_OF_A_REPLY):
        raise Invalid(
            N_("回复最多 %(most)s 字，现在有 %(now)s 字，请删短一些。"),
            field="text",
            most=wording.MOST_OF_A_REPLY,
            now=wording.characters(words),
        )
    if masking.masked(words).kinds - {NumberKind.LANDLINE}:
        raise Invalid(N_("回复里有手机号、证件号或卡号，请删去；办公电话可以写。"), field="text")
    return words


def _add_wording(session: Session, answered: Reply, words: str, *, actor: Actor) -> None:
    with refusing(
        session,
        {"uq_reply_wordings_reply_id_number": Conflict(N_("同事刚刚改过这条回复，请看看他写的。"))},
    ):
        session.add(
            ReplyWording(
                reply_id=answered.id,
                number=answered.version,
                text=words,
                written_at=clock.now(),
                staff_id=actor.id if actor.is_staff else None,
                post=actor.name,
            )
        )
