"""What every decision on a comment has in common: seen as it is, numbered, on record, counted, told to the author."""

import uuid
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.audit import services as audit
from evalapp.comments.events import CommentChanged
from evalapp.comments.models import Comment, CommentAuthor, CommentDecision, Thread
from evalapp.comments.rules import moderation, sealing, wording
from evalapp.comments.rules.journal import JournalAct
from evalapp.comments.rules.moderation import CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import Authorship, CommentKeys
from evalapp.comments.services import asking, journal
from evalapp.comments.services.grouping import leave_last_alone
from evalapp.comments.services.threads import recount
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.notifications import services as notifications

MOST_OF_A_NOTE = 200
_STATES = {
    Verdict.APPROVED: CommentState.SHOWN,
    Verdict.REFUSED: CommentState.REFUSED,
    Verdict.RESTORED: CommentState.SHOWN,
    Verdict.MOVED: CommentState.MOVED,
    Verdict.RETURNED: CommentState.HELD,
}
_ACTS = {
    Verdict.APPROVED: JournalAct.SHOWN,
    Verdict.REFUSED: JournalAct.REFUSED,
    Verdict.MASKED: JournalAct.MASKED,
    Verdict.RESTORED: JournalAct.RESTORED,
    Verdict.UPHELD: JournalAct.UPHELD,
    Verdict.MOVED: JournalAct.MOVED,
}


def as_seen(session: Session, reference: str, seen_version: int, verdict: Verdict) -> Comment:
    """Return the comment, locked, unless it is no longer as the moderator saw it. Raises `NotFound`, `Conflict`."""
    comment_id: uuid.UUID | None = session.scalar(select(Comment.id).where(Comment.reference == reference))
    if comment_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    comment = asking.locked_comment(session, comment_id)
    if not _is_as_seen(comment, seen_version) or not moderation.may_be_decided(comment.state, verdict):
        raise somebody_was_first()
    return comment


def somebody_was_first() -> Conflict:
    return Conflict(N_("这条留言刚刚有人处理过，请看看现在的情况。"))


def checked_note(note: str, *, reason: RefusalReason | None = None) -> str:
    """Return a note to the author. Raises `Invalid`."""
    note = wording.cleaned(note)
    if reason is RefusalReason.OTHER and not note:
        raise Invalid(N_("选了“其他原因”，请写明是什么原因，作者会看到。"), field="note")
    if not wording.fits(note, MOST_OF_A_NOTE):
        raise Invalid(N_("说明最多 %(most)s 字，请删短一些。"), field="note", most=MOST_OF_A_NOTE)
    return note


def decide(
    session: Session,
    comment: Comment,
    verdict: Verdict,
    *,
    actor: Actor,
    keys: CommentKeys,
    reason: RefusalReason | None = None,
    note: str = "",
    subject: str = "",
) -> None:
    """Write the decision and its state. The caller counts the thread anew and tells the author, once it is done.

    `subject` is under what the audit names it, where that is not the comment.
    """
    before, first_shown = comment.state, comment.shown_on is None
    comment.version += 1
    comment.state = _STATES.get(verdict, before)
    if comment.state is CommentState.SHOWN and first_shown:
        comment.shown_on = clock.today()
    asking.follow(session, comment, actor=actor)
    with refusing(session, {"uq_comment_decisions_comment_id_number": somebody_was_first()}):
        session.add(
            CommentDecision(
                comment_id=comment.id,
                number=comment.version,
                at=clock.now(),
                verdict=verdict,
                reason=reason,
                note=note,
                staff_id=actor.id if actor.is_staff else None,
                post=actor.name,
            )
        )
    audit.record(
        session,
        actor=actor,
        action=f"comment.{verdict.value}",
        subject=subject or comment.reference,
        detail={"reason": reason.value} if reason else {},
    )
    events.emit(session, CommentChanged(comment_id=comment.id))
    if verdict in _ACTS:
        act = (
            JournalAct.HIDDEN
            if before is CommentState.SHOWN and verdict is Verdict.REFUSED
            else _ACTS[verdict]
        )
        waited = before is CommentState.HELD and verdict is not Verdict.MASKED
        author = author_of(session, comment, keys=keys)
        journal.note(
            session,
            act,
            unit_id=unit_of(session, comment),
            author_id=author.resident_id if author else None,
            keys=keys,
            reason=reason,
            waited_since=comment.written_on if waited else None,
            was_shown=before is CommentState.SHOWN,
        )


def settle(session: Session, comment: Comment, *, keys: CommentKeys) -> None:
    """After a decision: what is left of its group, the thread's numbers, and word to the author."""
    if comment.group_id is not None:
        leave_last_alone(session, comment.group_id)
    tell_author(session, comment, keys=keys)
    recount(session, comment.thread_id)


def author_of(session: Session, comment: Comment, *, keys: CommentKeys) -> Authorship | None:
    """Return who wrote a comment; none when they erased it."""
    sealed = session.scalar(select(CommentAuthor.sealed).where(CommentAuthor.comment_id == comment.id))
    return sealing.open_author(keys, comment.id, sealed) if sealed else None


def tell_author(session: Session, comment: Comment, *, keys: CommentKeys) -> None:
    """Have the author told that there is something new.

    Not whoever erased their account, nor the later holder of the author's number.
    """
    author = author_of(session, comment, keys=keys)
    if author is None:
        return
    with suppress(NotFound):
        if author.written_at >= accounts.known_since(session, author.resident_id):
            notifications.notify(session, resident_id=author.resident_id)


def _is_as_seen(comment: Comment, seen_version: int) -> bool:
    return comment.version == seen_version


def unit_of(session: Session, comment: Comment) -> uuid.UUID:
    """Return the unit before which a comment stands."""
    return session.scalars(select(Thread.unit_id).where(Thread.id == comment.thread_id)).one()
