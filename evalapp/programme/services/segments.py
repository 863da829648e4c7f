"""Parts of an episode that look back at what was mended since an earlier one."""

import uuid

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode, EpisodeSegment


def add_lookback(
    session: Session,
    *,
    episode_id: uuid.UUID,
    earlier_id: uuid.UUID,
    reference: str,
    title: str,
    actor: Actor,
) -> EpisodeSegment:
    """Have an episode look back at a matter that began with an earlier one of the same unit.

    Refuses an episode that is not later, another unit's, one whose grading is over, and the same matter twice.
    """
    episode, earlier = locked(session, Episode, episode_id), session.get_one(Episode, earlier_id)
    if episode.unit_id != earlier.unit_id or episode.number <= earlier.number:
        raise Conflict(N_("回头看要放在同一个单位后来的一期里。"), field="number")
    is_off = episode.withdrawn_at is not None or episode.voided_at is not None
    if is_off or (episode.closes_at is not None and episode.closes_at <= clock.now()):
        raise Conflict(N_("这一期的评议已经结束，请选后面的一期。"), field="number")
    made = EpisodeSegment(
        id=uuid.uuid4(),
        episode_id=episode.id,
        earlier_id=earlier.id,
        reference=reference,
        title=title,
        added_at=clock.now(),
        added_by=actor.name,
    )
    twice = Conflict(N_("这件事已经列入这一期的回头看。"), field="number")
    with refusing(session, {"uq_episode_segments_episode_id_reference": twice}):
        session.add(made)
    audit.record(
        session,
        actor=actor,
        action="episode.segment_added",
        subject=episode.reference,
        detail={"matter": reference},
    )
    return made
