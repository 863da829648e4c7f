"""What a moderator decides; each form says which version of the comment, or how much of a group, was seen."""

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from evalapp.comments.rules.asking import ASKING_WORDS, Asking
from evalapp.comments.rules.moderation import OFFERED, REASONS, AppealOutcome, RefusalReason
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


class DecisionForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])


class _Classing(Form):
    asking = SelectField(
        _l("问的是什么"),
        choices=[SelectChoice(value=each.value, label=_l(words)) for each, words in ASKING_WORDS.items()],
        coerce=Asking,
        validators=[InputRequired()],
    )


class ApprovalForm(DecisionForm, _Classing):
    """An approval, or the class of what is shown already."""


class GroupForm(Form):
    """How many of a group waited, up to which place."""

    count = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    upto = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])


class GroupApprovalForm(GroupForm, _Classing):
    """An approval of what waits in a group."""


class _Refusing(Form):
    reason = SelectField(
        _l("退回的原因"),
        choices=[SelectChoice(value=reason.value, label=_l(REASONS[reason])) for reason in OFFERED],
        coerce=RefusalReason,
        validators=[InputRequired()],
    )
    note = TextAreaField(
        _l("给作者的说明"),
        description=_l("只有作者看得到，200 字以内。"),
        filters=[stripped],
        validators=[Length(max=4000)],
    )


class RefusalForm(DecisionForm, _Refusing):
    """A refusal of one comment."""


class GroupRefusalForm(GroupForm, _Refusing):
    """A refusal of what waits in a group."""


class AppealForm(DecisionForm):
    outcome = RadioField(
        _l("怎么处理"),
        choices=[
            SelectChoice(AppealOutcome.RESTORED.value, _l("恢复公开")),
            SelectChoice(AppealOutcome.UPHELD.value, _l("维持退回")),
        ],
        coerce=AppealOutcome,
        validators=[InputRequired(_l("请选恢复还是维持。"))],
    )
    note = TextAreaField(
        _l("给作者的说明"),
        description=_l("只有作者看得到，200 字以内。维持退回时必须写明理由。"),
        filters=[stripped],
        validators=[Length(max=4000)],
    )


class HandBackForm(Form):
    note = TextAreaField(
        _l("给作者的说明"),
        description=_l("只有作者看得到，200 字以内。"),
        filters=[stripped],
        validators=[Length(max=4000)],
    )


class WatchedWordsForm(DecisionForm):
    words = TextAreaField(
        _l("关注词"),
        description=_l(
            "一行一个。空格、全角、标点、大小写、繁体写法都会认出来。含关注词的留言先留住，由人来看，不会自动退回。"
        ),
        validators=[Length(max=200_000)],
    )
    why = StringField(
        _l("为什么改"),
        description=_l("200 字以内，和词表一起留存。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明为什么改，操作记录里会留着。")), Length(max=4000)],
    )

    @property
    def lines(self) -> list[str]:
        return str(self.words.data or "").splitlines()


class MaskForm(DecisionForm):
    words = TextAreaField(
        _l("要隐去的字词"),
        description=_l("照原文抄写，一行一个。原文仍封存，只有审核员看得见。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下要隐去的字词，一行一个。")), Length(max=4000)],
    )

    @property
    def listed(self) -> list[str]:
        return [line.strip() for line in str(self.words.data or "").splitlines()]
