"""Appeals: an author asks once that somebody else looks at a refusal."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments.models import Comment, CommentAppeal, CommentDecision
from evalapp.comments.rules import wording
from evalapp.comments.rules.journal import JournalAct
from evalapp.comments.rules.moderation import AppealOutcome, CommentState, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services import journal
from evalapp.comments.services.authorship import own_comment
from evalapp.comments.services.deciding import checked_note, decide, settle, unit_of
from evalapp.core import clock, masking
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked

MOST_CHARACTERS = 200
_VERDICTS = {AppealOutcome.RESTORED: Verdict.RESTORED, AppealOutcome.UPHELD: Verdict.UPHELD}


def appeal(session: Session, *, reference: str, author: Actor, keys: CommentKeys, text: str) -> CommentAppeal:
    """Ask that somebody else looks at the refusal of one's comment; once a comment.

    Raises `NotFound` for another's comment, `Invalid`, and `Conflict` where there is nothing to appeal against.
    """
    assert author.id is not None
    words = masking.masked(wording.cleaned(text)).text
    if not words:
        raise Invalid(N_("请写下为什么应该公开。"), field="text")
    if not wording.fits(words, MOST_CHARACTERS):
        raise Invalid(N_("最多 %(most)s 字，请删短一些。"), field="text", most=MOST_CHARACTERS)
    comment = own_comment(session, reference=reference, author=author, keys=keys)
    if comment.state is not CommentState.REFUSED:
        raise Conflict(N_("这条留言现在没有被退回，不必申诉。"))
    decision = _refusal(session, comment)
    made = CommentAppeal(
        id=uuid.uuid4(),
        comment_id=comment.id,
        made_on=clock.today(),
        text=words,
        refused_by_id=decision.staff_id if decision else None,
        version=0,
    )
    once = Conflict(N_("这条留言已经申诉过一次，结果会显示在这里。"))
    with refusing(session, {"uq_comment_appeals_comment_id": once}):
        session.add(made)
    journal.note(
        session, JournalAct.APPEALED, unit_id=unit_of(session, comment), author_id=author.id, keys=keys
    )
    return made


def decide_appeal(
    session: Session,
    *,
    appeal_id: uuid.UUID,
    seen_version: int,
    actor: Actor,
    keys: CommentKeys,
    outcome: AppealOutcome,
    note: str = "",
) -> Comment:
    """Restore the comment or uphold the refusal, and tell the author.

    Raises `NotFound`, `NotAllowed` for whoever refused it, `Invalid`, and `Conflict` when somebody else was first.
    """
    note = checked_note(note)
    if outcome is AppealOutcome.UPHELD and not note:
        raise Invalid(N_("维持原决定要写明理由，作者会看到。"), field="note")
    made = locked(session, CommentAppeal, appeal_id)
    if made.outcome is not None or made.version != seen_version:
        raise Conflict(N_("这个申诉刚刚有人处理过。"))
    if _is_ones_own(made, actor):
        raise NotAllowed(N_("这条留言是你退回的，申诉要由另一个人来看。"))
    comment = locked(session, Comment, made.comment_id)
    if comment.state is not CommentState.REFUSED:
        raise NotFound(N_("没有找到这个申诉。"))
    made.outcome, made.decided_at, made.version = outcome, clock.now(), made.version + 1
    made.decided_by_id = actor.id if actor.is_staff else None
    own = NotAllowed(N_("这条留言是你退回的，申诉要由另一个人来看。"))
    with refusing(session, {"ck_comment_appeals_decided_by_another": own}):
        decide(session, comment, _VERDICTS[outcome], actor=actor, keys=keys, note=note)
    audit.record(session, actor=actor, action=f"appeal.{outcome.value}", subject=comment.reference)
    settle(session, comment, keys=keys)
    return comment


def _refusal(session: Session, comment: Comment) -> CommentDecision | None:
    return session.scalar(
        select(CommentDecision)
        .where(CommentDecision.comment_id == comment.id, CommentDecision.verdict == Verdict.REFUSED)
        .order_by(CommentDecision.number.desc())
        .limit(1)
    )


def _is_ones_own(made: CommentAppeal, actor: Actor) -> bool:
    return actor.id is not None and made.refused_by_id == actor.id
