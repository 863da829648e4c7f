"""Choosing the episode that looks back at a matter."""

from wtforms import SelectField
from wtforms.validators import InputRequired

from evalapp.web.formbase import Form
from evalapp.web.i18n import _l


class LookbackForm(Form):
    number = SelectField(
        _l("放在哪一期"),
        description=_l("同一个单位后来的一期。留过言的、选过“请再问我”的人会收到通知。"),
        coerce=int,
        validators=[InputRequired(_l("请选一期。"))],
    )
