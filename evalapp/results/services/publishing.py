"""Publishing a result by two people, and forgetting what tied voters to ballots when it is final."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import ActKind, BallotSignal, Grading, SealedBallot, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import two_people
from evalapp.core import calendar, clock, events
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode
from evalapp.programme.services import planning
from evalapp.results.events import ResultPublished
from evalapp.results.models import Result


def propose_publication(session: Session, grading: Grading, *, actor: Actor) -> TwoPersonAct:
    """Ask a second person to publish exactly the result that is prepared now. Raises `Conflict` without one."""
    result = _prepared(session, grading)
    return two_people.propose(
        session, grading, kind=ActKind.PUBLISH, actor=actor, detail={"hash": result.document_hash}
    )


def confirm_publication(session: Session, act_id: uuid.UUID, *, actor: Actor) -> Result:
    """Publish. Raises `Conflict` when the result is no longer the one that was proposed, or is published."""
    act = two_people.confirm(session, act_id, kind=ActKind.PUBLISH, actor=actor)
    grading = locked(session, Grading, act.grading_id)
    result = _prepared(session, grading)
    if result.document_hash != act.detail["hash"]:
        raise Conflict(N_("结果在提交之后又改过，请重新提交公布。"))
    profile = gradings.profile_from(grading.profile)
    result.published_at = clock.now()
    final_at = calendar.term_ends_at(
        session, received_at=result.published_at, working_days=profile.objection_days
    )
    result.objections_until = final_at
    planning.note_published(session, grading.episode_id, final_at, actor=actor)
    events.emit(session, ResultPublished(episode_id=grading.episode_id))
    session.flush()
    return result


def _prepared(session: Session, grading: Grading) -> Result:
    result = session.scalar(
        select(Result)
        .where(Result.episode_id == grading.episode_id)
        .execution_options(populate_existing=True)
    )
    if result is None or grading.voided_at is not None:
        raise Conflict(N_("还没有准备好的结果。"))
    if result.published_at is not None:
        raise Conflict(N_("结果已经公布。"))
    return result


def to_forget(session: Session) -> list[uuid.UUID]:
    """Gradings that are over, by result or by voiding, and hold something whose days are over."""
    over = func.coalesce(Episode.final_at, Grading.voided_at)
    rows = session.execute(
        select(Grading, over)
        .join(Episode, Episode.id == Grading.episode_id)
        .where(over <= clock.now(), Grading.key_forgotten_at.is_(None))
        .order_by(Grading.id)
    )
    return [grading.id for grading, since in rows if any(_due(grading, since))]


def _due(grading: Grading, over: datetime) -> tuple[bool, bool]:
    """Whether the voters' secrets, and whether the boxes' keys, are to be destroyed now."""
    profile, now = gradings.profile_from(grading.profile), clock.now()
    return (
        grading.forgotten_at is None and now >= over + timedelta(days=profile.forget_after_days),
        grading.key_forgotten_at is None and now >= over + timedelta(days=profile.forget_key_after_days),
    )


def forget(session: Session, grading_id: uuid.UUID, *, keepers: Keepers) -> bool:
    """Destroy voter secret, signal key and signals, and later the boxes' keys; return whether anything was."""
    grading = locked(session, Grading, grading_id)
    episode = session.get_one(Episode, grading.episode_id)
    over = episode.final_at or grading.voided_at
    voters, keys = _due(grading, over) if over is not None else (False, False)
    if voters:
        ballots = select(SealedBallot.id).where(SealedBallot.grading_id == grading.id)
        session.execute(delete(BallotSignal).where(BallotSignal.ballot_id.in_(ballots)))
        keepers.forget_voters(episode.reference)
        grading.forgotten_at = clock.now()
        audit.record(session, actor=SYSTEM, action="box.voters-forgotten", subject=episode.reference)
    if keys:
        groups = [box.group for box in gradings.boxes(session, grading.id)]
        keepers.forget_boxes(episode.reference, groups)
        grading.key_forgotten_at = clock.now()
        audit.record(session, actor=SYSTEM, action="box.key-forgotten", subject=episode.reference)
    return voters or keys
