"""What residents and staff fill in to sign in."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from evalapp.accounts.services.questions import Answer
from evalapp.accounts.sums import Sum
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l, language


class PhoneForm(Form):
    """The first step: which number gets the code."""

    phone = StringField(
        _l("手机号码"),
        filters=[stripped],
        validators=[InputRequired(_l("请填手机号码。")), Length(max=40, message=_l("请填 11 位手机号码。"))],
    )
    question = HiddenField()
    answer = StringField(
        _l("答案"), filters=[stripped], validators=[Length(max=20, message=_l("请只填得数。"))]
    )
    is_asked = False

    @property
    def answered(self) -> Answer:
        """What came back of the question."""
        return Answer(token=self.question.data or "", typed=self.answer.data or "")

    def put(self, question: Sum | None) -> None:
        """Ask this question on the page, or none: a new one each time."""
        self.is_asked = question is not None
        self.question.data, self.answer.data = question.token if question else "", ""
        if question is not None:
            self.answer.label.text = question.text(language())
            self.answer.flags.required = True


class CodeForm(Form):
    """The second step: the code, and what the resident agrees to. Nothing is ticked beforehand."""

    code = StringField(
        _l("验证码"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填短信里的 6 位数字。")),
            Length(max=20, message=_l("验证码是 6 位数字。")),
        ],
    )
    consent = BooleanField(
        _l("我已阅读并同意"), validators=[InputRequired(_l("请先阅读并勾选同意，才能登录。"))]
    )
    notices = BooleanField(_l("部门答复我时发短信"))


class AddressForm(Form):
    """A mail address to which letters are to go."""

    address = StringField(
        _l("邮箱地址"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填邮箱地址，例如 name@example.com。")),
            Length(max=254, message=_l("请填邮箱地址，例如 name@example.com。")),
        ],
    )


class StopForm(Form):
    """Stop our messages to a number, or let them come again."""


class DeskSignInForm(Form):
    login = StringField(
        _l("登录名"),
        filters=[stripped],
        validators=[InputRequired(_l("请填登录名。")), Length(max=64, message=_l("登录名太长了。"))],
    )
    password = PasswordField(
        _l("密码"),
        validators=[InputRequired(_l("请填密码。")), Length(max=200, message=_l("密码最多 128 个字符。"))],
    )
    code = StringField(
        _l("动态码"), filters=[stripped], validators=[Length(max=20, message=_l("动态码是 6 位数字。"))]
    )


class NewPassword(Form):
    """A new password, twice."""

    new_password = PasswordField(
        _l("新密码"),
        validators=[InputRequired(_l("请填新密码。")), Length(max=200, message=_l("密码最多 128 个字符。"))],
    )
    again = PasswordField(
        _l("再填一次新密码"),
        validators=[
            InputRequired(_l("请再填一次新密码。")),
            EqualTo("new_password", message=_l("两次填的密码不一样，请重新填。")),
        ],
    )


class EnrolForm(NewPassword):
    """First sign-in: a password of one's own and the second factor."""

    code = StringField(
        _l("动态码"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填应用里显示的 6 位数字。")),
            Length(max=20, message=_l("动态码是 6 位数字。")),
        ],
    )


class ChangePasswordForm(NewPassword):
    password = PasswordField(
        _l("现在的密码"),
        validators=[
            InputRequired(_l("请填现在的密码。")),
            Length(max=200, message=_l("密码最多 128 个字符。")),
        ],
    )
    code = StringField(
        _l("动态码"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请填应用里显示的 6 位数字。")),
            Length(max=20, message=_l("动态码是 6 位数字。")),
        ],
    )
