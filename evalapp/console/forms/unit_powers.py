"""Powers on the unit's desk: what they say, their flowchart step by step, whole tables."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.unit_profile import short
from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.queries.power import OwnPower
from evalapp.powers.rules import rows
from evalapp.powers.rules import text as limits
from evalapp.powers.rules.flow import graph
from evalapp.powers.rules.flow.graph import Flowchart, Party, Risk, Step, StepKind, Way
from evalapp.powers.rules.flow.order import numbers, reading_order
from evalapp.powers.rules.kinds import KIND_WORDS, PARTY_WORDS, RISK_WORDS, STEP_WORDS, PowerKind
from evalapp.powers.rules.text import PowerText
from evalapp.powers.services import publishing
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l, gettext, lazy_gettext

KINDS = [SelectChoice(value=kind, label=lazy_gettext(word)) for kind, word in KIND_WORDS.items()]
_LONGEST_LINES = 20_000
_MOST_WAYS = 8


class PowerForm(Form):
    """What a power says. Lists are typed a line each, as in the table that is handed in."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    name = StringField(
        _l("名称"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写名称。")), short(limits.NAME_LIMIT)],
    )
    section = StringField(_l("承办科室"), filters=[stripped], validators=[short(limits.SHORT_LIMIT)])
    post = StringField(
        _l("责任岗位"),
        description=_l("写岗位，不写姓名。"),
        filters=[stripped],
        validators=[short(limits.SHORT_LIMIT)],
    )
    bases = TextAreaField(
        _l("法律依据"),
        description=_l("一行一条：法名|条款|生效日|失效日|链接|说明|条文，后面的可以不写。"),
        validators=[short(_LONGEST_LINES)],
    )
    duties = TextAreaField(
        _l("责任事项"), description=_l("一行一条：阶段|责任。"), validators=[short(_LONGEST_LINES)]
    )
    grounds = TextAreaField(_l("追责情形"), description=_l("一行一条。"), validators=[short(_LONGEST_LINES)])
    statutory = StringField(
        _l("法定时限"),
        description=_l("例如“20 个工作日”“30 日”。"),
        filters=[stripped],
        validators=[short(30)],
    )
    promised = StringField(_l("承诺时限"), filters=[stripped], validators=[short(30)])
    fee = StringField(
        _l("收费标准"),
        description=_l("不收费就空着。"),
        filters=[stripped],
        validators=[short(limits.LONG_LIMIT)],
    )
    fee_basis = StringField(_l("收费依据"), filters=[stripped], validators=[short(limits.LONG_LIMIT)])
    telephone = StringField(_l("监督电话"), filters=[stripped], validators=[short(limits.SHORT_LIMIT)])
    passes_on = BooleanField(_l("审核转报：决定由上级作出"))

    @classmethod
    def of(cls, own: OwnPower) -> "PowerForm":
        """Return the form with what the draft or the shown version says."""
        return cls(formdata=None, seen=own.revision, **_typed(own.text))

    def text(self, kind: PowerKind) -> PowerText:
        """Return what was typed. Raises `Invalid` at a line that cannot be read."""
        return PowerText(
            name=self.name.data,
            kind=kind,
            section=self.section.data or "",
            post=self.post.data or "",
            bases=tuple(rows.basis_of(line) for line in _lines(self.bases.data)),
            duties=tuple(rows.duty_of(line) for line in _lines(self.duties.data)),
            grounds=tuple(_lines(self.grounds.data)),
            fee=self.fee.data or "",
            fee_basis=self.fee_basis.data or "",
            statutory=terms.typed(self.statutory.data or "", field="statutory"),
            promised=terms.typed(self.promised.data or "", field="promised"),
            telephone=self.telephone.data or "",
            passes_on=self.passes_on.data,
        )


class NewPowerForm(PowerForm):
    kind = SelectField(
        _l("类别"),
        choices=KINDS,
        coerce=PowerKind,
        default=PowerKind.APPROVAL,
        validators=[InputRequired(_l("请选一种。"))],
    )
    code = StringField(
        _l("编码"), filters=[stripped], validators=[InputRequired(_l("请填写编码。")), short(40)]
    )
    parent = SelectField(_l("上级事项"), choices=[], validate_choice=False, validators=[Optional()])


class PublishForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    reason = StringField(
        _l("改动说明"),
        description=_l("居民会看到这句话。第一次公布不用写。"),
        filters=[stripped],
        validators=[short(publishing.REASON_LIMIT)],
    )


class WayForm(PlainForm):  # type: ignore[misc]  # WTForms has no types
    """A way out of a step, inside its form."""

    target = SelectField(_l("通到"), choices=[], validate_choice=False)
    label = StringField(_l("哪种情形"), filters=[stripped])


class StepForm(Form):
    """One step of a flowchart with its ways out."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    title = StringField(
        _l("这一步做什么"),
        filters=[stripped],
        validators=[InputRequired(_l("请写这一步做什么。")), short(graph.TITLE_LIMIT)],
    )
    kind = SelectField(
        _l("种类"),
        choices=[SelectChoice(value=kind, label=lazy_gettext(word)) for kind, word in STEP_WORDS.items()],
        coerce=StepKind,
        validators=[InputRequired(_l("请选一种。"))],
    )
    actor = StringField(
        _l("由谁办"),
        description=_l("写岗位或窗口，不写姓名。"),
        filters=[stripped],
        validators=[short(graph.ACTOR_LIMIT)],
    )
    party = SelectField(
        _l("算谁的时间"),
        choices=[SelectChoice(value=party, label=lazy_gettext(word)) for party, word in PARTY_WORDS.items()],
        coerce=Party,
        validators=[InputRequired(_l("请选一种。"))],
    )
    term = StringField(
        _l("时限"), description=_l("例如“5 个工作日”。"), filters=[stripped], validators=[short(30)]
    )
    pauses = BooleanField(_l("暂停计时"))
    article = StringField(_l("按哪一条暂停"), filters=[stripped], validators=[short(graph.ARTICLE_LIMIT)])
    risk = SelectField(
        _l("廉政风险"),
        choices=[
            SelectChoice(value="", label=_l("没有评定")),
            *(SelectChoice(value=risk.value, label=lazy_gettext(word)) for risk, word in RISK_WORDS.items()),
        ],
        default="",
    )
    ways = FieldList(FormField(WayForm), max_entries=_MOST_WAYS)

    @classmethod
    def of(cls, chart: Flowchart, key: str, *, seen: int | None) -> "StepForm":
        """Return the form with a step as it is, and two more ways that may be filled in."""
        step = chart.by_key[key]
        ways = [{"target": way.target, "label": way.label} for way in chart.out_of[key]]
        spare = (
            0 if step.kind is StepKind.END else 2 if step.kind in {StepKind.DECISION, StepKind.SPLIT} else 1
        )
        form = cls(
            formdata=None,
            seen=seen,
            title=step.title,
            kind=step.kind,
            actor=step.actor,
            party=step.party,
            term=terms.spelled(step.term),
            pauses=step.pauses,
            article=step.article,
            risk=step.risk or "",
            ways=[*ways, *[{"target": "", "label": ""}] * spare][:_MOST_WAYS],
        )
        form.offer(chart, key)
        return form

    def offer(self, chart: Flowchart, key: str) -> None:
        """Name the steps that a way may lead to."""
        place = numbers(chart)
        choices = [SelectChoice(value="", label=gettext("（没有）"))] + [
            SelectChoice(value=each, label=f"{place[each]} {chart.by_key[each].title}")
            for each in reading_order(chart)
            if each != key
        ]
        for entry in self.ways:
            entry.form.target.choices = choices

    def step(self, key: str) -> Step:
        """Return the step as typed. Raises `Invalid`."""
        if self.risk.data and self.risk.data not in set(Risk):
            raise Invalid(N_("没有这一档风险。"), field="risk")
        return Step(
            key=key,
            kind=self.kind.data,
            title=self.title.data,
            actor=self.actor.data or "",
            party=self.party.data,
            term=terms.typed(self.term.data or "", field="term"),
            pauses=self.pauses.data,
            article=self.article.data or "",
            risk=Risk(self.risk.data) if self.risk.data else None,
        )

    def ways_out(self, key: str) -> list[Way]:
        return [
            Way(source=key, target=entry.form.target.data, label=entry.form.label.data or "")
            for entry in self.ways
            if entry.form.target.data
        ]


class FlowchartTextForm(Form):
    """A whole flowchart from elsewhere: Mermaid typed, or a BPMN file."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    mermaid = TextAreaField(_l("Mermaid 文本"), validators=[short(60_000)])
    file = FileField(_l("BPMN 2.0 文件"))


class PowersFileForm(Form):
    file = FileField(
        _l("文件"),
        description=_l("Excel（.xlsx）或 CSV。先检查一遍，每一处错误都会按格指出；有一处错就一行都不导入。"),
        validators=[FileRequired(_l("请选一个文件。"))],
    )
    dry_run = BooleanField(_l("只检查，不导入"), default=True)


def _typed(text: PowerText) -> dict[str, Any]:
    return {
        "name": text.name,
        "section": text.section,
        "post": text.post,
        "bases": "\n".join(rows.basis_line(basis) for basis in text.bases),
        "duties": "\n".join(f"{duty.stage}|{duty.text}" for duty in text.duties),
        "grounds": "\n".join(text.grounds),
        "statutory": terms.spelled(text.statutory),
        "promised": terms.spelled(text.promised),
        "fee": text.fee,
        "fee_basis": text.fee_basis,
        "telephone": text.telephone,
        "passes_on": text.passes_on,
    }


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
