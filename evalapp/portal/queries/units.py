"""The list of units as a tree, and the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import Session

from evalapp.pledges.queries import Shown, shown_for_unit
from evalapp.portal.queries.cards import EpisodeCard, card, with_pictures
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning
from evalapp.programme.rules import EpisodeState
from evalapp.results.queries import aftermath, published
from evalapp.results.queries.aftermath import ShownLowGrade
from evalapp.results.queries.published import PublishedResult
from evalapp.units import queries as units
from evalapp.units.models import Unit, UnitKind
from evalapp.units.queries import UnitProfile


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A unit at the top with those below it, in the order of the tree."""

    unit: Unit
    below: Sequence[Unit]


@dataclass(frozen=True, kw_only=True)
class UnitPage:
    profile: UnitProfile
    shown: Shown
    episodes: Sequence[EpisodeCard]
    results: dict[int, PublishedResult]
    low_grades: Sequence[ShownLowGrade]

    @property
    def to_grade(self) -> EpisodeCard | None:
        """The episode of this unit that can be graded now."""
        return next((card for card in self.episodes if card.is_open), None)

    @property
    def newest_result(self) -> PublishedResult | None:
        return next(iter(self.results.values()), None)


def branches(session: Session) -> dict[UnitKind, list[Branch]]:
    """Return every open unit: those at the top by kind, each with all that stand below it."""
    found: dict[UnitKind, list[Branch]] = {}
    top: Unit | None = None
    below: list[Unit] = []
    for unit in [*units.tree(session), None]:
        if unit is not None and unit.parent_id is not None:
            below.append(unit)
            continue
        if top is not None:
            found.setdefault(top.kind, []).append(Branch(unit=top, below=below))
        top, below = unit, []
    return found


@cache
def _episodes_of_unit() -> Select[*tuple[Any, ...]]:
    return (
        published.with_results(with_pictures())
        .where(Episode.unit_id == bindparam("unit_id"))
        .order_by(Episode.number.desc())
    )


def unit_page(session: Session, slug: str) -> UnitPage:
    """Return the page of the unit at that address, in six statements; raises `NotFound`."""
    profile = units.profile_at(session, slug)
    unit = profile.unit
    rows = [
        (row, more)
        for row, more in planning.episodes_with_more(session, _episodes_of_unit(), unit_id=unit.id)
        if row.state is not EpisodeState.WITHDRAWN and (row.facts.opens_at or row.first_airing_at)
    ]
    return UnitPage(
        profile=profile,
        shown=shown_for_unit(session, unit.id),
        episodes=[card(row, more) for row, more in rows],
        results={row.episode.number: published.with_state(row, more) for row, more in rows if more.Result},
        low_grades=aftermath.low_grades_of_unit(session, unit.id),
    )
