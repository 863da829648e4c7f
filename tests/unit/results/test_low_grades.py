"""How many people gave a reason is told from ten on, over all groups, and no subtraction tells of fewer."""

from __future__ import annotations

import dataclasses

import pytest

from evalapp.ballots.rules.grades import Dimension
from evalapp.results.rules.low_grades import people_by_reason, reason_counts
from tests.unit.results.builders import PROFILE, group_count


def group(people, slow):
    """A group of so many people, so many of whom said that it is slow."""
    count = group_count(people - slow, 0, 0, slow, 0)
    return dataclasses.replace(count, reasons={Dimension.SERVICE: {"slow": slow}})


def told(**groups):
    counts = {name: group(*numbers) for name, numbers in groups.items()}
    return people_by_reason(counts, profile=PROFILE)[Dimension.SERVICE]


@pytest.mark.parametrize(
    ("groups", "people"),
    [
        pytest.param({"resident": (60, 12)}, 12, id="one shown group"),
        pytest.param({"resident": (60, 9)}, None, id="nine are nobody's to know"),
        pytest.param({"resident": (60, 12), "client": (40, 11)}, 23, id="two shown groups"),
        pytest.param({"resident": (60, 12), "client": (40, 4)}, 12, id="four would follow by subtraction"),
        pytest.param({"resident": (60, 12), "client": (8, 8)}, 12, id="a group that is not told of"),
        pytest.param({"resident": (60, 9), "client": (40, 9)}, 18, id="two hidden cells are enough together"),
        pytest.param({"resident": (60, 6), "client": (40, 3)}, None, id="two hidden cells that are not"),
        pytest.param({"resident": (20, 15)}, 15, id="a group without a score, but of ten people"),
    ],
)
def test_people_are_told_of_from_ten_on_and_never_by_subtraction(groups, people):
    assert told(**groups) == ({} if people is None else {"slow": people})


def test_a_document_gives_reasons_of_so_many_people_most_first():
    document = {"reasons": {"service": {"slow": 12, "papers": 31}, "openness": {"vague": 19}}}
    found = reason_counts(document, minimum=15)
    assert [(one.dimension, one.reason, one.people) for one in found] == [
        (Dimension.SERVICE, "papers", 31),
        (Dimension.OPENNESS, "vague", 19),
    ]


def test_a_document_from_before_tells_of_none():
    assert reason_counts({}, minimum=10) == []


def test_a_count_that_tells_of_four_by_subtraction_is_noticed():
    """The planted defect: what the groups' tables hide is simply added."""
    counts = {"resident": group(60, 12), "client": group(40, 4)}
    careless = sum(count.reasons[Dimension.SERVICE]["slow"] for count in counts.values())
    shown = 12  # stands in the table of the residents
    assert 0 < careless - shown < PROFILE.breakdown_minimum
    assert told(resident=(60, 12), client=(40, 4)) != {"slow": careless}
