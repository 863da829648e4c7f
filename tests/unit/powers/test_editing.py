"""What the editor does to a flowchart: adding, moving and taking out steps leaves the rest hanging together."""

import pytest

from evalapp.core.errors import Conflict, NotFound
from evalapp.powers.rules.flow import checks, editing
from evalapp.powers.rules.flow.graph import Flowchart, StepKind
from evalapp.powers.rules.flow.order import reading_order
from tests.support.flowcharts import straight, usual, way


def ends(chart: Flowchart) -> set[tuple[str, str]]:
    return {(each.source, each.target) for each in chart.ways}


def test_a_chart_begins_with_a_start_and_an_end_and_hangs_together() -> None:
    assert checks.faults(editing.beginning(start="提出申请", end="办结")) == []


def test_a_new_step_stands_in_the_only_way_out() -> None:
    chart, key = editing.added_after(straight(3), "s1", title="新")
    assert reading_order(chart) == ("s0", "s1", key, "s2")
    assert checks.faults(chart) == []


def test_a_new_step_keeps_the_case_it_stands_in() -> None:
    chart, key = editing.added_after(usual(), "receive", title="新")
    assert {("receive", key), (key, "complete")} <= ends(chart)
    assert way("complete", "both", "齐全") in chart.ways


def test_a_decision_gets_one_more_way_and_an_end_a_step_before_it() -> None:
    chart, key = editing.added_after(usual(), "decide", title="新")
    assert len(chart.out_of["decide"]) == 3
    assert chart.out_of[key] == []
    chart, key = editing.added_after(straight(2), "s1", title="新")
    assert reading_order(chart) == ("s0", key, "s1")


def test_what_led_to_a_removed_step_leads_to_where_it_led() -> None:
    chart = editing.removed(usual(), "receive")
    assert {("apply", "complete"), ("mend", "complete")} <= ends(chart)
    assert "receive" not in chart.by_key
    chart = editing.removed(usual(), "decide")
    assert chart.out_of["meet"] == []
    with pytest.raises(Conflict):
        editing.removed(Flowchart(steps=usual().steps[:1], ways=()), "apply")
    with pytest.raises(NotFound):
        editing.removed(usual(), "nowhere")


def test_removing_never_doubles_a_way() -> None:
    chart = editing.removed(usual(), "look")
    assert len(ends(chart)) == len(chart.ways)


def test_neighbours_on_a_straight_stretch_change_places_both_ways() -> None:
    chart = straight(5)
    down = editing.moved(chart, "s1", up=False)
    assert reading_order(down) == ("s0", "s2", "s1", "s3", "s4")
    assert reading_order(editing.moved(down, "s1", up=True)) == reading_order(chart)
    assert checks.faults(down) == []
    for key, up in (("s1", True), ("s0", False), ("s3", False)):
        with pytest.raises(Conflict, match="直路"):
            editing.moved(chart, key, up=up)


def test_ways_of_other_steps_stay_where_they_were() -> None:
    chart = editing.with_step(usual(), usual().by_key["complete"], [way("complete", "both", "行")])
    assert [each for each in chart.ways if each.source != "complete"] == [
        each for each in usual().ways if each.source != "complete"
    ]
    assert chart.out_of["complete"] == [way("complete", "both", "行")]
    assert chart.by_key["complete"].kind is StepKind.DECISION
