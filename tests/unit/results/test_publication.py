"""The published document: only integers and strings, follows from its own counts, tells of nobody."""

from __future__ import annotations

from fractions import Fraction

import pytest

from evalapp.ballots.rules.grades import Channel, Dimension
from evalapp.ledger.rules import canonical_json, read_canonical
from evalapp.results.rules.counting import GroupCount
from evalapp.results.rules.publication import read_distribution, result_document
from evalapp.results.rules.scoring import score
from evalapp.results.rules.statistics import written
from tests.unit.results.builders import NOBODY, PROFILE, group_count

COUNTS = {
    "resident": group_count(60, 20, 10, 5, 5),
    "client": group_count(20, 10, 5, 3, 2),
    "panel": group_count(5, 5, 0, 0, 0),
}


def document(counts=None, with_set_apart=None, reasons=None):
    counts = counts or COUNTS
    made = result_document(
        episode="EP-2026-16",
        counts=counts,
        with_set_apart=with_set_apart or counts,
        invited={"panel": 10},
        profile=PROFILE,
        set_apart_reasons=reasons or {},
        flagged_shift=Fraction(-1, 8),
    )
    return read_canonical(canonical_json(made))


def test_every_figure_follows_from_the_published_counts():
    published = document()
    counts = {
        group: GroupCount(
            people=told["people"],
            dimensions={d: read_distribution(told["dimensions"][d]) for d in Dimension},
        )
        for group, told in published["counts"]["groups"].items()
    }
    again = score(counts, profile=PROFILE, invited=published["inputs"]["invited"])
    assert published["score"]["index"]["mean"] == written(again.index.mean)
    assert published["score"]["index"]["half_width"] == written(again.index.half_width)
    assert published["score"]["worst_shift"] == written(again.worst_shift)


def test_the_formula_its_version_and_its_inputs_stand_beside_the_score():
    published = document()
    assert published["formula_version"] == "evalapp-result-1"
    assert "不了解不计入" in published["formula"]
    assert published["inputs"]["points"]["2"] == 30
    assert "本系统自定" in published["inputs"]["source"]
    assert published["flagged_shift"] == "-0.1"


def test_a_group_of_fewer_than_ten_is_not_even_counted():
    published = document(COUNTS | {"panel": group_count(9, 0, 0, 0, 0)})
    assert "panel" not in published["counts"]["groups"]
    assert published["counts"]["people"] == 140
    assert published["score"]["too_few"] == ["panel"]


def test_a_group_below_its_minimum_is_a_number_without_a_distribution():
    published = document(COUNTS | {"client": group_count(29, 0, 0, 0, 0)})
    assert published["counts"]["groups"]["client"] == {"people": 29}


def test_a_shown_distribution_has_all_grades_zero_included():
    assert document()["counts"]["groups"]["panel"]["dimensions"]["service"] == {
        "5": 5,
        "4": 5,
        "3": 0,
        "2": 0,
        "1": 0,
        "unknown": 0,
    }


def test_a_channel_of_few_people_is_hidden_with_the_next():
    resident = GroupCount(
        people=100, channels={Channel.PAGE: 97, Channel.API: 3}, dimensions=COUNTS["resident"].dimensions
    )
    assert document(COUNTS | {"resident": resident})["counts"]["groups"]["resident"]["channels"] == {}


@pytest.mark.parametrize(("apart", "both"), [(0, False), (9, False), (10, True)])
def test_a_second_distribution_only_beside_ten_set_apart(apart, both):
    before = COUNTS | {"resident": group_count(60 + apart, 20, 10, 5, 5)}
    published = document(COUNTS, before, {"one-device": apart})
    assert ("counts_with_set_apart" in published) is both
    exact = "." in published["score"]["index"]["mean"] and len(published["score"]["index"]["mean"]) == 5
    assert exact is (apart != 9)
    assert published["set_apart"].get("number") == (None if apart == 9 else apart)


def test_nobody_at_all_is_a_result_without_a_score():
    published = document({"resident": NOBODY, "client": NOBODY, "panel": NOBODY})
    assert "index" not in published["score"]
    assert published["counts"] == {"groups": {}, "people": 0}
