"""Low grades become matters: when a result is published, one for each reason that enough people gave."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.programme.models import Episode
from evalapp.results.events import ResultPublished
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
    row = session.execute(
        select(Episode, Result)
        .join(Result, Result.episode_id == Episode.id)
        .where(Episode.id == event.episode_id, Result.published_at.is_not(None))
    ).one()
    profile = gradings.profile_from(gradings.graded_episode(session, row.Episode.number).grading.profile)
    minimum = profiles.in_force(session).low_grade.minimum
    for found in reason_counts(published.document_of(row.Result), minimum=minimum):
        _open(session, row.Episode, row.Result, found, profile)


def _open(
    session: Session, episode: Episode, result: Result, found: ReasonCount, profile: SeasonProfile
) -> None:
    words = {listed.code: listed.zh for listed in profile.reasons[found.dimension]}
    matter = supervision.open_matter(
        session,
        kind=MatterKind.LOW_GRADE,
        title=f"第 {episode.number} 期低分：{DIMENSION_NAMES[found.dimension]}，{words[found.reason]}",
        path=f"/episodes/{episode.number}/results",
        about=episode.reference,
        unit_id=episode.unit_id,
        opened_at=result.published_at,
        key=f"low-grade:{episode.reference}:{found.dimension.value}:{found.reason}",
    )
    known = session.scalar(select(LowGrade.id).where(LowGrade.matter_id == matter.id))
    if known is None:
        session.add(
            LowGrade(
                episode_id=episode.id,
                matter_id=matter.id,
                dimension=found.dimension,
                reason=found.reason,
                people=found.people,
            )
        )
        session.flush()
