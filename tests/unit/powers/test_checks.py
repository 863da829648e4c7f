"""Each thing that can be wrong with a flowchart is found at its step; what is right is left alone."""

import dataclasses
from collections.abc import Callable

import pytest

from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.flow.graph import Flowchart, Party, StepKind
from evalapp.powers.rules.flow.order import loops, reading_order
from tests.support.flowcharts import days, step, straight, usual, way


def without(chart: Flowchart, source: str, target: str) -> Flowchart:
    kept = tuple(each for each in chart.ways if (each.source, each.target) != (source, target))
    return dataclasses.replace(chart, ways=kept)


def changed(chart: Flowchart, key: str, **more: object) -> Flowchart:
    steps = tuple(dataclasses.replace(each, **more) if each.key == key else each for each in chart.steps)
    return dataclasses.replace(chart, steps=steps)


def with_way(chart: Flowchart, source: str, target: str, label: str = "") -> Flowchart:
    return dataclasses.replace(chart, ways=(*chart.ways, way(source, target, label)))


DEFECTS: dict[str, tuple[Callable[[Flowchart], Flowchart], str, str]] = {
    "no start": (lambda c: changed(c, "apply", kind=StepKind.STEP), "没有开始", ""),
    "two starts": (lambda c: changed(c, "receive", kind=StepKind.START), "有 %(count)s 个", ""),
    "no end": (
        lambda c: changed(changed(c, "grant", kind=StepKind.STEP), "refuse", kind=StepKind.STEP),
        "没有结束",
        "",
    ),
    "unreachable": (lambda c: without(c, "both", "look"), "走不到", "look"),
    "a dead end": (lambda c: without(c, "meet", "decide"), "走不到结束", "meet"),
    "a decision with one way": (lambda c: without(c, "decide", "refuse"), "至少要有两条", "decide"),
    "a way without a case": (
        lambda c: with_way(without(c, "decide", "refuse"), "decide", "refuse"),
        "没有写是哪种情形",
        "decide",
    ),
    "the same case twice": (
        lambda c: with_way(without(c, "decide", "refuse"), "decide", "refuse", "准予"),
        "写得一样",
        "decide",
    ),
    "a split with one way": (lambda c: without(c, "both", "read"), "只有一条出路", "both"),
    "a join with one way": (lambda c: without(c, "read", "meet"), "只有一条路通到", "meet"),
    "two ways out of a step": (lambda c: with_way(c, "receive", "both"), "条出路", "receive"),
    "back to the start": (lambda c: with_way(without(c, "mend", "receive"), "mend", "apply"), "回到开始", "apply"),
    "on from the end": (lambda c: with_way(c, "refuse", "grant"), "后面还有路", "refuse"),
    "a pause without its article": (lambda c: changed(c, "mend", article=""), "按哪一条", "mend"),
    "a step too long": (lambda c: changed(c, "look", term=days(18)), "加起来", ""),
}  # fmt: skip


def test_a_chart_that_hangs_together_has_no_faults() -> None:
    assert checks.findings(usual(), term=days(15)) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_at_its_step(name: str) -> None:
    plant, said, key = DEFECTS[name]
    found = checks.faults(plant(usual()), term=days(15))
    assert any(said in one.message and one.key == key for one in found), found
    assert checks.told(found)


def test_who_acts_and_where_ways_come_together_is_asked_for_but_not_demanded() -> None:
    apart = Flowchart(
        steps=(step("a", "start"), step("s", "split"), step("x", actor=""), step("y"), step("e", "end"), step("f", "end")),
        ways=(way("a", "s"), way("s", "x"), way("s", "y"), way("x", "e"), way("y", "f")),
    )  # fmt: skip
    found = checks.findings(apart)
    assert [(one.weight, one.key) for one in found] == [("hint", "s"), ("hint", "x")]


@pytest.mark.parametrize(
    ("terms", "total"),
    [
        ({"receive": days(1), "look": days(5), "read": days(3), "decide": days(2)}, 8),
        ({"look": days(3), "read": days(9)}, 9),  # at the same time: the longer
        ({"mend": days(30)}, 0),  # the clock pauses, and the client acts
    ],
)
def test_terms_add_up_along_the_longest_way(terms: dict[str, Term], total: int) -> None:
    chart = usual()
    for each in chart.steps:
        chart = changed(chart, each.key, term=terms.get(each.key))
    assert checks.total(chart, days(15)).amount == total


def test_hours_and_minutes_are_added_where_they_can_be() -> None:
    chart = straight(4)
    minutes = Term(amount=90, unit=TimeUnit.MINUTE, basis=Basis.CALENDAR)
    hours = Term(amount=3, unit=TimeUnit.HOUR, basis=Basis.CALENDAR)
    chart = changed(changed(chart, "s1", term=minutes), "s2", term=hours)
    assert checks.total(chart, hours).amount == 5
    found = checks.total(chart, days(1))
    assert (found.amount, found.is_whole) == (0, False)
    other = changed(chart, "s1", party=Party.OTHER)
    assert checks.total(other, hours).amount == 3


def test_the_order_of_reading_keeps_branches_together_and_short_ones_first() -> None:
    order = reading_order(usual())
    assert order[:4] == ("apply", "receive", "complete", "mend")
    assert order[-2:] in {("grant", "refuse"), ("refuse", "grant")}
    assert {(each.source, each.target) for each in loops(usual())} == {("mend", "receive")}
