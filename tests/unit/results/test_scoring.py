"""Minimums, weights and the index, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules.grades import Dimension
from evalapp.results.rules.counting import Distribution, GroupCount
from evalapp.results.rules.scoring import redistributed, score
from evalapp.results.rules.statistics import written
from tests.unit.results.builders import NOBODY, PROFILE, group_count, profile

FULL = {
    "resident": group_count(60, 20, 10, 5, 5),
    "client": group_count(20, 10, 5, 3, 2),
    "panel": group_count(5, 5, 0, 0, 0),
}


def scored(counts, **changes):
    return score(counts, profile=profile(**changes) if changes else PROFILE, invited={"panel": 10})


def test_the_index_weighs_the_groups_means():
    # resident (60·100 + 20·80 + 10·60 + 5·30) / 100 = 83.5; client (2000 + 800 + 300 + 90) / 40 = 79.75; panel 90
    found = scored(FULL)
    assert (
        found.index.mean
        == Fraction(40, 100) * Fraction("83.5")
        + Fraction(35, 100) * Fraction("79.75")
        + Fraction(25, 100) * 90
    )
    assert found.groups["resident"].mean == Fraction("83.5")
    assert found.people == 150


def test_the_half_width_of_the_index_is_the_root_of_the_weighted_squares():
    found = scored(FULL)
    h = {group: estimate.half_width for group, estimate in found.groups.items()}
    expected = (
        (Fraction(40, 100) * h["resident"]) ** 2 + (Fraction(35, 100) * h["client"]) ** 2
    ) ** Fraction(1, 2)
    assert h["panel"] == 0  # all ten of ten invited answered
    assert float(found.index.half_width) == pytest.approx(float(expected), abs=1e-6)


def test_a_small_group_with_a_large_weight_widens_the_interval():
    heavy = [group | {"weight": weight} for group, weight in zip(groups(), (10, 80, 10), strict=True)]
    assert scored(FULL, groups=heavy).index.half_width > scored(FULL).index.half_width


def groups():
    return [group.model_dump() for group in PROFILE.groups]


def test_a_group_of_29_gives_its_weight_to_the_others_in_proportion():
    found = scored(FULL | {"client": group_count(29, 0, 0, 0, 0)})
    cells = found.dimensions[Dimension.SERVICE].cells
    assert cells["client"].estimate is None
    assert cells["client"].weight == 0
    assert (cells["resident"].weight, cells["panel"].weight) == (Fraction(40, 65), Fraction(25, 65))
    assert found.groups["client"] is None
    assert found.index.mean == (40 * Fraction("83.5") + 25 * 90) / 65


@pytest.mark.parametrize(
    ("panel", "counts"), [(group_count(9, 0, 0, 0, 0), False), (group_count(10, 0, 0, 0, 0), True)]
)
def test_the_panel_has_a_minimum_of_its_own(panel, counts):
    assert scored(FULL | {"panel": panel}).dimensions[Dimension.SERVICE].cells["panel"].counts is counts


def test_no_group_with_enough_means_no_score():
    found = scored({"resident": group_count(29, 0, 0, 0, 0), "client": NOBODY, "panel": NOBODY})
    assert found.index is None
    assert found.worst_shift is None
    assert all(dimension.estimate is None for dimension in found.dimensions.values())


def test_one_dimension_without_enough_leaves_the_others_but_no_index():
    counts = GroupCount(
        people=100,
        dimensions={
            Dimension.OPENNESS: Distribution(satisfied=100),
            Dimension.HIGHLIGHTS: Distribution(satisfied=20, unknown=80),
            Dimension.SERVICE: Distribution(satisfied=100),
        },
    )
    found = scored({"resident": counts, "client": NOBODY, "panel": NOBODY})
    assert found.dimensions[Dimension.OPENNESS].estimate.mean == 80
    assert found.dimensions[Dimension.HIGHLIGHTS].estimate is None
    assert found.index is None


def test_unknown_does_not_fill_a_group_up():
    assert scored(FULL | {"client": group_count(29, 0, 0, 0, 0, unknown=500)}).groups["client"] is None


def test_satisfaction_is_the_share_from_mostly_satisfied_upwards():
    satisfaction = scored(FULL).dimensions[Dimension.SERVICE].satisfaction
    assert satisfaction.value == Fraction(90 + 35 + 10, 150)


def test_points_and_weights_are_the_profiles():
    flat = scored(
        FULL,
        points={"5": 100, "4": 75, "3": 50, "2": 25, "1": 0},
        dimension_weights={"openness": 2, "highlights": 1, "service": 1},
    )
    assert flat.groups["panel"].mean == Fraction("87.5")
    assert written(flat.index.mean) != written(scored(FULL).index.mean)


distributions = st.tuples(*[st.integers(0, 60)] * 5)


@given(st.fixed_dictionaries(dict.fromkeys(FULL, distributions)))
def test_an_index_lies_between_the_groups_that_made_it(numbers):
    found = scored({group: group_count(*each) for group, each in numbers.items()})
    means = [estimate.mean for estimate in found.groups.values() if estimate is not None]
    assert (found.index is None) is (not means)
    if found.index is not None:
        assert min(means) <= found.index.mean <= max(means)
        assert sum(cell.weight for cell in found.dimensions[Dimension.SERVICE].cells.values()) == 1


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 100), min_size=1))
def test_redistributed_weights_keep_their_proportions(weights):
    standing = frozenset(list(weights)[: max(1, len(weights) // 2)])
    shares = redistributed(weights, standing=standing)
    assert sum(shares.values()) == 1
    one, *others = standing
    assert all(shares[one] * weights[other] == shares[other] * weights[one] for other in others)
