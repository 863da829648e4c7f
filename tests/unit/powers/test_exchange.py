"""Flowcharts as other programs read and write them: BPMN 2.0 and Mermaid, there and back as the same."""

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from evalapp.core.errors import Invalid
from evalapp.powers.rules.flow import bpmn, checks, mermaid
from evalapp.powers.rules.flow.graph import Flowchart, StepKind, cleaned
from evalapp.powers.services.layout import laid_out
from tests.support.flowcharts import days, series_parallel, step, tangled, tree, usual, way

ROOT = Path(__file__).parents[3]
FOREIGN = Path(__file__).parent / "bpmn"
CHARTS = [usual(), *(make(seed) for make in (series_parallel, tree, tangled) for seed in range(8))]
STRANGE = dataclasses.replace(
    usual(),
    steps=(
        step("apply", "start", '“引号” "quote" <&> #1; |竖线| ]})'),
        *usual().steps[1:],
    ),
)


def exported(chart: Flowchart) -> str:
    return bpmn.written(chart, laid_out([chart])[0], name='权力 <"&>')


def read_by_moddle(text: str) -> dict[str, object]:
    done = subprocess.run(
        ["node", str(ROOT / "tests/support/bpmn_moddle.mjs")],
        input=text.encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("chart", [*CHARTS, STRANGE])
def test_a_chart_comes_back_from_mermaid_as_the_same(chart: Flowchart) -> None:
    assert mermaid.read(mermaid.written(chart)) == chart


@pytest.mark.parametrize("chart", [*CHARTS[::4], STRANGE])
def test_a_chart_comes_back_from_bpmn_as_the_same(chart: Flowchart) -> None:
    assert bpmn.read(exported(chart)) == chart


@pytest.mark.parametrize("chart", [usual(), STRANGE, series_parallel(5, 30)])
def test_bpmn_moddle_reads_it_without_a_warning_and_writes_what_is_the_same_again(chart: Flowchart) -> None:
    found = read_by_moddle(exported(chart))
    assert found["warnings"] == []
    assert bpmn.read(found["xml"]) == chart


def test_an_element_that_bpmn_does_not_know_is_noticed_by_moddle() -> None:
    """The planted defect: a step under a name of our own."""
    planted = exported(usual()).replace("bpmn:task", "bpmn:work")
    assert read_by_moddle(planted)["warnings"]


def test_a_term_lost_on_the_way_is_noticed() -> None:
    """The planted defect: an export that forgets our namespace."""
    planted = exported(usual()).replace("evalapp:term", "evalapp:lost")
    assert bpmn.read(planted) != usual()


@pytest.mark.parametrize(
    ("name", "kinds", "actors"),
    [
        ("lanes_as_camunda_draws", "start step decision step end", {"综合窗口", "审批科"}),
        ("parallel_as_signavio_writes", "start split step step join step step join end split", {""}),
        (
            "nested_lanes_as_bonita_writes",
            "start step decision step end end",
            {"一中队", "法制员", "执法大队", ""},
        ),
    ],
)
def test_files_of_other_programs_are_taken(name: str, kinds: str, actors: set[str]) -> None:
    chart = cleaned(bpmn.read((FOREIGN / f"{name}.bpmn").read_bytes()))
    assert [each.kind.value for each in chart.steps] == kinds.split()
    assert {each.actor for each in chart.steps} == actors
    assert checks.faults(chart) == []


def test_lines_that_only_come_together_lead_on_at_once() -> None:
    chart = bpmn.read((FOREIGN / "lanes_as_camunda_draws.bpmn").read_bytes())
    assert {(each.source, each.target, each.label) for each in chart.ways} >= {
        ("gateway_1", "event_1", "不齐全"),
        ("activity_2", "event_1", ""),
    }


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ("<bpmn:subProcess id='x'/>", "subProcess"),
        ("<bpmn:boundaryEvent id='x'/><bpmn:inclusiveGateway id='y'/>", "boundaryEvent、inclusiveGateway"),
        ("<bpmn:startEvent id='x'><bpmn:timerEventDefinition/></bpmn:startEvent>", "timerEventDefinition"),
        ("<bpmn:sequenceFlow id='f' sourceRef='a' targetRef='b'/>", "没有的步骤"),
    ],
)
def test_what_bpmn_holds_beyond_this_is_refused_by_name(inside: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        bpmn.read(
            f"<bpmn:definitions xmlns:bpmn='{bpmn.MODEL}'><bpmn:process id='p'>{inside}</bpmn:process></bpmn:definitions>"
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<a",
        "<a/>",
        "<bpmn:definitions xmlns:bpmn='x'/>",
        "\x00",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_what_is_no_bpmn_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        bpmn.read(text)


def test_xml_with_entities_is_refused_by_that_name() -> None:
    with pytest.raises(Invalid, match="实体"):
        bpmn.read('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sequenceDiagram\n a->>b: x", "第一行"),
        ("flowchart TD\n subgraph x\n a --> b\n end", "第 2 行用了 subgraph"),
        ("flowchart TD\n a --> b\n classDef x fill:#f00", "第 3 行用了 classdef"),
        ("flowchart TD\n a & b --> c", "第 2 行这里看不懂"),
        ("flowchart TD\n a -.-> c", "第 2 行这里看不懂"),
        ('flowchart TD\n a["x', "第 2 行这里看不懂"),
        ("flowchart TD\n a --> b\n %% step a colour=red", "第 3 行的说明"),
        ("flowchart TD\n a --> b\n %% step a risk=huge", "步骤 a"),
        ("flowchart TD\n a --> b\n %% step a term=soon", "不是时限"),
        ("x" * 70_000, "太长"),
    ],
)
def test_what_mermaid_holds_beyond_this_is_refused_with_its_line(text: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        mermaid.read(text)


def test_mermaid_as_people_write_it_is_taken() -> None:
    chart = mermaid.read(
        """graph TD;
        %% a note of somebody
        A([申请]) --> B[受理] -- 齐全 --> C{准予?};
        C -->|是| D((完成))
        C ==> |否| E(((不予)))
        B --> F
        %% step B actor="窗口" term="2 working days" pauses="第十条" risk=low party=other
        """
    )
    assert [(each.key, each.kind) for each in chart.steps] == [
        ("a", StepKind.START),
        ("b", StepKind.STEP),
        ("c", StepKind.DECISION),
        ("d", StepKind.END),
        ("e", StepKind.END),
        ("f", StepKind.STEP),
    ]
    receive = chart.by_key["b"]
    assert (receive.actor, receive.term, receive.pauses, receive.article) == ("窗口", days(2), True, "第十条")
    assert way("b", "c", "齐全") in chart.ways
    assert way("c", "e", "否") in chart.ways
