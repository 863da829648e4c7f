"""From counts to a score: minimums, weights, the index and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from evalapp.ballots.rules.grades import Dimension, Grade
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.core.statistics import Share, wilson
from evalapp.results.rules.counting import Distribution, GroupCount
from evalapp.results.rules.statistics import (
    Estimate,
    combined_half_width,
    mean_points,
    satisfied,
    shift_of_extra_top_grades,
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One group in one dimension. Without enough valid grades it has neither estimate nor weight."""

    valid: int
    estimate: Estimate | None
    weight: Fraction

    @property
    def counts(self) -> bool:
        return self.estimate is not None


@dataclass(frozen=True, kw_only=True)
class DimensionScore:
    """One dimension over the groups that have enough; `satisfaction` is over the grades of those groups."""

    cells: Mapping[str, Cell]
    estimate: Estimate | None
    satisfaction: Share | None
    distribution: Distribution


@dataclass(frozen=True, kw_only=True)
class Score:
    """The whole: no index unless every dimension has a group with enough valid grades."""

    index: Estimate | None
    dimensions: Mapping[Dimension, DimensionScore]
    groups: Mapping[str, Estimate | None]
    people: int
    worst_shift: Fraction | None


def score(counts: Mapping[str, GroupCount], *, profile: SeasonProfile, invited: Mapping[str, int]) -> Score:
    """The score of one episode, from nothing but the counts, the profile and the number of people invited.

    Index = Σ over dimensions v · Σ over groups w · mean. The half-width adds up over dimensions inside a group, since
    one person's three grades go together and counts cannot tell how closely; over groups, which are independent
    people, it is sqrt(Σ w²h²).
    """
    dimensions = {
        dimension: _dimension(dimension, counts, profile=profile, invited=invited) for dimension in Dimension
    }
    shares = dimension_shares(profile)
    index = _index(dimensions, shares)
    top = max(profile.points.values())
    return Score(
        index=index,
        dimensions=dimensions,
        groups={group: _group(group, dimensions, shares) for group in counts},
        people=sum(count.people for count in counts.values()),
        worst_shift=None if index is None else shift_of_extra_top_grades(index.mean, top=top),
    )


def grade_points(profile: SeasonProfile) -> dict[Grade, int]:
    return {grade: profile.points[str(grade.value)] for grade in Grade}


def dimension_shares(profile: SeasonProfile) -> dict[Dimension, Fraction]:
    """The weights of the dimensions as shares of one."""
    whole = sum(profile.dimension_weights.values())
    return {dimension: Fraction(profile.dimension_weights[dimension.value], whole) for dimension in Dimension}


def redistributed(weights: Mapping[str, int], *, standing: frozenset[str]) -> dict[str, Fraction]:
    """The weights of the standing groups as shares of one: what the others leave goes to them in proportion."""
    whole = sum(weight for group, weight in weights.items() if group in standing)
    return {
        group: Fraction(weight, whole) if group in standing else Fraction(0)
        for group, weight in weights.items()
    }


def _dimension(
    dimension: Dimension,
    counts: Mapping[str, GroupCount],
    *,
    profile: SeasonProfile,
    invited: Mapping[str, int],
) -> DimensionScore:
    weights = {group.code: group.weight for group in profile.groups}
    distributions = {group: count.dimensions[dimension] for group, count in counts.items()}
    enough = frozenset(
        group
        for group, distribution in distributions.items()
        if distribution.valid >= profile.group(group).minimum and weights[group] > 0
    )
    shares = redistributed(weights, standing=enough)
    cells = {
        group: Cell(
            valid=distribution.valid,
            estimate=_estimate(group, distribution, profile=profile, invited=invited)
            if group in enough
            else None,
            weight=shares[group],
        )
        for group, distribution in distributions.items()
    }
    together = _together([distributions[group] for group in cells if group in enough])
    return DimensionScore(
        cells=cells,
        estimate=_over_groups(cells),
        satisfaction=_satisfaction(together, profile) if together.valid else None,
        distribution=together,
    )


def _estimate(
    group: str, distribution: Distribution, *, profile: SeasonProfile, invited: Mapping[str, int]
) -> Estimate:
    census = invited.get(group) if profile.group(group).is_census else None
    return mean_points(distribution, grade_points(profile), invited=census)


def _satisfaction(distribution: Distribution, profile: SeasonProfile) -> Share:
    return wilson(satisfied(distribution, from_grade=profile.satisfied_from), distribution.valid)


def _over_groups(cells: Mapping[str, Cell]) -> Estimate | None:
    standing = [(cell.weight, cell.estimate) for cell in cells.values() if cell.estimate is not None]
    if not standing:
        return None
    return Estimate(
        mean=sum((weight * estimate.mean for weight, estimate in standing), Fraction(0)),
        half_width=combined_half_width((weight, estimate.half_width) for weight, estimate in standing),
    )


def _index(
    dimensions: Mapping[Dimension, DimensionScore], shares: Mapping[Dimension, Fraction]
) -> Estimate | None:
    estimates = {dimension: score.estimate for dimension, score in dimensions.items()}
    means = [shares[dimension] * found.mean for dimension, found in estimates.items() if found is not None]
    if len(means) < len(estimates):
        return None
    groups = {group for score in dimensions.values() for group in score.cells}
    return Estimate(
        mean=sum(means, Fraction(0)),
        half_width=combined_half_width(
            (Fraction(1), _weight_of(group, dimensions, shares)) for group in sorted(groups)
        ),
    )


def _weight_of(
    group: str, dimensions: Mapping[Dimension, DimensionScore], shares: Mapping[Dimension, Fraction]
) -> Fraction:
    """What a group's uncertainty adds to the index: Σ over dimensions of share · weight · half-width."""
    cells = {dimension: score.cells[group] for dimension, score in dimensions.items()}
    return sum(
        (
            shares[dimension] * cell.weight * cell.estimate.half_width
            for dimension, cell in cells.items()
            if cell.estimate is not None
        ),
        Fraction(0),
    )


def _group(
    group: str, dimensions: Mapping[Dimension, DimensionScore], shares: Mapping[Dimension, Fraction]
) -> Estimate | None:
    """A group's own score, shown apart: only when it has enough valid grades in all dimensions."""
    estimates = {dimension: score.cells[group].estimate for dimension, score in dimensions.items()}
    found = [
        (shares[dimension], estimate) for dimension, estimate in estimates.items() if estimate is not None
    ]
    if len(found) < len(estimates):
        return None
    return Estimate(
        mean=sum((share * estimate.mean for share, estimate in found), Fraction(0)),
        half_width=sum((share * estimate.half_width for share, estimate in found), Fraction(0)),
    )


def _together(distributions: list[Distribution]) -> Distribution:
    return Distribution(
        very_satisfied=sum(each.very_satisfied for each in distributions),
        satisfied=sum(each.satisfied for each in distributions),
        mostly_satisfied=sum(each.mostly_satisfied for each in distributions),
        dissatisfied=sum(each.dissatisfied for each in distributions),
        very_dissatisfied=sum(each.very_dissatisfied for each in distributions),
        unknown=sum(each.unknown for each in distributions),
    )
