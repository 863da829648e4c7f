"""What people said of a unit in grades: reasons and scores of published results, and nothing of fewer than ten people."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.models import Grading
from evalapp.ballots.rules.grades import Dimension
from evalapp.programme.models import Episode, Season
from evalapp.results.models import Result
from evalapp.results.queries import league
from evalapp.results.queries.published import document_of
from evalapp.results.queries.sheet import DIMENSION_NAMES
from evalapp.results.rules.low_grades import reason_counts
from evalapp.supervision.rules.profile import FEWEST_PEOPLE

MOST = 24


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason for low grades, with the people of all results together who gave it."""

    dimension_name: str  # a source text
    zh: str
    en: str
    people: int
    episodes: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One published result; without a score too few graded."""

    number: int
    title: str
    mean: str | None
    half_width: str | None
    people: int


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`own` and `median` are of the season of the newest result, and of the unit's class in it."""

    reasons: Sequence[Reason]
    scores: Sequence[Scored]
    year: int | None
    rank_class: str
    own: float | None
    median: float | None


def heard(session: Session, unit_id: uuid.UUID, slug: str) -> Heard:
    """The published results of a unit, newest first, their reasons most people first, and the class beside it."""
    rows = session.execute(
        select(Episode, Result, Season.year, Grading.profile)
        .join(Result, Result.episode_id == Episode.id)
        .join(Season, Season.id == Episode.season_id)
        .join(Grading, Grading.episode_id == Episode.id)
        .where(
            Result.unit_id == unit_id,
            Result.published_at.is_not(None),
            Episode.withdrawn_at.is_(None),
            Episode.voided_at.is_(None),
        )
        .order_by(Episode.number.desc())
        .limit(MOST)
    ).all()
    year = rows[0].year if rows else None
    peers = league.league(session, year).class_of(slug) if year is not None else None
    own = next((row for row in peers.rows if row.slug == slug), None) if peers else None
    return Heard(
        reasons=_reasons(rows),
        scores=[
            Scored(
                number=row.Episode.number,
                title=row.Episode.title,
                mean=row.Result.mean,
                half_width=row.Result.half_width,
                people=row.Result.people,
            )
            for row in rows
        ],
        year=year,
        rank_class=peers.name if peers else "",
        own=own.mean if own and own.estimate else None,
        median=peers.median if peers else None,
    )


def _reasons(rows: Sequence[Any]) -> list[Reason]:
    people: Counter[tuple[Dimension, str]] = Counter()
    episodes: dict[tuple[Dimension, str], list[int]] = {}
    words: dict[tuple[Dimension, str], tuple[str, str]] = {}
    for row in rows:
        for found in reason_counts(document_of(row.Result), minimum=FEWEST_PEOPLE):
            key = found.dimension, found.reason
            people[key] += found.people
            episodes.setdefault(key, []).append(row.Episode.number)
            listed = row.profile["reasons"][found.dimension.value]
            words.setdefault(
                key, next((one["zh"], one["en"]) for one in listed if one["code"] == found.reason)
            )
    return [
        Reason(
            dimension_name=DIMENSION_NAMES[key[0]],
            zh=words[key][0],
            en=words[key][1],
            people=number,
            episodes=episodes[key],
        )
        for key, number in people.most_common()
    ]
