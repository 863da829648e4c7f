"""What a unit fills in about a published result."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from evalapp.results.rules.objections import REASON_WORDS, TEXT_LIMIT, ObjectionReason
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l


class ObjectionForm(Form):
    reason = RadioField(
        _l("对什么有异议"),
        choices=[SelectChoice(value=reason.value, label=_l(words)) for reason, words in REASON_WORDS.items()],
        coerce=ObjectionReason,
        validators=[InputRequired(_l("请选一项。"))],
    )
    text = TextAreaField(
        _l("事实和理由"),
        description=_l("写查得到的事实，公众会看到。不猜是谁评的。"),
        filters=[stripped],
        validators=[
            InputRequired(_l("请写明事实和理由。")),
            Length(max=TEXT_LIMIT, message=_l("最多 1000 个字。")),
        ],
    )
