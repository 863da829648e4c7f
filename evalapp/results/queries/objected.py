"""What objections still ask of a result: answers that are missing, and corrections after those that were upheld."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from evalapp.ballots.models import BallotBox, SealedBallot, TwoPersonAct
from evalapp.results.models import Correction, Objection, Result, SetApart
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.states import Phase

_UPHELD = and_(Matter.phase == Phase.UPHELD, Objection.correction_id.is_(None))


def to_correct(session: Session, episode_id: uuid.UUID) -> Sequence[Objection]:
    """The objections that two people upheld and nothing was corrected after yet."""
    return session.scalars(
        select(Objection)
        .join(Matter, Matter.id == Objection.matter_id)
        .where(Objection.episode_id == episode_id, _UPHELD)
        .order_by(Objection.made_at, Objection.id)
    ).all()


def is_to_correct(session: Session, episode_id: uuid.UUID) -> bool:
    return bool(to_correct(session, episode_id))


def holds_final_back(session: Session, episode_id: uuid.UUID) -> bool:
    """Whether an objection is unanswered, or upheld and nothing corrected after it."""
    waiting = (
        select(Objection.id)
        .join(Matter, Matter.id == Objection.matter_id)
        .where(Objection.episode_id == episode_id, or_(Matter.settled_at.is_(None), _UPHELD))
    )
    return session.scalar(waiting.limit(1)) is not None


def corrections(session: Session, episode_id: uuid.UUID) -> Sequence[tuple[Correction, TwoPersonAct]]:
    """What was corrected, in its order, with the two people's act."""
    rows = session.execute(_corrections(), {"episode_id": episode_id})
    return [(row[0], row[1]) for row in rows]


@cache
def _corrections() -> Select[Correction, TwoPersonAct]:
    """Made once, for the page of a result."""
    return (
        select(Correction, TwoPersonAct)
        .join(TwoPersonAct, TwoPersonAct.id == Correction.act_id)
        .where(Correction.episode_id == bindparam("episode_id", type_=Correction.episode_id.type))
        .order_by(Correction.made_at, Correction.id)
    )


def standing_since(session: Session, result: Result) -> datetime:
    """Since when the figures stand that are public now."""
    last = session.scalar(
        select(func.max(Correction.made_at)).where(
            Correction.episode_id == result.episode_id, Correction.replaced.is_not(None)
        )
    )
    assert result.published_at is not None
    return last or result.published_at


def changed_since(session: Session, grading_id: uuid.UUID, since: datetime) -> dict[str, int]:
    """How many ballots of each group are counted now and were not at `since`, or the other way about."""
    apart, back = aliased(TwoPersonAct), aliased(TwoPersonAct)
    was_apart = and_(apart.confirmed_at <= since, or_(back.id.is_(None), back.confirmed_at > since))
    rows = session.execute(
        select(BallotBox.group, func.count())
        .select_from(SetApart)
        .join(SealedBallot, SealedBallot.id == SetApart.ballot_id)
        .join(BallotBox, BallotBox.id == SealedBallot.box_id)
        .join(apart, apart.id == SetApart.act_id)
        .outerjoin(back, back.id == SetApart.put_back_id)
        .where(
            SealedBallot.grading_id == grading_id,
            or_(
                and_(was_apart, back.id.is_not(None)),
                and_(apart.confirmed_at > since, back.id.is_(None)),
            ),
        )
        .group_by(BallotBox.group)
    )
    return {row[0]: row[1] for row in rows}
