"""What a moderator decides; each form says which version of the comment was seen."""

from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from evalapp.comments.rules.moderation import REASONS, RefusalReason
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


class DecisionForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])


class RefusalForm(DecisionForm):
    reason = SelectField(
        _l("退回的原因"),
        choices=[SelectChoice(value=reason.value, label=_l(text)) for reason, text in REASONS.items()],
        coerce=RefusalReason,
        validators=[InputRequired()],
    )
    note = TextAreaField(
        _l("给作者的说明"),
        description=_l("只有作者看得到，200 字以内。"),
        filters=[stripped],
        validators=[Length(max=4000)],
    )


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
