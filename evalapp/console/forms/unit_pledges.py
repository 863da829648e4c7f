"""What a unit undertakes and is proud of."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from evalapp.console.forms.unit_profile import short
from evalapp.core.terms import LONGEST, Basis, Term, TimeUnit
from evalapp.pledges.models import HighlightVersion, PledgeVersion
from evalapp.pledges.services import HighlightWording, PledgeWording
from evalapp.pledges.services import highlights as highlight_limits
from evalapp.pledges.services import pledges as pledge_limits
from evalapp.web.formbase import DayField, Form, WholeNumberField, stripped
from evalapp.web.i18n import _, _l

UNITS = [
    SelectChoice(value=TimeUnit.DAY, label=_l("日")),
    SelectChoice(value=TimeUnit.HOUR, label=_l("小时")),
    SelectChoice(value=TimeUnit.MINUTE, label=_l("分钟")),
    SelectChoice(value=TimeUnit.MONTH, label=_l("个月")),
]
BASES = [
    SelectChoice(value=Basis.WORKING, label=_l("工作日（工作时间）")),
    SelectChoice(value=Basis.CALENDAR, label=_l("自然日（不停歇）")),
]


_TERM: dict[str, Any] = {
    "least": 1,
    "most": LONGEST,
    "refusal": _l("期限应是 1 到 %(most)s 之间的整数。", most=LONGEST),
}


class ReasonedForm(Form):
    """A form that changes what the public reads: from the second wording on it asks why."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    reason = StringField(
        _l("改动说明"),
        description=_l("居民会看到这句话。例如“流程并联，时限缩短”。"),
        filters=[stripped],
        validators=[short(pledge_limits.REASON_LIMIT)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.flags.required = bool(self.seen.data)

    def validate_reason(self, field: Field) -> None:
        if self.seen.data and not field.data:
            raise ValidationError(_("请写一句为什么要改。"))


class PledgeForm(ReasonedForm):
    title = StringField(
        _l("事项"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写事项。")), short(pledge_limits.TITLE_LIMIT)],
    )
    text = TextAreaField(
        _l("承诺"),
        description=_l("对居民说的话，写清做到什么。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下承诺。")), short(pledge_limits.TEXT_LIMIT)],
    )
    measured = StringField(
        _l("计时范围"),
        description=_l("从哪一步到哪一步，例如“从受理到发证”。填了时限就要填这一项。"),
        filters=[stripped],
        validators=[Optional(), short(pledge_limits.MEASURED_LIMIT)],
    )
    amount = WholeNumberField(_l("承诺时限"), **_TERM, validators=[Optional()])
    time_unit = SelectField(_l("时间单位"), choices=UNITS, coerce=TimeUnit, default=TimeUnit.DAY)
    basis = SelectField(_l("怎样计算"), choices=BASES, coerce=Basis, default=Basis.WORKING)
    statutory_amount = WholeNumberField(_l("法定时限"), **_TERM, validators=[Optional()])
    statutory_unit = SelectField(_l("法定时限的单位"), choices=UNITS, coerce=TimeUnit, default=TimeUnit.DAY)
    statutory_basis = SelectField(_l("法定时限怎样计算"), choices=BASES, coerce=Basis, default=Basis.WORKING)
    statutory_source = StringField(
        _l("法定依据"), filters=[stripped], validators=[Optional(), short(pledge_limits.SOURCE_LIMIT)]
    )
    items = SelectMultipleField(
        _l("用哪些事项的办件来检验"),
        description=_l("居民会看到这些办件实际用了多久，和承诺摆在一起。"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items.choices = [SelectChoice(value=code, label=name) for code, name in choices]

    @classmethod
    def of(
        cls, version: PledgeVersion, *, items: Sequence[str], choices: Sequence[tuple[str, str]]
    ) -> "PledgeForm":
        """Return the form with the wording that is shown now."""
        return cls(
            choices=choices,
            formdata=None,
            items=list(items),
            seen=version.number,
            title=version.title,
            text=version.text,
            measured=version.measured,
            amount=version.amount,
            time_unit=version.time_unit or TimeUnit.DAY,
            basis=version.basis or Basis.WORKING,
            statutory_amount=version.statutory_amount,
            statutory_unit=version.statutory_unit or TimeUnit.DAY,
            statutory_basis=version.statutory_basis or Basis.WORKING,
            statutory_source=version.statutory_source,
        )

    def wording(self) -> PledgeWording:
        return PledgeWording(
            title=self.title.data,
            text=self.text.data,
            measured=self.measured.data or "",
            term=_term(self.amount.data, self.time_unit.data, self.basis.data),
            statutory=_term(self.statutory_amount.data, self.statutory_unit.data, self.statutory_basis.data),
            statutory_source=self.statutory_source.data or "",
            items=tuple(self.items.data or ()),
        )


class WithdrawForm(Form):
    reason = StringField(
        _l("撤回的原因"),
        description=_l("撤回以后内容和原因都留着，居民看得到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明为什么撤回。")), short(pledge_limits.REASON_LIMIT)],
    )


class HighlightForm(ReasonedForm):
    title = StringField(
        _l("工作"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写工作名称。")), short(highlight_limits.TITLE_LIMIT)],
    )
    goal = TextAreaField(
        _l("年度目标"),
        description=_l("做到多少算完成，例如“全年加装 80 部”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下年度目标。")), short(highlight_limits.GOAL_LIMIT)],
    )
    measures = TextAreaField(
        _l("做法"),
        description=_l("一行一条。"),
        filters=[stripped],
        validators=[Optional(), short(highlight_limits.MEASURES_LIMIT)],
    )

    post = StringField(
        _l("责任岗位"),
        description=_l("写岗位，不写人名，例如“分管副局长”。"),
        filters=[stripped],
        validators=[Optional(), short(highlight_limits.POST_LIMIT)],
    )
    due_on = DayField(_l("完成时限"), validators=[Optional()])

    @classmethod
    def of(cls, version: HighlightVersion) -> "HighlightForm":
        """Return the form with the wording that is shown now."""
        return cls(
            formdata=None,
            seen=version.number,
            title=version.title,
            goal=version.goal,
            measures=version.measures,
            post=version.post,
            due_on=version.due_on,
        )

    def wording(self) -> HighlightWording:
        return HighlightWording(
            title=self.title.data,
            goal=self.goal.data,
            measures=self.measures.data or "",
            post=self.post.data or "",
            due_on=self.due_on.data,
        )


class ProgressForm(Form):
    percent = WholeNumberField(
        _l("进度（百分比）"),
        most=100,
        refusal=_l("请填 0 到 100 的整数。"),
        validators=[InputRequired(_l("请填 0 到 100 的整数。"))],
    )
    reached_on = DayField(_l("截至"), validators=[InputRequired(_l("请填日期。"))])
    done = StringField(
        _l("完成"),
        description=_l("例如“31 个小区”。"),
        filters=[stripped],
        validators=[Optional(), short(highlight_limits.DONE_LIMIT)],
    )
    proof = StringField(
        _l("佐证"),
        description=_l("例如“验收单 31 份”。"),
        filters=[stripped],
        validators=[Optional(), short(highlight_limits.PROOF_LIMIT)],
    )
    proof_path = StringField(
        _l("佐证在哪里看"),
        description=_l("本站公开页面的地址，例如公开栏里验收单那一项；没有就空着。"),
        filters=[stripped],
        validators=[Optional(), short(200)],
    )


def _term(amount: int | None, unit: TimeUnit, basis: Basis) -> Term | None:
    return None if amount is None else Term(amount=amount, unit=unit, basis=basis)
