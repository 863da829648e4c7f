"""What comes of a published result: the matters of its low grades, and the objections to it with their answers."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from evalapp.ballots.models import Grading, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.core import clock
from evalapp.programme.models import Episode
from evalapp.results.models import Correction, LowGrade, Objection
from evalapp.results.queries import objected
from evalapp.results.queries.sheet import DIMENSION_NAMES, Figure, sheet
from evalapp.results.rules.objections import REASON_WORDS
from evalapp.supervision.models import Matter, Ruling
from evalapp.supervision.queries import profiles
from evalapp.supervision.queries.matters import ShownMatter, is_public, with_clock
from evalapp.supervision.rules.states import MatterKind

OF_A_UNIT = 20


@dataclass(frozen=True, kw_only=True)
class ShownLowGrade:
    """So many people at least gave a low grade for this reason, and the matter that came of it."""

    low_grade: LowGrade
    shown: ShownMatter
    zh: str
    en: str
    least: int  # from how many people on a reason is a matter

    @property
    def dimension_name(self) -> str:
        """A source text."""
        return DIMENSION_NAMES[self.low_grade.dimension]


@dataclass(frozen=True, kw_only=True)
class ShownObjection:
    """An objection with the answer of two people, if there is one."""

    objection: Objection
    shown: ShownMatter
    ruling: Ruling | None

    @property
    def reason_words(self) -> str:
        """A source text."""
        return REASON_WORDS[self.objection.reason]

    @property
    def is_to_correct(self) -> bool:
        """Whether it was upheld and nothing is corrected yet."""
        is_upheld = self.ruling is not None and self.ruling.is_upheld
        return is_upheld and self.objection.correction_id is None


@dataclass(frozen=True, kw_only=True)
class ShownCorrection:
    """What two people corrected. `before` is the overall score as it was, where the figures were replaced."""

    correction: Correction
    act: TwoPersonAct
    before: Figure | None


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    low_grades: Sequence[ShownLowGrade]
    objections: Sequence[ShownObjection]
    corrections: Sequence[ShownCorrection]

    @property
    def is_waiting(self) -> bool:
        """Whether an objection is unanswered: the result is not final before."""
        return any(one.ruling is None for one in self.objections)

    @property
    def is_to_correct(self) -> bool:
        """Whether an upheld objection waits for its correction: the result is not final before."""
        return any(one.is_to_correct for one in self.objections)


def of_episode(session: Session, episode: Episode, profile: SeasonProfile) -> Aftermath:
    """What came of the result of an episode: most people first, objections in the order in which they were made."""
    rows = session.execute(_of_episode(), {"about": episode.reference}).all()
    objections = [
        ShownObjection(objection=row.Objection, shown=_shown(row), ruling=row.Ruling)
        for row in rows
        if row.Objection is not None
    ]
    return Aftermath(
        low_grades=[_low_grade(session, row, profile) for row in rows if row.LowGrade is not None],
        objections=objections,
        corrections=_corrections(session, episode, profile) if objections else (),
    )


@cache
def _of_episode() -> Select[*tuple[Any, ...]]:
    objected = and_(Objection.matter_id == Matter.id, Matter.kind == MatterKind.OBJECTION)
    return (
        with_clock()
        .add_columns(LowGrade, Objection, Ruling)
        .outerjoin(LowGrade, LowGrade.matter_id == Matter.id)
        .outerjoin(Objection, objected)
        .outerjoin(Ruling, and_(Ruling.matter_id == Objection.matter_id, Ruling.confirmed_at.is_not(None)))
        .where(
            Matter.about == bindparam("about"),
            is_public(),
            or_(LowGrade.id.is_not(None), Objection.id.is_not(None)),
        )
        .order_by(LowGrade.people.desc(), Matter.opened_at, Matter.reference)
    )


def _corrections(session: Session, episode: Episode, profile: SeasonProfile) -> Sequence[ShownCorrection]:
    return [
        ShownCorrection(
            correction=correction,
            act=act,
            before=sheet(json.loads(correction.replaced), profile).index if correction.replaced else None,
        )
        for correction, act in objected.corrections(session, episode.id)
    ]


def low_grades_of_unit(session: Session, unit_id: uuid.UUID) -> Sequence[ShownLowGrade]:
    """A unit's matters of low grades, the newest first."""
    rows = session.execute(_of_unit(), {"unit_id": unit_id}).all()
    return [_low_grade(session, row, gradings.profile_from(row.profile)) for row in rows]


@cache
def _of_unit() -> Select[*tuple[Any, ...]]:
    return (
        with_clock()
        .add_columns(LowGrade, Grading.profile)
        .join(LowGrade, LowGrade.matter_id == Matter.id)
        .join(Grading, Grading.episode_id == LowGrade.episode_id)
        .join(Episode, Episode.id == LowGrade.episode_id)  # from its few episodes, not from its many matters
        .where(is_public(), Episode.unit_id == bindparam("unit_id"))
        .order_by(Matter.opened_at.desc(), LowGrade.people.desc(), Matter.reference)
        .limit(OF_A_UNIT)
    )


def objections_by_episode(session: Session, unit_id: uuid.UUID) -> dict[uuid.UUID, list[Objection]]:
    """What a unit objected to, by episode."""
    found: dict[uuid.UUID, list[Objection]] = {}
    rows = session.scalars(
        select(Objection)
        .join(Matter, Matter.id == Objection.matter_id)
        .where(Matter.unit_id == unit_id)
        .order_by(Objection.made_at, Objection.id)
    )
    for row in rows:
        found.setdefault(row.episode_id, []).append(row)
    return found


def _low_grade(session: Session, row: Any, profile: SeasonProfile) -> ShownLowGrade:
    low_grade: LowGrade = row.LowGrade
    words = next(listed for listed in profile.reasons[low_grade.dimension] if listed.code == low_grade.reason)
    least = profiles.profile_of(session, row.Matter.profile_id).low_grade.minimum
    return ShownLowGrade(low_grade=low_grade, shown=_shown(row), zh=words.zh, en=words.en, least=least)


def _shown(row: Any) -> ShownMatter:
    return ShownMatter(matter=row.Matter, unit=row.Unit, running=row.Deadline, now=clock.now())
