"""Folding: the last ballot of each voter, nothing for a withdrawal, and no honest explanation for a gap."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules.grades import Channel, Dimension
from evalapp.results.rules.counting import CountFault, Distribution, count, fold
from tests.unit.results.builders import ballot

grades = st.none() | st.tuples(*[st.integers(0, 5)] * 3)
histories = st.lists(st.lists(grades, min_size=1, max_size=4), max_size=8)


@given(histories, st.randoms(use_true_random=False))
def test_the_last_ballot_of_each_voter_stands_in_whatever_order_they_are_opened(histories, order):
    ballots = [
        ballot(voter, given, sequence=place)
        for voter, history in enumerate(histories)
        for place, given in enumerate(history, start=1)
    ]
    order.shuffle(ballots)
    standing = fold({"resident": ballots})
    expected = {voter: history[-1] for voter, history in enumerate(histories) if history[-1] is not None}
    assert {
        int.from_bytes(voter, "big"): tuple(each.ballot.opinion.grades[d] for d in Dimension)
        for voter, each in standing.items()
    } == expected


def test_counting_every_ballot_would_be_noticed():
    """Planted defect: a count that does not fold counts a changed ballot twice."""
    ballots = [ballot(1, (1, 1, 1)), ballot(1, (5, 5, 5), sequence=2)]
    unfolded = Distribution.of(each.opinion.grades[Dimension.SERVICE] for each in ballots)
    folded = count(fold({"resident": ballots}).values(), groups=["resident"])["resident"]
    assert folded.dimensions[Dimension.SERVICE].valid == 1
    assert unfolded.valid == 2


@pytest.mark.parametrize(
    "boxes",
    [
        {"resident": [ballot(1), ballot(1)]},
        {"resident": [ballot(1, sequence=2)]},
        {"resident": [ballot(1), ballot(1, sequence=3)]},
        {"resident": [ballot(1)], "panel": [ballot(1, sequence=2)]},
        {"resident": [ballot(1)], "panel": [ballot(1)]},
    ],
)
def test_what_no_honest_box_holds_is_a_fault(boxes):
    with pytest.raises(CountFault):
        fold(boxes)


def test_unknown_stays_out_of_the_base_and_is_counted_beside_it():
    ballots = [ballot(1, (5, 0, 1)), ballot(2, (4, 0, 0), channel=Channel.API)]
    counted = count(fold({"resident": ballots}).values(), groups=["resident", "panel"])
    resident = counted["resident"]
    assert resident.people == 2
    assert resident.channels == {Channel.PAGE: 1, Channel.API: 1}
    assert resident.dimensions[Dimension.HIGHLIGHTS] == Distribution(unknown=2)
    assert resident.dimensions[Dimension.HIGHLIGHTS].valid == 0
    assert resident.dimensions[Dimension.SERVICE].valid == 1
    assert counted["panel"].people == 0


def test_reasons_are_counted_by_dimension():
    ballots = [
        ballot(voter, (5, 5, 1), reasons={Dimension.SERVICE: ("papers", "slow")}) for voter in range(3)
    ]
    counted = count(fold({"resident": ballots}).values(), groups=["resident"])["resident"]
    assert counted.reasons[Dimension.SERVICE] == {"papers": 3, "slow": 3}


def test_a_distribution_counts_each_grade_once():
    chosen = [random.Random(7).randint(0, 5) for _ in range(500)]
    distribution = Distribution.of(chosen)
    assert distribution.valid + distribution.unknown == 500
    assert list(distribution.by_grade.values()) == [chosen.count(grade) for grade in (5, 4, 3, 2, 1)]
