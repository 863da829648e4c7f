"""What administrators fill in about staff accounts, and auditors to search the record."""

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from evalapp.accounts.rules import Role
from evalapp.web.formbase import DayField, Form, stripped
from evalapp.web.i18n import _l

ROLE_WORDS = {
    Role.OFFICE: _l("评议办"),
    Role.UNIT: _l("部门"),
    Role.STATION: _l("电视台"),
    Role.REPORTS: _l("检举控告专办"),
    Role.AUDITOR: _l("审计"),
    Role.ADMINISTRATOR: _l("管理员"),
}
_CHOICES = [SelectChoice(role.value, words) for role, words in ROLE_WORDS.items()]


class AddStaffForm(Form):
    login = StringField(
        _l("登录名"),
        filters=[stripped],
        description=_l("例如 office3、unit-审计。"),
        validators=[InputRequired(_l("请填登录名。")), Length(max=32, message=_l("登录名太长了。"))],
    )
    post = StringField(
        _l("职务"),
        filters=[stripped],
        description=_l("只写职务，不写姓名。页面和记录里都用它。"),
        validators=[
            InputRequired(_l("请填写职务，不要写姓名。")),
            Length(max=60, message=_l("职务最多 60 个字。")),
        ],
    )
    role = SelectField(_l("角色"), choices=_CHOICES, coerce=Role, validators=[InputRequired()])
    unit = SelectField(_l("所属单位"), choices=[], description=_l("只有部门账号要选。"))


class RoleForm(Form):
    role = SelectField(_l("新角色"), choices=_CHOICES, coerce=Role, validators=[InputRequired()])


class ActForm(Form):
    """One button."""


class SearchForm(Form):
    """A search in the record: it changes nothing, so it is sent with GET and needs no token."""

    class Meta(Form.Meta):
        csrf = False

    action = SelectField(_l("做了什么"), choices=[], validators=[Optional()])
    who = StringField(_l("谁"), filters=[stripped], validators=[Length(max=60)])
    subject = StringField(_l("对象"), filters=[stripped], validators=[Length(max=60)])
    since = DayField(_l("从哪天"), validators=[Optional()])
    until = DayField(_l("到哪天"), validators=[Optional()])
