"""Low grades become matters: when a result is published, one for each reason that enough people gave."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.core import clock
from evalapp.programme.models import Episode
from evalapp.results.events import ResultCorrected, ResultPublished
from evalapp.results.models import LowGrade, Result
from evalapp.results.queries import published
from evalapp.results.queries.sheet import DIMENSION_NAMES
from evalapp.results.rules.low_grades import ReasonCount, reason_counts
from evalapp.supervision import services as supervision
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.states import MatterKind


def on_result_published(session: Session, event: ResultPublished) -> None:
    """React to a published result: open a matter for each reason that the profile's minimum of people gave.

    Reacting again changes nothing: each matter is one by its key.
    """
    episode, result = _result(session, event.episode_id)
    assert result.published_at is not None
    _open_all(session, episode, result, opened_at=result.published_at)


def on_result_corrected(session: Session, event: ResultCorrected) -> None:
    """React to corrected figures: a matter for each reason that has enough people now; those that are there go on."""
    episode, result = _result(session, event.episode_id)
    _open_all(session, episode, result, opened_at=clock.now())


def _result(session: Session, episode_id: uuid.UUID) -> tuple[Episode, Result]:
    row = session.execute(
        select(Episode, Result)
        .join(Result, Result.episode_id == Episode.id)
        .where(Episode.id == episode_id, Result.published_at.is_not(None))
    ).one()
    return row.Episode, row.Result


def _open_all(session: Session, episode: Episode, result: Result, *, opened_at: datetime) -> None:
    profile = gradings.profile_from(gradings.graded_episode(session, episode.number).grading.profile)
    minimum = profiles.in_force(session).low_grade.minimum
    for found in reason_counts(published.document_of(result), minimum=minimum):
        _open(session, episode, found, profile, opened_at=opened_at)


def _open(
    session: Session,
    episode: Episode,
    found: ReasonCount,
    profile: SeasonProfile,
    *,
    opened_at: datetime,
) -> None:
    words = {listed.code: listed.zh for listed in profile.reasons[found.dimension]}
    matter = supervision.open_matter(
        session,
        kind=MatterKind.LOW_GRADE,
        title=f"第 {episode.number} 期低分：{DIMENSION_NAMES[found.dimension]}，{words[found.reason]}",
        path=f"/episodes/{episode.number}/results",
        about=episode.reference,
        unit_id=episode.unit_id,
        opened_at=opened_at,
        key=f"low-grade:{episode.reference}:{found.dimension.value}:{found.reason}",
    )
    kept = session.scalar(select(LowGrade).where(LowGrade.matter_id == matter.id))
    if kept is None:
        kept = LowGrade(
            episode_id=episode.id, matter_id=matter.id, dimension=found.dimension, reason=found.reason
        )
        session.add(kept)
    kept.people = found.people
    session.flush()
