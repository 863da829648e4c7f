"""Objections to a published result: while one is unanswered the result is not final."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode
from evalapp.programme.services import planning
from evalapp.results.models import Objection, Result
from evalapp.results.rules.objections import REASON_WORDS, TEXT_LIMIT, ObjectionReason
from evalapp.results.services import correcting
from evalapp.supervision import services as supervision
from evalapp.supervision.events import MatterRuled
from evalapp.supervision.rules.states import MatterKind


def object_to_result(
    session: Session, *, number: int, unit_id: uuid.UUID, reason: ObjectionReason, text: str, actor: Actor
) -> Objection:
    """Object for the graded unit; the office's clock begins and `final` waits for the answer of two people.

    Raises `NotFound` for another unit's result and before publication, `Conflict` after the term and for a second
    objection of the same reason, `Invalid`.
    """
    found = session.scalar(select(Episode.id).where(Episode.number == number, Episode.unit_id == unit_id))
    if found is None:
        raise NotFound(N_("这一期还没有公布结果。"))
    episode = locked(session, Episode, found)
    result = _result(session, episode)
    if result.objections_until is None or clock.now() >= result.objections_until:
        raise Conflict(N_("异议期已满，不能再提。"))
    words = cleaned_text(text, field="text", limit=TEXT_LIMIT, required=True)
    matter = supervision.open_matter(
        session,
        kind=MatterKind.OBJECTION,
        title=f"对第 {number} 期评议结果的异议：{REASON_WORDS[reason]}",
        path=f"/episodes/{number}/results",
        about=episode.reference,
        unit_id=unit_id,
        actor=actor,
    )
    made = Objection(
        id=uuid.uuid4(),
        episode_id=episode.id,
        matter_id=matter.id,
        reason=reason,
        text=words,
        made_at=clock.now(),
        made_by=actor.name,
        against=result.document_hash,
    )
    twice = Conflict(N_("这个理由的异议已经提过，请在原来那件里看答复。"), field="reason")
    with refusing(session, {"uq_objections_episode_id_reason_against": twice}):
        session.add(made)
    planning.note_published(session, episode.id, None, actor=actor)
    return made


def on_matter_ruled(session: Session, event: MatterRuled) -> None:
    """React to the answer of two people: with the last one the result is final, at the end of its term at the earliest.

    An objection that was upheld holds it back until two people corrected something.
    """
    if event.kind is not MatterKind.OBJECTION:
        return
    found = session.scalar(select(Objection.episode_id).where(Objection.matter_id == event.matter_id))
    if found is None:
        return
    episode = locked(session, Episode, found)
    correcting.settle(session, episode.id)


def _result(session: Session, episode: Episode) -> Result:
    result = session.scalar(
        select(Result).where(
            Result.episode_id == episode.id,
            Result.published_at.is_not(None),
        )
    )
    if result is None or episode.voided_at is not None or episode.withdrawn_at is not None:
        raise NotFound(N_("这一期还没有公布结果。"))
    return result
