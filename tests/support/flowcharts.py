"""Flowcharts for tests: a plain one, and generated ones of many shapes, the same for the same seed."""

import random
from collections.abc import Callable

from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, Way

_WORDS = (
    "受理", "材料是否齐全", "一次性告知需要补正的全部内容", "现场勘验", "专家评审 expert review", "征求相关部门意见",
    "听取陈述和申辩", "集体讨论决定", "制作 A4 文书", "送达", "公示", "归档", "报区人民政府批准", "核对", "拍照上传 JPEG（≤20 MB）",
)  # fmt: skip
_ACTORS = (
    "综合窗口",
    "审批科 经办岗位",
    "分管负责人",
    "区市场监督管理局、区消防救援大队、区生态环境分局",
    "",
)
_LABELS = ("是", "否", "材料齐全、符合形式", "有重大利害关系", "不予", "需要 30 日")


def days(amount: int) -> Term:
    return Term(amount=amount, unit=TimeUnit.DAY, basis=Basis.WORKING)


def step(key: str, kind: str = "step", title: str = "", **more: object) -> Step:
    given = {"actor": "经办岗位"} if kind == "step" else {}
    return Step(key=key, kind=StepKind(kind), title=title or f"步骤 {key}", **(given | more))


def way(source: str, target: str, label: str = "") -> Way:
    return Way(source=source, target=target, label=label)


def usual() -> Flowchart:
    """An approval as most are: a loop, a decision with two ends, two things done at the same time."""
    return Flowchart(
        steps=(
            step("apply", "start", "提出申请", party=Party.CLIENT),
            step("receive", title="受理", actor="综合窗口", term=days(1)),
            step("complete", "decision", "材料是否齐全"),
            step("mend", title="补正材料", actor="申请人", party=Party.CLIENT, pauses=True, article="《行政许可法》第三十二条"),
            step("both", "split", "分头审查"),
            step("look", title="现场核查", term=days(5), risk=Risk.HIGH),
            step("read", title="材料审查", term=days(3), risk=Risk.MEDIUM),
            step("meet", "join", "汇总意见"),
            step("decide", "decision", "是否准予", actor="分管负责人", term=days(2)),
            step("refuse", "end", "不予许可，说明理由"),
            step("grant", "end", "制证送达"),
        ),
        ways=(
            way("apply", "receive"),
            way("receive", "complete"),
            way("complete", "mend", "不齐全"),
            way("mend", "receive"),
            way("complete", "both", "齐全"),
            way("both", "look"),
            way("both", "read"),
            way("look", "meet"),
            way("read", "meet"),
            way("meet", "decide"),
            way("decide", "grant", "准予"),
            way("decide", "refuse", "不予"),
        ),
    )  # fmt: skip


def straight(length: int) -> Flowchart:
    """One step after the other."""
    steps = [
        step("s0", "start"),
        *(step(f"s{n}") for n in range(1, length - 1)),
        step(f"s{length - 1}", "end"),
    ]
    return Flowchart(steps=tuple(steps), ways=tuple(way(f"s{n}", f"s{n + 1}") for n in range(length - 1)))


class Grower:
    """Grows charts from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.steps: list[Step] = []
        self.ways: list[Way] = []

    def add(self, kind: str) -> str:
        key = f"s{len(self.steps)}"
        chance = self.chance
        more: dict[str, object] = {}
        if kind == "step":
            more = {
                "actor": chance.choice(_ACTORS),
                "party": chance.choice(list(Party)),
                "term": chance.choice([None, days(chance.randint(1, 200))]),
                "risk": chance.choice([None, *Risk]),
                "pauses": chance.random() < 0.2,
                "article": "第十条",
            }
        title = chance.choice(_WORDS) * chance.choice((1, 1, 2))
        self.steps.append(step(key, kind, title[:40], **more))
        return key

    def lead(self, source: str, target: str) -> None:
        kinds = {each.key: each.kind for each in self.steps}
        label = self.chance.choice(_LABELS) if kinds[source] is StepKind.DECISION else ""
        self.ways.append(way(source, target, label))

    def block(self, size: int) -> tuple[str, str]:
        """A part with one way in and one way out, of `size` steps or so."""
        if size <= 1:
            key = self.add("step")
            return key, key
        if self.chance.random() < 0.5:
            cut = self.chance.randint(1, size - 1)
            first, second = self.block(cut), self.block(size - cut)
            self.lead(first[1], second[0])
            return first[0], second[1]
        kind, close = self.chance.choice((("decision", "step"), ("split", "join")))
        branches = self.chance.randint(2, min(4, max(2, size)))
        begin = self.add(kind)
        inner = [self.block(max(1, (size - 2) // branches)) for _ in range(branches)]
        end = self.add(close)
        for first, last in inner:
            self.lead(begin, first)
            self.lead(last, end)
        if kind == "decision" and self.chance.random() < 0.3:
            self.lead(begin, end)
        return begin, end

    def chart(self) -> Flowchart:
        return Flowchart(steps=tuple(self.steps), ways=tuple(self.ways))


def series_parallel(seed: int, size: int = 14) -> Flowchart:
    grower = Grower(seed)
    begin = grower.add("start")
    first, last = grower.block(grower.chance.randint(3, size))
    end = grower.add("end")
    grower.lead(begin, first)
    grower.lead(last, end)
    return grower.chart()


def tree(seed: int, size: int = 14) -> Flowchart:
    grower = Grower(seed)
    grower.add("start")
    open_ends = ["s0"]
    while open_ends and len(grower.steps) < size:
        source = open_ends.pop(grower.chance.randrange(len(open_ends)))
        branches = 1 if source == "s0" else grower.chance.choice((1, 1, 2, 3))
        if branches > 1:
            decision = grower.add("decision")
            grower.lead(source, decision)
            source = decision
        for _ in range(branches):
            target = grower.add("step")
            grower.lead(source, target)
            open_ends.append(target)
    for source in open_ends:
        grower.lead(source, grower.add("end"))
    return grower.chart()


def tangled(seed: int, size: int = 16) -> Flowchart:
    """A series-parallel chart with loops and short cuts laid over it."""
    plain = series_parallel(seed, size)
    grower = Grower(seed)
    grower.steps, grower.ways = list(plain.steps), list(plain.ways)
    inner = [each.key for each in plain.steps if each.kind not in {StepKind.START, StepKind.END}]
    known = {(each.source, each.target) for each in plain.ways}
    for _ in range(grower.chance.randint(1, 4)):
        source, target = grower.chance.choice(inner), grower.chance.choice(inner)
        if source != target and (source, target) not in known:
            known.add((source, target))
            grower.lead(source, target)
    return grower.chart()


KINDS: dict[str, Callable[[int], Flowchart]] = {
    "series-parallel": series_parallel,
    "tree": tree,
    "tangled": tangled,
}
