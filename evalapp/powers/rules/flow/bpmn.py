"""A flowchart as BPMN 2.0 XML with its diagram, and back.

What BPMN has no words for stands in attributes of our own namespace. Elements that have no place here are refused by
their name; a declaration of a document type, and with it every entity, is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, Way
from evalapp.powers.rules.flow.places import Box, Places, Point

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OURS = "https://evalapp.example/ns/flowchart/1"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<bpmn:definitions xmlns:bpmn="{MODEL}" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    f' xmlns:evalapp="{OURS}" id="definitions" targetNamespace="{OURS}">'
)
_ELEMENTS = {
    StepKind.START: "startEvent",
    StepKind.END: "endEvent",
    StepKind.STEP: "task",
    StepKind.DECISION: "exclusiveGateway",
    StepKind.SPLIT: "parallelGateway",
    StepKind.JOIN: "parallelGateway",
}
_TASKS = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
    }
)  # fmt: skip
_SAYS_NOTHING = frozenset(
    {"documentation", "extensionElements", "incoming", "outgoing", "flowNodeRef", "laneSet"}
)
_ASIDE = frozenset({"collaboration", "BPMNDiagram", "process", "documentation", "extensionElements"})
_LONGEST = 2_000_000


def written(chart: Flowchart, places: Places, *, name: str) -> str:
    """The chart as BPMN 2.0 with its diagram; `read` makes the same chart of it."""
    lines = [_HEAD, f'  <bpmn:process id="process" name={quoteattr(name)} isExecutable="false">']
    lines += [f"    {_element(step)}" for step in chart.steps]
    lines += [
        f'    <bpmn:sequenceFlow id="flow_{at}"{_attribute("name", way.label)} sourceRef="{way.source}" targetRef="{way.target}"/>'
        for at, way in enumerate(chart.ways)
    ]
    lines += ["  </bpmn:process>", '  <bpmndi:BPMNDiagram id="diagram">']
    lines.append('    <bpmndi:BPMNPlane id="plane" bpmnElement="process">')
    lines += [f"      {_shape(step, places.boxes[step.key])}" for step in chart.steps]
    for at, route in enumerate(places.routes):
        points = "".join(f'<di:waypoint x="{x:.0f}" y="{y:.0f}"/>' for x, y in _bends(route.polyline()))
        label = f"<bpmndi:BPMNLabel>{_bounds(route.label)}</bpmndi:BPMNLabel>" if route.label else ""
        lines.append(
            f'      <bpmndi:BPMNEdge id="flow_{at}_di" bpmnElement="flow_{at}">{points}{label}</bpmndi:BPMNEdge>'
        )
    lines += ["    </bpmndi:BPMNPlane>", "  </bpmndi:BPMNDiagram>", "</bpmn:definitions>"]
    return "\n".join(lines) + "\n"


def read(text: str | bytes) -> Flowchart:
    """Read BPMN 2.0. Raises `Invalid` for what is no BPMN, naming each element that is not taken."""
    if len(text) > _LONGEST:
        raise Invalid(N_("BPMN 文件太大。"), field="flowchart")
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Invalid(N_("BPMN 文件里声明了文档类型或实体，不能收。"), field="flowchart") from error
    except (ParseError, ValueError) as error:
        raise Invalid(N_("这不是正确的 XML。"), field="flowchart") from error
    if _name(root) != "definitions":
        raise Invalid(N_("这不是 BPMN 2.0 文件。"), field="flowchart")
    processes = [child for child in root if _name(child) == "process"]
    strange = {_name(child) for child in root} - _ASIDE
    for collaboration in (child for child in root if _name(child) == "collaboration"):
        strange |= {_name(child) for child in collaboration} - {"participant", "documentation"}
    _refuse(strange)
    if len(processes) != 1:
        raise Invalid(N_("文件里有 %(count)s 个流程，只收一个。"), field="flowchart", count=len(processes))
    return _Process(processes[0]).chart()


@dataclass(kw_only=True)
class _Node:
    element: Element
    name: str
    into: list[str] = field(default_factory=list)
    out_of: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class _Flow:
    source: str
    target: str
    label: str


class _Process:
    """The nodes and flows of a process, brought into the form that a flowchart has."""

    def __init__(self, process: Element) -> None:
        self._nodes: dict[str, _Node] = {}
        self._flows: list[_Flow] = []
        self._actors: dict[str, str] = {}
        strange: set[str] = set()
        for child in process:
            name = _name(child)
            if name == "sequenceFlow":
                self._flows.append(
                    _Flow(
                        source=child.get("sourceRef", ""),
                        target=child.get("targetRef", ""),
                        label=_words(child.get("name", "")),
                    )
                )
            elif name in {*_TASKS, *_ELEMENTS.values()}:
                strange |= {_name(inner) for inner in child} - _SAYS_NOTHING
                self._nodes[child.get("id", "")] = _Node(element=child, name=name)
            elif name == "laneSet":
                self._actors |= dict(_lanes(child))
            elif name not in _SAYS_NOTHING:
                strange.add(name)
        _refuse(strange)
        if any({flow.source, flow.target} - self._nodes.keys() for flow in self._flows):
            raise Invalid(N_("文件里有一条连线通到没有的步骤。"), field="flowchart")
        self._count()
        self._leave_out_merges()
        self._part_joins()

    def chart(self) -> Flowchart:
        keys = _keys(list(self._nodes))
        return Flowchart(
            steps=tuple(self._step(identity, node, keys[identity]) for identity, node in self._nodes.items()),
            ways=tuple(
                Way(source=keys[flow.source], target=keys[flow.target], label=flow.label)
                for flow in self._flows
            ),
        )

    def _count(self) -> None:
        for node in self._nodes.values():
            node.into, node.out_of = [], []
        for flow in self._flows:
            self._nodes[flow.source].out_of.append(flow.target)
            self._nodes[flow.target].into.append(flow.source)

    def _leave_out_merges(self) -> None:
        """An exclusive gateway where ways only come together is no step here: they lead on at once."""
        for identity, node in list(self._nodes.items()):
            is_merge = node.name == "exclusiveGateway" and len(node.out_of) == 1 and len(node.into) > 1
            if not is_merge or _own(node.element, "kind"):
                continue
            (onward,) = (flow for flow in self._flows if flow.source == identity)
            self._flows.remove(onward)
            for flow in self._flows:
                if flow.target == identity:
                    flow.target = onward.target
            del self._nodes[identity]
            self._count()

    def _part_joins(self) -> None:
        """A parallel gateway that joins and splits at once is two steps here."""
        for identity, node in list(self._nodes.items()):
            is_both = node.name == "parallelGateway" and len(node.into) > 1 and len(node.out_of) > 1
            if not is_both or _own(node.element, "kind"):
                continue
            second = f"{identity}_split"
            for flow in self._flows:
                if flow.source == identity:
                    flow.source = second
            self._flows.append(_Flow(source=identity, target=second, label=""))
            self._nodes[second] = _Node(element=Element("parallelGateway"), name=node.name)
            self._count()

    def _step(self, identity: str, node: _Node, key: str) -> Step:
        kind = self._kind(node)
        element = node.element
        try:
            risk = _own(element, "risk")
            return Step(
                key=key,
                kind=kind,
                title=_words(element.get("name", "")) or _UNNAMED[kind],
                actor=_own(element, "actor") or self._actors.get(identity, ""),
                party=Party(_own(element, "party") or Party.UNIT),
                term=terms.typed(_own(element, "term"), field="flowchart"),
                pauses=_own(element, "pauses") == "true",
                article=_own(element, "article"),
                risk=Risk(risk) if risk else None,
            )
        except ValueError as error:
            raise Invalid(
                N_("步骤 %(key)s 的说明里有不认识的词。"), field="flowchart", key=identity[:40]
            ) from error

    def _kind(self, node: _Node) -> StepKind:
        own = _own(node.element, "kind")
        if own in set(StepKind):
            return StepKind(own)
        if node.name == "parallelGateway":
            return StepKind.SPLIT if len(node.out_of) > 1 else StepKind.JOIN
        if node.name in _TASKS:
            return StepKind.STEP
        return next(kind for kind, name in _ELEMENTS.items() if name == node.name)


_UNNAMED = {
    StepKind.START: "开始",
    StepKind.END: "结束",
    StepKind.STEP: "办理",
    StepKind.DECISION: "判断",
    StepKind.SPLIT: "同时办理",
    StepKind.JOIN: "都办完后",
}


def _lanes(lane_set: Element) -> Iterator[tuple[str, str]]:
    """Who acts in each node: the name of the innermost lane that holds it."""
    for lane in (each for each in lane_set if _name(each) == "lane"):
        for child in lane:
            if _name(child) == "flowNodeRef":
                yield (child.text or "").strip(), _words(lane.get("name", ""))
        for child in lane:
            if _name(child) == "childLaneSet":
                yield from _lanes(child)


def _keys(identities: Sequence[str]) -> Mapping[str, str]:
    """Keys of ours for ids of others: kept where they are keys already."""
    found: dict[str, str] = {}
    for at, identity in enumerate(identities, start=1):
        plain = identity.casefold()
        fits = (
            plain.isascii() and plain[:1].isalpha() and plain.replace("_", "").isalnum() and len(plain) <= 24
        )
        key = plain if fits and plain not in found.values() else f"n{at}"
        found[identity] = key if key not in found.values() else f"n{at}_{len(found)}"
    return found


def _refuse(strange: set[str]) -> None:
    if strange:
        raise Invalid(
            N_("文件里有这里不收的元素：%(names)s。请去掉后再导入。"),
            field="flowchart",
            names="、".join(sorted(strange)[:8]),
        )


def _element(step: Step) -> str:
    name = _ELEMENTS[step.kind]
    said = {
        "kind": step.kind.value,
        "actor": step.actor,
        "party": "" if step.party is Party.UNIT else step.party.value,
        "term": terms.spelled(step.term),
        "pauses": "true" if step.pauses else "",
        "article": step.article,
        "risk": step.risk.value if step.risk else "",
    }
    own = "".join(_attribute(f"evalapp:{attribute}", value) for attribute, value in said.items())
    return f'<bpmn:{name} id="{step.key}"{_attribute("name", step.title)}{own}/>'


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(value)}" if value else ""


def _shape(step: Step, box: Box) -> str:
    marker = ' isMarkerVisible="true"' if step.kind is StepKind.DECISION else ""
    return f'<bpmndi:BPMNShape id="{step.key}_di" bpmnElement="{step.key}"{marker}>{_bounds(box)}</bpmndi:BPMNShape>'


def _bounds(box: Box) -> str:
    return f'<dc:Bounds x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"/>'


def _bends(line: Sequence[Point]) -> Sequence[Point]:
    """A few points of a line: programs that show it draw straight pieces."""
    return [*line[:-1:4], line[-1]]


def _own(element: Element, name: str) -> str:
    return _words(element.get(f"{{{OURS}}}{name}", ""))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _words(text: str) -> str:
    return " ".join(text.split())
