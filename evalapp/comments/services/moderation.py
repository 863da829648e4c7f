"""What the office decides on a comment: show it, refuse it with a reason, mask words by hand; one by one or a group."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, CommentAppeal, CommentGroup
from evalapp.comments.rules import sealing, wording
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import AppealOutcome, CommentState, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.deciding import (
    as_seen,
    checked_note,
    decide,
    settle,
    somebody_was_first,
    tell_author,
)
from evalapp.comments.services.threads import recount
from evalapp.core import masking
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked

MOST_AT_ONCE = 200  # of a group; what is left stays in the queue


@dataclass(frozen=True, kw_only=True)
class SeenGroup:
    """What a moderator saw of a group: how many waited, up to which place. What came later is not decided with it."""

    group_id: uuid.UUID
    count: int
    upto: int


def approve(
    session: Session,
    *,
    reference: str,
    seen_version: int,
    actor: Actor,
    keys: CommentKeys,
    asking: Asking | None = None,
) -> Comment:
    """Show a held comment, and tell its author; where it asks for something a clock starts.

    Raises `NotFound`, and `Conflict` when somebody else was first.
    """
    comment = as_seen(session, reference, seen_version, Verdict.APPROVED)
    comment.asking = asking
    decide(session, comment, Verdict.APPROVED, actor=actor, keys=keys)
    settle(session, comment, keys=keys)
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

    Raises `NotFound`, `Invalid`, and `Conflict` when somebody else was first or an appeal had it restored.
    """
    note = checked_note(note, reason=reason)
    comment = as_seen(session, reference, seen_version, Verdict.REFUSED)
    if comment.state is CommentState.SHOWN and _was_restored(session, comment):
        raise Conflict(N_("这条留言经申诉恢复，不能再退回。有个人信息可以隐去，是检举控告可以转出。"))
    decide(session, comment, Verdict.REFUSED, actor=actor, keys=keys, reason=reason, note=note)
    settle(session, comment, keys=keys)
    return comment


def decide_group(
    session: Session,
    seen: SeenGroup,
    *,
    verdict: Verdict,
    actor: Actor,
    keys: CommentKeys,
    reason: RefusalReason | None = None,
    note: str = "",
    asking: Asking | None = None,
) -> list[Comment]:
    """Show or refuse what waits of a group, as the moderator saw it; each comment gets a decision of its own.

    Raises `NotFound`, `Invalid`, and `Conflict` when somebody decided one of them meanwhile.
    """
    assert verdict in {Verdict.APPROVED, Verdict.REFUSED}
    note = checked_note(note, reason=reason)
    locked(session, CommentGroup, seen.group_id)
    waiting = session.scalars(
        select(Comment)
        .where(
            Comment.group_id == seen.group_id,
            Comment.state == CommentState.HELD,
            Comment.place <= seen.upto,
        )
        .order_by(Comment.id)
        .limit(MOST_AT_ONCE + 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not waiting or len(waiting) != seen.count:
        raise somebody_was_first()
    for comment in waiting:
        comment.asking = asking
        decide(session, comment, verdict, actor=actor, keys=keys, reason=reason, note=note)
        tell_author(session, comment, keys=keys)
    for thread_id in sorted({comment.thread_id for comment in waiting}):
        recount(session, thread_id)
    return list(waiting)


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
    comment = as_seen(session, reference, seen_version, Verdict.MASKED)
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
    decide(session, comment, Verdict.MASKED, actor=actor, keys=keys)
    return comment


def _was_restored(session: Session, comment: Comment) -> bool:
    outcome = session.scalar(select(CommentAppeal.outcome).where(CommentAppeal.comment_id == comment.id))
    return outcome is AppealOutcome.RESTORED
