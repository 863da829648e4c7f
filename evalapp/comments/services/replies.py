"""What units reply: one answer a comment, of which every wording is kept. Where a clock runs, its answer is the reply."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments.events import CommentChanged
from evalapp.comments.models import Comment, Reply, ReplyDraft, ReplyWording, Thread
from evalapp.comments.rules import wording
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.asking import locked_comment
from evalapp.comments.services.deciding import tell_author
from evalapp.comments.services.threads import recount
from evalapp.core import clock, events, jobs, masking
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.masking import NumberKind
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.transaction import locked
from evalapp.supervision import services as supervision
from evalapp.supervision.events import MatterAnswered
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.states import Act, Phase
from evalapp.supervision.rules.wording import checked_answer

TELL = "comments.tell_author"
_ANSWERS = (Act.ANSWERED, Act.EXPLAINED)


def reply(
    session: Session,
    *,
    reference: str,
    unit_id: uuid.UUID,
    actor: Actor,
    text: str,
    signed_off_by: Actor | None = None,
    seen_matter: int | None = None,
) -> Reply:
    """Answer a shown comment for the unit whose thread it is in, and have the author told.

    Where a clock runs it is the answer to the matter, refused as `supervision.answer` refuses it; after a reopening it
    is the next wording. Raises `NotFound` for a comment that is not before this unit, `Invalid`, `NotAllowed`, and
    `Conflict` when a colleague answered or, with `seen_matter`, the matter is no longer as it was seen.
    """
    words = fit_words(text)
    comment = before_unit(session, reference, unit_id)
    if comment.matter_id is None:
        _publish(session, comment, unit_id, words, actor=actor)
        return _reply_to(session, comment.id)
    supervision.answer(
        session,
        matter_id=comment.matter_id,
        text=words,
        actor=actor,
        unit_id=unit_id,
        signed_off_by=signed_off_by,
        seen_version=seen_matter,
    )
    return _reply_to(session, comment.id)


def on_matter_answered(session: Session, event: MatterAnswered) -> None:
    """Put the answer to a comment's matter under the comment. Refuses, at its field, what no reply may hold."""
    comment_id = session.scalar(select(Comment.id).where(Comment.matter_id == event.matter_id))
    if comment_id is None:
        return
    said = session.scalars(
        select(MatterEvent)
        .where(MatterEvent.matter_id == event.matter_id, MatterEvent.kind.in_(_ANSWERS))
        .order_by(MatterEvent.number.desc())
        .limit(1)
    ).one()
    comment = locked(session, Comment, comment_id)
    writer = Actor(
        kind=ActorKind.STAFF if said.staff_id else ActorKind.SYSTEM, id=said.staff_id, name=said.post
    )
    unit_id = session.scalars(select(Matter.unit_id).where(Matter.id == event.matter_id)).one()
    _publish(session, comment, unit_id, fit_words(said.note), actor=writer)


def edit_reply(
    session: Session, *, reference: str, unit_id: uuid.UUID, actor: Actor, text: str, seen_version: int
) -> Reply:
    """Change the wording of one's unit's reply; the earlier ones stay. Raises `NotFound`, `Invalid`, `Conflict`.

    An answer stays an answer: refused is what could not have been one, and any change while the asker waits for another.
    """
    words = fit_words(text)
    comment = before_unit(session, reference, unit_id)
    reply_id = session.scalar(
        select(Reply.id).where(Reply.comment_id == comment.id, Reply.unit_id == unit_id)
    )
    if reply_id is None:
        raise NotFound(N_("这条留言还没有回复。"))
    _check_still_answer(session, comment, words)
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
    events.emit(session, CommentChanged(comment_id=comment.id))
    return answered


def tell(session: Session, *, comment_id: uuid.UUID, keys: CommentKeys) -> None:
    """Have the author of a comment told that there is something new; of one that is gone nobody is told."""
    comment = session.get(Comment, comment_id)
    if comment is not None:
        tell_author(session, comment, keys=keys)


def before_unit(session: Session, reference: str, unit_id: uuid.UUID) -> Comment:
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
    comment = locked_comment(session, comment_id)
    if comment.state is not CommentState.SHOWN:
        raise NotFound(N_("没有找到这条留言。"))
    return comment


def fit_words(text: str) -> str:
    """Return what a unit writes, cleaned. Raises `Invalid`."""
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


def _publish(session: Session, comment: Comment, unit_id: uuid.UUID, words: str, *, actor: Actor) -> None:
    """Write the reply, or its next wording where an asker opened the matter again."""
    answered = session.scalar(select(Reply).where(Reply.comment_id == comment.id))
    if answered is not None and comment.matter_id is None:
        raise Conflict(N_("同事刚刚回复了这条留言，请看看他写的。"))
    if answered is None:
        answered = Reply(
            id=uuid.uuid4(), comment_id=comment.id, unit_id=unit_id, version=1, answered_at=clock.now()
        )
        first = Conflict(N_("同事刚刚回复了这条留言，请看看他写的。"))
        with refusing(session, {"uq_replies_comment_id": first}):
            session.add(answered)
    else:
        answered.version, answered.answered_at = answered.version + 1, clock.now()
    _add_wording(session, answered, words, actor=actor)
    audit.record(session, actor=actor, action="comment.replied", subject=comment.reference)
    comment.is_answered = True
    draft = session.scalar(select(ReplyDraft).where(ReplyDraft.comment_id == comment.id))
    if draft is not None:
        session.delete(draft)
    jobs.enqueue(session, TELL, {"comment_id": str(comment.id)})
    events.emit(session, CommentChanged(comment_id=comment.id))
    recount(session, comment.thread_id)


def _check_still_answer(session: Session, comment: Comment, words: str) -> None:
    if comment.matter_id is None:
        return
    matter = session.get_one(Matter, comment.matter_id)
    if matter.phase is Phase.REOPENED:
        raise Conflict(N_("提问人已经重新打开，请写新的答复，不能改原来的。"))
    checked_answer(words, profiles.profile_of(session, matter.profile_id))


def _reply_to(session: Session, comment_id: uuid.UUID) -> Reply:
    return session.scalars(select(Reply).where(Reply.comment_id == comment_id)).one()


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
