"""What people fill in on the public pages. Grades have no form class: they are checked by hand, on the path of ballots."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from evalapp.accounts.forms import PhoneForm
from evalapp.comments.rules import wording
from evalapp.programme.rules.recordings import TROUBLES
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import lazy_gettext as _l


def _is_moment(_form: Form, field: StringField) -> None:
    if not field.data:
        return
    try:
        wording.moment(field.data)
    except ValueError:
        raise ValidationError(_l("请写成 14:24 这样的时间，或者留空。")) from None


class ReportForm(Form):
    """A viewer says what is wrong with a video."""

    trouble = RadioField(
        _l("哪里不对"),
        choices=[SelectChoice(trouble.value, _l(label)) for trouble, label in TROUBLES.items()],
        validators=[InputRequired(_l("请选一项。"))],
    )
    at = StringField(_l("在哪一刻"), filters=[stripped], validators=[_is_moment])

    @property
    def at_seconds(self) -> int | None:
        return wording.moment(self.at.data) if self.at.data else None


class NewNumberForm(PhoneForm):
    """The number that a resident changes to."""

    phone = StringField(
        _l("新的手机号码"),
        filters=[stripped],
        validators=[InputRequired(_l("请填手机号码。")), Length(max=40, message=_l("请填 11 位手机号码。"))],
    )


class NumberCodeForm(Form):
    """The code that went to the new number."""

    code = StringField(
        _l("验证码"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填短信里的 6 位数字。")),
            Length(max=20, message=_l("验证码是 6 位数字。")),
        ],
    )


class EraseForm(Form):
    """A resident says that they mean it."""

    sure = BooleanField(_l("我知道注销以后不能恢复"), validators=[InputRequired(_l("请先勾选，再注销。"))])


class AdoptForm(Form):
    """The code that makes a browser a kiosk."""

    code = StringField(
        _l("启用码"),
        description=_l("工作台登记触摸屏时显示的 12 位数字，半小时内有效。"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填 12 位启用码。")),
            Length(max=40, message=_l("启用码是 12 位数字。")),
        ],
    )
