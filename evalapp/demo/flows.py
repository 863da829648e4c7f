"""Flowcharts of the demonstration's powers: of each kind a usual course, with parts that some have and others have not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, Way
from evalapp.powers.rules.kinds import PowerKind

LICENSING = "《中华人民共和国行政许可法》"
PENALTIES = "《中华人民共和国行政处罚法》"


def working(days: int) -> Term:
    return Term(amount=days, unit=TimeUnit.DAY, basis=Basis.WORKING)


def calendar(days: int) -> Term:
    return Term(amount=days, unit=TimeUnit.DAY, basis=Basis.CALENDAR)


@dataclass(kw_only=True)
class Course:
    """A flowchart as it is being drawn: each part goes on from where the last one ended."""

    window: str
    section: str
    head: str
    steps: list[Step] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    at: str = ""
    label: str = ""

    def add(self, kind: StepKind, title: str, **more: object) -> str:
        key = f"s{len(self.steps) + 1}"
        self.steps.append(Step(key=key, kind=kind, title=title, **more))  # type: ignore[arg-type]  # a step's own fields
        return key

    def lead(self, key: str, *, source: str = "", label: str = "") -> None:
        self.ways.append(Way(source=source or self.at, target=key, label=label or self.label))
        self.label = ""

    def begin(self, title: str, *, party: Party = Party.CLIENT) -> None:
        self.at = self.add(StepKind.START, title, party=party)

    def then(self, title: str, actor: str = "", **more: object) -> str:
        key = self.add(StepKind.STEP, title, actor=actor or self.section, **more)
        self.lead(key)
        self.at = key
        return key

    def end(self, title: str) -> None:
        self.lead(self.add(StepKind.END, title, actor=self.window))

    def unless(self, title: str, *, no: str, ends: str, yes: str, **more: object) -> None:
        """A decision of which one case ends here."""
        key = self.add(StepKind.DECISION, title, **more)
        self.lead(key)
        self.lead(self.add(StepKind.END, ends), source=key, label=no)
        self.at, self.label = key, yes

    def mended(self, title: str, *, back_to: str, step: str, article: str) -> None:
        """A decision of which one case is mended by the client and comes back; the clock pauses meanwhile."""
        key = self.add(StepKind.DECISION, title)
        self.lead(key)
        mend = self.add(StepKind.STEP, step, actor="申请人", party=Party.CLIENT, pauses=True, article=article)
        self.lead(mend, source=key, label="不齐全")
        self.lead(back_to, source=mend)
        self.at, self.label = key, "齐全"

    def if_needed(self, title: str, *, step: str, **more: object) -> None:
        """A decision of which one case takes a step more."""
        key = self.add(StepKind.DECISION, title)
        self.lead(key)
        extra = self.add(StepKind.STEP, step, **({"actor": self.section} | more))
        self.lead(extra, source=key, label="需要")
        meet = self.add(StepKind.STEP, "形成意见", actor=self.section)
        self.lead(meet, source=extra)
        self.lead(meet, source=key, label="不需要")
        self.at = meet

    def together(self, title: str, parts: Sequence[tuple[str, str, Term | None]], *, meet: str) -> None:
        """Several things at the same time."""
        split = self.add(StepKind.SPLIT, title)
        self.lead(split)
        done = []
        for name, actor, term in parts:
            key = self.add(StepKind.STEP, name, actor=actor, term=term)
            self.lead(key, source=split)
            done.append(key)
        join = self.add(StepKind.JOIN, meet)
        for key in done:
            self.lead(join, source=key)
        self.at = join

    def chart(self) -> Flowchart:
        return Flowchart(steps=tuple(self.steps), ways=tuple(self.ways))


def flowchart(kind: PowerKind, variant: int, course: Course) -> Flowchart:
    """Draw the course of a kind of power; each bit of `variant` says whether it has one of the parts."""
    _DRAWN[kind](course, variant)
    return course.chart()


def _approval(c: Course, variant: int) -> None:
    c.begin("提出申请")
    received = c.then("收件登记", c.window, term=working(1), risk=Risk.LOW)
    c.mended("材料是否齐全", back_to=received, step="补正材料", article=f"{LICENSING}第三十二条")
    if variant & 1:
        c.then("现场核查", "两名执法人员", term=working(3), risk=Risk.HIGH)
    if variant & 2:
        parts: list[tuple[str, str, Term | None]] = [
            ("征求相关部门意见", "相关部门", working(3)),
            ("材料审查", c.section, working(2)),
        ]
        if variant & 4:
            parts.append(("核对信用记录", "综合科", working(1)))
        c.together("分头审查", parts, meet="汇总意见")
    else:
        c.then("材料审查", term=working(3), risk=Risk.MEDIUM)
    if variant & 8:
        c.if_needed(
            "是否需要听证或专家评审",
            step="听证、专家评审",
            pauses=True,
            article=f"{LICENSING}第四十五条",
            party=Party.OTHER,
        )
    if variant & 16:
        c.then("公示", term=working(2))
    c.unless(
        "是否准予",
        no="不予",
        ends="不予许可，书面说明理由",
        yes="准予",
        actor=c.head,
        term=working(2),
        risk=Risk.HIGH,
    )
    c.then("制作证件", c.window, term=working(1))
    c.end("送达并公开结果")


def _penalty(c: Course, variant: int) -> None:
    c.begin("发现线索", party=Party.UNIT)
    c.unless(
        "是否立案", no="不立案", ends="不予立案", yes="立案", actor=c.head, term=calendar(7), risk=Risk.MEDIUM
    )
    parts: list[tuple[str, str, Term | None]] = [
        ("现场检查", "两名执法人员", calendar(15)),
        ("询问当事人", "两名执法人员", calendar(15)),
    ]
    if variant & 1:
        parts.append(("抽样、鉴定", "检验机构", None))
    if variant & 2:
        parts.append(("调取资料", c.section, calendar(10)))
    c.together("调查取证", parts, meet="调查终结")
    if variant & 4:
        c.then("法制审核", "法制机构", term=calendar(7), risk=Risk.HIGH)
    c.then("告知陈述、申辩的权利", term=calendar(3))
    if variant & 8:
        c.if_needed("当事人是否要求听证", step="举行听证", term=calendar(20), actor="听证主持人")
    if variant & 16:
        c.then("集体讨论", c.head, term=calendar(7), risk=Risk.HIGH)
    c.unless(
        "违法事实是否成立",
        no="不成立",
        ends="撤销案件",
        yes="成立",
        actor=c.head,
        term=calendar(7),
        risk=Risk.HIGH,
    )
    c.then("送达处罚决定书", term=calendar(7))
    c.unless("当事人是否履行", no="不履行", ends="申请法院强制执行", yes="履行")
    c.end("结案归档")


def _compulsion(c: Course, variant: int) -> None:
    c.begin("发现需要强制的情形", party=Party.UNIT)
    c.then("报告负责人批准", c.head, term=calendar(1), risk=Risk.HIGH)
    if variant & 1:
        c.then("催告", term=calendar(10))
    c.together(
        "现场实施",
        [("出示证件、告知理由", "两名执法人员", None), ("制作现场笔录、清单", "两名执法人员", None)]
        + ([("全程录像", "执法辅助人员", None)] if variant & 2 else []),
        meet="当事人签字",
    )
    if variant & 4:
        c.if_needed("是否需要检验、鉴定", step="检验、鉴定", party=Party.OTHER, actor="检验机构")
    c.unless(
        "是否仍需强制",
        no="不需要",
        ends="解除，返还财物",
        yes="需要",
        actor=c.head,
        term=calendar(10),
        risk=Risk.HIGH,
    )
    c.end("作出处理决定")


def _levy(c: Course, variant: int) -> None:
    c.begin("申报", party=Party.CLIENT)
    c.then("核定数额", term=working(3), risk=Risk.HIGH)
    if variant & 1:
        c.if_needed("是否符合减免条件", step="审核减免", term=working(3), risk=Risk.HIGH)
    c.then("送达缴款通知", c.window, term=working(1))
    c.unless("是否按期缴纳", no="逾期", ends="依法催缴", yes="已缴")
    if variant & 2:
        c.then("开具票据", c.window, term=working(1))
    c.end("公开征收情况")


def _payment(c: Course, variant: int) -> None:
    c.begin("提出申请")
    received = c.then("受理", c.window, term=working(1), risk=Risk.LOW)
    c.mended("材料是否齐全", back_to=received, step="补交材料", article="本单位服务指南")
    if variant & 1:
        c.together(
            "分头核对",
            [("入户调查", "社区工作人员", working(5)), ("核对经济状况", "核对中心", working(5))]
            + ([("邻里访问", "社区工作人员", working(3))] if variant & 2 else []),
            meet="评议",
        )
    else:
        c.then("审核", term=working(5), risk=Risk.HIGH)
    if variant & 4:
        c.then("公示", term=working(7))
    c.unless(
        "是否符合条件",
        no="不符合",
        ends="书面告知理由",
        yes="符合",
        actor=c.head,
        term=working(3),
        risk=Risk.HIGH,
    )
    c.end("发放到账")


def _ruling(c: Course, variant: int) -> None:
    c.begin("申请裁决")
    c.unless("是否受理", no="不受理", ends="告知其他途径", yes="受理", actor=c.section, term=working(5))
    c.then("送达对方当事人答辩", term=working(10))
    if variant & 1:
        c.unless("能否调解", no="调解成功", ends="制作调解书", yes="不成", actor="调解员", term=working(10))
    if variant & 2:
        c.together(
            "查明事实",
            [("实地勘查", c.section, working(5)), ("组织质证", c.section, working(5))],
            meet="事实清楚",
        )
    c.then("作出裁决", c.head, term=working(10), risk=Risk.HIGH)
    c.end("送达裁决书")


def _confirmation(c: Course, variant: int) -> None:
    c.begin("提出申请")
    received = c.then("受理", c.window, term=working(1), risk=Risk.LOW)
    c.mended("材料是否齐全", back_to=received, step="补正材料", article="本单位服务指南")
    c.then("审核", term=working(3), risk=Risk.MEDIUM)
    if variant & 1:
        c.then("实地核实", "两名工作人员", term=working(3))
    if variant & 2:
        c.if_needed("是否需要评定", step="专家评定", actor="专家组", party=Party.OTHER)
    if variant & 4:
        c.then("公示", term=working(3))
    c.unless(
        "是否确认",
        no="不予确认",
        ends="书面说明理由",
        yes="确认",
        actor=c.head,
        term=working(2),
        risk=Risk.MEDIUM,
    )
    c.end("发给证明")


def _reward(c: Course, variant: int) -> None:
    c.begin("制定方案", party=Party.UNIT)
    c.then("发布通知", c.section, term=working(3))
    c.together(
        "推荐",
        [("单位推荐", "各单位", None), ("个人自荐", "申报人", None)]
        + ([("群众举荐", "社区", None)] if variant & 1 else []),
        meet="汇总名单",
    )
    c.then("审核", term=working(10), risk=Risk.MEDIUM)
    if variant & 2:
        c.then("评审", "评审委员会", term=working(5), risk=Risk.HIGH)
    c.then("公示", term=working(5))
    c.unless("有无异议", no="异议成立", ends="取消资格", yes="没有异议", actor=c.head)
    c.end("表彰奖励")


def _inspection(c: Course, variant: int) -> None:
    c.begin("制定检查计划", party=Party.UNIT)
    c.then("随机抽取对象和人员", "综合科", term=working(2), risk=Risk.MEDIUM)
    if variant & 1:
        c.then("提前通知", term=working(3))
    if variant & 2:
        c.together(
            "现场检查",
            [("查看现场", "两名执法人员", working(2)), ("查阅台账", "两名执法人员", working(2))]
            + ([("抽样检验", "检验机构", None)] if variant & 4 else []),
            meet="填写检查记录",
        )
    else:
        c.then("现场检查", "两名执法人员", term=working(3), risk=Risk.HIGH)
    c.unless("是否发现问题", no="没有发现", ends="公开检查结果", yes="发现", term=working(1))
    if variant & 8:
        c.unless("是否涉嫌违法", no="涉嫌违法", ends="移送立案", yes="轻微", actor=c.head, risk=Risk.HIGH)
    c.then("责令改正", term=working(10))
    c.then("复查", "两名执法人员", term=working(5))
    c.end("公开检查结果和整改情况")


def _other(c: Course, variant: int) -> None:
    c.begin("提交")
    c.then("接收登记", c.window, term=working(1), risk=Risk.LOW)
    if variant & 1:
        c.unless("是否属于本单位", no="不属于", ends="告知向谁提出", yes="属于")
    c.then("办理", term=working(5), risk=Risk.LOW)
    if variant & 2:
        c.together(
            "同时进行",
            [("现场了解", c.section, working(3)), ("征求意见", "相关单位", working(3))],
            meet="汇总",
        )
    if variant & 4:
        c.then("负责人审核", c.head, term=working(2), risk=Risk.MEDIUM)
    c.end("反馈结果")


_DRAWN = {
    PowerKind.APPROVAL: _approval,
    PowerKind.PENALTY: _penalty,
    PowerKind.COMPULSION: _compulsion,
    PowerKind.LEVY: _levy,
    PowerKind.PAYMENT: _payment,
    PowerKind.RULING: _ruling,
    PowerKind.CONFIRMATION: _confirmation,
    PowerKind.REWARD: _reward,
    PowerKind.INSPECTION: _inspection,
    PowerKind.OTHER: _other,
}
