"""What a resident asks about a line, and what is said of the answer."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from evalapp.disclosures.rules.asking import DOUBT_WORDS, Doubt
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.services import QuestionText
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l


class QuestionForm(Form):
    doubt = RadioField(
        _l("你想问什么"),
        choices=[SelectChoice(value=doubt, label=_l(words)) for doubt, words in DOUBT_WORDS.items()],
        coerce=Doubt,
        validators=[InputRequired(_l("请选一项。"))],
    )
    words = TextAreaField(
        _l("说得细一点"),
        description=_l("只给这个单位和评议办看，不公开。不用写姓名和电话，单位看不到你是谁。"),
        filters=[stripped],
        validators=[
            Optional(),
            Length(max=catalogue().questions.words, message=_l("请写短一些，最多 %(max)d 字。")),
        ],
    )

    def question(self) -> QuestionText:
        return QuestionText(doubt=self.doubt.data, words=self.words.data or "")
