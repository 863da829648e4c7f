"""What the office fills in about boxes."""

from datetime import datetime

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from evalapp.core import clock
from evalapp.web.formbase import Form, MomentField, WholeNumberField, stripped
from evalapp.web.i18n import _l

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
_REASON = [InputRequired(_l("请写明理由。")), Length(min=2, max=500)]


def moment(value: datetime | None) -> datetime | None:
    """What somebody typed as the district's clocks show it, as a moment."""
    return None if value is None else value.replace(tzinfo=clock.zone())


class ActForm(Form):
    """A button: nothing but the token."""


class AnnounceForm(Form):
    opens_at = MomentField(
        _l("开评时间"), format=_FORMATS, validators=[Optional()], description=_l("空着就是首播结束的时刻。")
    )
    closes_at = MomentField(
        _l("截止时间"), format=_FORMATS, validators=[Optional()], description=_l("空着就按本季办法的天数。")
    )


class ExtendForm(Form):
    closes_at = MomentField(
        _l("延长到"), format=_FORMATS, validators=[InputRequired(_l("请填新的截止时间。"))]
    )
    reason = TextAreaField(_l("延长的理由（会公布）"), filters=[stripped], validators=_REASON)


class VoidForm(Form):
    reason = TextAreaField(_l("作废的理由（会公布）"), filters=[stripped], validators=_REASON)


class SetApartForm(Form):
    listed = SelectField(_l("理由"), validators=[InputRequired()], validate_choice=False)
    note = TextAreaField(_l("核实的情况"), filters=[stripped], validators=_REASON)


class PutBackForm(Form):
    note = TextAreaField(_l("为什么恢复计入"), filters=[stripped], validators=_REASON)


class CorrectionForm(Form):
    FIGURES = "figures"

    what = RadioField(
        _l("怎么更正"),
        choices=[
            SelectChoice(value=FIGURES, label=_l("公布重新计算的结果")),
            SelectChoice(value="note", label=_l("数不变，旁边加说明")),
        ],
        validators=[InputRequired(_l("请选一项。"))],
    )
    text = TextAreaField(
        _l("哪里不对，改了什么（会公布）"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请写明哪里不对、改了什么。")),
            Length(max=500, message=_l("最多 500 个字。")),
        ],
    )


class InviteForm(Form):
    numbers = TextAreaField(
        _l("评议员的手机号码，一行一个"),
        description=_l("只存号码的加密摘要；对方用这个号码登录，就以评议员身份评。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填手机号码，一行一个。")), Length(max=20_000)],
    )


class CodesForm(Form):
    unit = SelectField(_l("单位"), validators=[InputRequired()], validate_choice=False)
    number = WholeNumberField(
        _l("张数"),
        least=1,
        most=500,
        refusal=_l("一次 1 到 500 张。"),
        validators=[InputRequired(_l("请填张数。"))],
    )
