"""What the office decides on a comment: show it, refuse it with a reason, mask words by hand."""

import uuid
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.audit import services as audit
from evalapp.comments.models import Comment, CommentAuthor, CommentDecision
from evalapp.comments.rules import masking, moderation, sealing, wording
from evalapp.comments.rules.moderation import CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications

_MOST_OF_A_NOTE = 200


def approve(
    session: Session, *, reference: str, seen_version: int, actor: Actor, keys: CommentKeys
) -> Comment:
    """Show a held comment, and tell its author. Raises `NotFound`, and `Conflict` when somebody else was first."""
    comment = _as_seen(session, reference, seen_version, Verdict.APPROVED)
    comment.state, comment.shown_on = CommentState.SHOWN, clock.today()
    _decide(session, comment, Verdict.APPROVED, actor=actor)
    tell_author(session, comment, keys=keys)
    return comment


def refuse(
    session: Session,
    *,
    reference: str,
    seen_version: int,
    actor: Actor,
    keys: CommentKeys,
    reason: RefusalReason,
    note: str = "",
) -> Comment:
    """Refuse a held comment or hide a shown one, and tell its author why; the words are kept.

    Raises `NotFound`, `Invalid`, and `Conflict` when somebody else was first.
    """
    note = wording.cleaned(note)
    if reason is RefusalReason.OTHER and not note:
        raise Invalid(N_("选了“其他原因”，请写明是什么原因，作者会看到。"), field="note")
    if not wording.fits(note, _MOST_OF_A_NOTE):
        raise Invalid(N_("说明最多 %(most)s 字，请删短一些。"), field="note", most=_MOST_OF_A_NOTE)
    comment = _as_seen(session, reference, seen_version, Verdict.REFUSED)
    comment.state = CommentState.REFUSED
    _decide(session, comment, Verdict.REFUSED, actor=actor, reason=reason, note=note)
    tell_author(session, comment, keys=keys)
    return comment


def mask(
    session: Session,
    *,
    reference: str,
    seen_version: int,
    actor: Actor,
    keys: CommentKeys,
    words: Sequence[str],
) -> Comment:
    """Mask words by hand, in every place where they stand; what was typed stays sealed for moderators.

    Raises `NotFound`, `Invalid` for a word that is not there, `Conflict` when somebody else was first.
    """
    comment = _as_seen(session, reference, seen_version, Verdict.MASKED)
    wanted = [cleaned for word in words if (cleaned := wording.cleaned(word))]
    if not wanted:
        raise Invalid(N_("请写下要隐去的字词，一行一个。"), field="words")
    try:
        text = masking.mask_words(comment.text, wanted)
    except LookupError as error:
        raise Invalid(
            N_("留言里没有“%(word)s”，请照原文抄写。"), field="words", word=str(error.args[0])
        ) from error
    if comment.original is None:
        comment.original = sealing.seal_original(keys, comment.id, comment.text)
    comment.text = text
    _decide(session, comment, Verdict.MASKED, actor=actor)
    return comment


def tell_author(session: Session, comment: Comment, *, keys: CommentKeys) -> None:
    """Have the author told that there is something new.

    Not whoever erased their account, nor the later holder of the author's number.
    """
    sealed = session.scalar(select(CommentAuthor.sealed).where(CommentAuthor.comment_id == comment.id))
    if sealed is None:
        return
    author = sealing.open_author(keys, comment.id, sealed)
    with suppress(NotFound):
        if author.written_at >= accounts.known_since(session, author.resident_id):
            notifications.notify(session, resident_id=author.resident_id)


def _as_seen(session: Session, reference: str, seen_version: int, verdict: Verdict) -> Comment:
    """Return the comment, locked, unless it is no longer as the moderator saw it."""
    comment_id: uuid.UUID | None = session.scalar(select(Comment.id).where(Comment.reference == reference))
    if comment_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    comment = locked(session, Comment, comment_id)
    if not _is_as_seen(comment, seen_version) or not moderation.may_be_decided(comment.state, verdict):
        raise _somebody_was_first()
    return comment


def _is_as_seen(comment: Comment, seen_version: int) -> bool:
    return comment.version == seen_version


def _somebody_was_first() -> Conflict:
    return Conflict(N_("这条留言刚刚有人处理过，请看看现在的情况。"))


def _decide(
    session: Session,
    comment: Comment,
    verdict: Verdict,
    *,
    actor: Actor,
    reason: RefusalReason | None = None,
    note: str = "",
) -> None:
    comment.version += 1
    with refusing(session, {"uq_comment_decisions_comment_id_number": _somebody_was_first()}):
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
        subject=comment.reference,
        detail={"reason": reason.value} if reason else {},
    )
