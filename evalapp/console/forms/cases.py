"""What a window fills in: a new case, and what was done with one. Each form names the event that it makes, once."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from evalapp.approvals.queries.lists import OfferedItem
from evalapp.console.forms.unit_profile import short
from evalapp.core import clock
from evalapp.web.formbase import Form, MomentField, WholeNumberField, of_district, stripped, to_choose
from evalapp.web.i18n import _l

POST_LIMIT, REASON_LIMIT, NAME_LIMIT, WINDOW_LIMIT, NUMBER_LIMIT = (
    30,
    300,
    60,
    40,
    60,
)  # as the intake has them
_MOST_DAYS = 60


class OnceForm(Form):
    """`token` is made with the page: the form handed in twice is one event."""

    token = HiddenField(validators=[Regexp(r"^[0-9a-f]{16}$")])
    occurred_at = MomentField(
        _l("什么时候"),
        description=_l("留空就是现在。"),
        validators=[Optional()],
    )

    def renewed(self) -> None:
        """Name another event: of the one that was refused nothing was kept."""
        self.token.data, self.token.raw_data = secrets.token_hex(8), None

    @property
    def moment(self) -> datetime | None:
        """When it happened, in the district's time; none is now."""
        typed: datetime | None = self.occurred_at.data
        return None if typed is None else typed.replace(tzinfo=clock.zone())


class NewCaseForm(OnceForm):
    item = SelectField(_l("办什么事"), validators=[InputRequired(_l("请选办事事项。"))])
    name = StringField(
        _l("申请人"),
        description=_l("姓名或单位名称。加密保存，名单上只露第一个字。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填申请人。")), short(NAME_LIMIT)],
    )
    phone = StringField(
        _l("手机号码"),
        description=_l("加密保存，用来通知进展。没有手机的留空，把回执交给他。"),
        filters=[stripped],
        validators=[Optional(), short(20)],
    )
    came_by = StringField(_l("渠道"), default="窗口", filters=[stripped], validators=[Optional(), short(20)])
    window = StringField(
        _l("窗口"),
        description=_l("例如 3 号窗口。"),
        filters=[stripped],
        validators=[Optional(), short(WINDOW_LIMIT)],
    )
    number = StringField(
        _l("本单位的办件号"),
        description=_l("没有编号的留空，会给一个。"),
        filters=[stripped],
        validators=[
            Optional(),
            short(NUMBER_LIMIT),
            Regexp(
                r"^[\w()（）〔〕\[\]·./:#-]+$",
                message=_l("办件号只用字母、数字、汉字和 - . / # 等，不留空格。"),
            ),
        ],
    )

    def offer(self, items: Iterable[OfferedItem]) -> None:
        """Offer what the unit handles."""
        self.item.choices = to_choose(of_district(each.code, each.name) for each in items)


class ActForm(OnceForm):
    """Something done with a case; `detail` is what the intake takes of it."""

    @property
    def detail(self) -> dict[str, Any]:
        return {}


def _one_line(value: str | None) -> str | None:
    """An event holds a sentence, not lines: breaks become spaces."""
    return " ".join(value.split()) if value else value


def _reason(label: str, description: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        filters=[_one_line],
        validators=[InputRequired(missing), short(REASON_LIMIT)],
    )


def _post(label: str, description: str = "") -> StringField:
    return StringField(
        label,
        description=description,
        filters=[stripped],
        validators=[InputRequired(_l("请填岗位。")), short(POST_LIMIT)],
    )


class AcceptForm(ActForm):
    joint = BooleanField(
        _l("联合办理"), description=_l("要几个部门一起办的。法定时限和最多延长的天数按联合办理算。")
    )

    @property
    def detail(self) -> dict[str, Any]:
        return {"joint": True} if self.joint.data else {}


class ReasonForm(ActForm):
    """An act that needs reasons; those who offer it say of what."""

    @property
    def detail(self) -> dict[str, Any]:
        return {"reason": self["reason"].data}


class RefuseForm(ReasonForm):
    reason = _reason(
        _l("不予受理的理由"), _l("写明依据哪条规定、可以找谁。申请人会看到。"), _l("请写明不予受理的理由。")
    )


class AskForm(ReasonForm):
    reason = _reason(
        _l("要补的全部材料"),
        _l("一次说全，申请人会看到。第二次再要，会亮牌。"),
        _l("请写明要补哪些材料。"),
    )


class PauseForm(ActForm):
    ground = SelectField(_l("法定事由"), validators=[InputRequired(_l("请选暂停的法定事由。"))])

    def offer(self, grounds: Mapping[str, str]) -> None:
        """Offer the grounds of the profile."""
        self.ground.choices = to_choose(of_district(key, words) for key, words in grounds.items())

    @property
    def detail(self) -> dict[str, Any]:
        return {"ground": self.ground.data}


class StepForm(ActForm):
    step = SelectField(_l("环节"), validators=[InputRequired(_l("请选环节。"))])

    def offer(self, steps: Mapping[str, str]) -> None:
        """Offer steps by key and title."""
        self.step.choices = to_choose(of_district(key, title) for key, title in steps.items())

    @property
    def detail(self) -> dict[str, Any]:
        return {"step": self.step.data}


class BeginStepForm(StepForm):
    post = _post(_l("由哪个岗位办"), _l("写岗位，不写姓名。"))

    @property
    def detail(self) -> dict[str, Any]:
        return {"step": self.step.data, "post": self.post.data}


class ExtendForm(ActForm):
    days = WholeNumberField(
        _l("延长几天"),
        least=1,
        most=_MOST_DAYS,
        validators=[InputRequired(_l("请填延长几天。"))],
    )
    approved_by = _post(_l("谁批准的"), _l("写岗位，例如“分管副局长”。"))
    reason = _reason(_l("延长的理由"), _l("申请人会看到。"), _l("请写明延长的理由。"))

    @property
    def detail(self) -> dict[str, Any]:
        return {"days": self.days.data, "approved_by": self.approved_by.data, "reason": self.reason.data}


class DecideForm(ActForm):
    granted = RadioField(
        _l("决定"),
        choices=[SelectChoice(value="yes", label=_l("准予")), SelectChoice(value="no", label=_l("不予"))],
        validators=[InputRequired(_l("请选准予还是不予。"))],
    )
    reason = TextAreaField(
        _l("不予的理由"),
        description=_l("不予的必须写明理由。准予的留空。"),
        filters=[_one_line],
        validators=[short(REASON_LIMIT)],
    )

    def validate_reason(self, field: TextAreaField) -> None:
        if self.granted.data == "no" and not field.data:
            raise ValidationError(_l("请写明不予的理由。"))

    @property
    def detail(self) -> dict[str, Any]:
        is_granted = self.granted.data == "yes"
        return {"granted": is_granted} | (
            {} if is_granted or not self.reason.data else {"reason": self.reason.data}
        )


class CasesFileForm(Form):
    file = FileField(
        _l("文件"),
        description=_l("Excel（.xlsx）或 CSV，一行一个事件。格式不对的整张不收；收下的逐行答复。"),
        validators=[FileRequired(_l("请选一个文件。"))],
    )
    dry_run = BooleanField(_l("只检查，不导入"), default=True)
