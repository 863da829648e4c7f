"""What is filled in about cards of the monitor and about quarters."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from evalapp.approvals.services.contesting import TEXT_LIMIT
from evalapp.console.forms.unit_profile import short
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l

_LONG = Length(max=TEXT_LIMIT, message=_l("最多 1000 个字。"))


class CardContestForm(Form):
    text = TextAreaField(
        _l("为什么这张牌不对"),
        description=_l(
            "写查得到的事实和文号。公众会看到，不要写申请人的姓名和号码。由评议办两人复核，结论公开。"
        ),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), _LONG],
    )


class CardReviewForm(Form):
    reason = TextAreaField(
        _l("为什么要撤销（会公布）"),
        description=_l("写查到的事实。另一人确认以后才撤销，公开页写明单位、事项、理由和两个岗位。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), _LONG],
    )


class RecountForm(Form):
    reason = StringField(
        _l("为什么重新计算（会公布）"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), short(300)],
    )
