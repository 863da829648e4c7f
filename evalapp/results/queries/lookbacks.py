"""回头看: what an episode looks back at, and the results before and after side by side."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from evalapp.ballots.models import Grading
from evalapp.ballots.queries import gradings
from evalapp.core import clock
from evalapp.programme.models import Episode, EpisodeSegment
from evalapp.results.models import AgainRequest, LowGrade, Result
from evalapp.results.queries.published import document_of
from evalapp.results.queries.sheet import DIMENSION_NAMES, Figure, sheet
from evalapp.results.rules.again import AgainKey, number_in
from evalapp.results.rules.league import axis_from
from evalapp.supervision.models import Matter

MOST = 20


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two results. Without a figure too few graded, or nothing is published yet."""

    number: int
    figure: Figure | None
    people: int
    is_published: bool


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A matter that a later episode looks back at, with what people gave before and after: other people, of course."""

    segment: EpisodeSegment
    name: str  # of the dimension, a source text; empty where the whole index is compared
    before: Side
    after: Side

    @property
    def low(self) -> int:
        """Where the axis begins that both share."""
        return axis_from(side.figure.low for side in (self.before, self.after) if side.figure)


def of_episode(session: Session, episode_id: uuid.UUID) -> Sequence[Comparison]:
    """What was looked back at in this episode, or since it: before and after of each, in one statement."""
    rows = session.execute(_side_by_side(), {"episode_id": episode_id}).all()
    return [
        Comparison(
            segment=row[0],
            name=DIMENSION_NAMES[row.dimension] if row.dimension else "",
            before=_side(row.earlier, row[4], row.before_rules, row.dimension),
            after=_side(row.later, row[5], row.after_rules, row.dimension),
        )
        for row in rows
    ]


@cache
def _side_by_side() -> Select[*tuple[Any, ...]]:
    """Made once: with its eight tables making it took longer than all the rest of the page of a result."""
    earlier, later = aliased(Episode), aliased(Episode)
    before, after = aliased(Result), aliased(Result)
    before_rules, after_rules = aliased(Grading), aliased(Grading)
    asked = bindparam("episode_id", type_=EpisodeSegment.episode_id.type)
    return (
        select(
            EpisodeSegment,
            LowGrade.dimension,
            earlier.number.label("earlier"),
            later.number.label("later"),
            before,
            after,
            before_rules.profile.label("before_rules"),
            after_rules.profile.label("after_rules"),
        )
        .join(earlier, earlier.id == EpisodeSegment.earlier_id)
        .join(later, and_(later.id == EpisodeSegment.episode_id, later.withdrawn_at.is_(None)))
        .outerjoin(Matter, Matter.reference == EpisodeSegment.reference)
        .outerjoin(LowGrade, LowGrade.matter_id == Matter.id)
        .outerjoin(before, _published(before, earlier))
        .outerjoin(after, _published(after, later))
        .outerjoin(before_rules, before_rules.episode_id == earlier.id)
        .outerjoin(after_rules, after_rules.episode_id == later.id)
        .where(
            or_(EpisodeSegment.episode_id == asked, EpisodeSegment.earlier_id == asked),
            Matter.withdrawn_at.is_(None),
        )
        .order_by(earlier.number, later.number, EpisodeSegment.reference)
        .limit(MOST)
    )


def of_later(session: Session, episode_id: uuid.UUID) -> Sequence[EpisodeSegment]:
    """What an episode looks back at."""
    return session.scalars(
        select(EpisodeSegment)
        .join(Matter, and_(Matter.reference == EpisodeSegment.reference, Matter.withdrawn_at.is_(None)))
        .where(EpisodeSegment.episode_id == episode_id)
        .order_by(EpisodeSegment.reference)
        .limit(MOST)
    ).all()


def to_grade_again(session: Session) -> Sequence[Episode]:
    """The episodes that look back at something and are not closed yet: who was invited finds them on their page."""
    looks_back = select(EpisodeSegment.episode_id)
    return session.scalars(
        select(Episode)
        .where(
            Episode.id.in_(looks_back),
            or_(Episode.closes_at.is_(None), Episode.closes_at > clock.now()),
            Episode.withdrawn_at.is_(None),
            Episode.voided_at.is_(None),
        )
        .order_by(Episode.number)
        .limit(MOST)
    ).all()


def of_matter(session: Session, reference: str) -> Sequence[Episode]:
    """The episodes that look back at a matter."""
    return session.scalars(
        select(Episode)
        .join(EpisodeSegment, EpisodeSegment.episode_id == Episode.id)
        .where(EpisodeSegment.reference == reference)
        .order_by(Episode.number)
        .limit(MOST)
    ).all()


def later_than(session: Session, matter: Matter) -> Sequence[Episode]:
    """The episodes of a matter's unit that can look back at it: later than the one that it began with, and not closed."""
    began = number_in(matter.path)
    if began is None:
        return ()
    return session.scalars(
        select(Episode)
        .where(
            Episode.unit_id == matter.unit_id,
            Episode.number > began,
            Episode.withdrawn_at.is_(None),
            Episode.voided_at.is_(None),
            or_(Episode.closes_at.is_(None), Episode.closes_at > clock.now()),
        )
        .order_by(Episode.number)
        .limit(MOST)
    ).all()


def wishes_of(session: Session, *, resident_id: uuid.UUID, key: AgainKey) -> Sequence[str]:
    """The references of the episodes that a resident wants to be asked about again: for the copy of their data."""
    rows = session.execute(
        select(Episode.id, Episode.reference).where(Episode.id.in_(select(AgainRequest.episode_id)))
    ).all()
    marks = {key.mark(row.id, resident_id): row.reference for row in rows}
    found = session.scalars(select(AgainRequest.mark).where(AgainRequest.mark.in_(marks))).all()
    return sorted(marks[mark] for mark in found)


def _published(result: Any, episode: Any) -> Any:
    return and_(
        result.episode_id == episode.id, result.published_at.is_not(None), episode.voided_at.is_(None)
    )


def _side(number: int, result: Result | None, rules: dict[str, Any] | None, dimension: Any) -> Side:
    if result is None or rules is None:
        return Side(number=number, figure=None, people=0, is_published=False)
    shown = sheet(document_of(result), gradings.profile_from(rules))
    figure = shown.index
    if dimension is not None:
        figure = next(row.figure for row in shown.dimensions if row.dimension is dimension)
    return Side(number=number, figure=figure, people=shown.people, is_published=True)
