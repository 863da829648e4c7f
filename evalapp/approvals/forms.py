"""What an applicant fills in: what finds the case, a grade with what was ticked, a complaint, what an answer is worth."""

from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import RadioField, SelectChoice
from wtforms.validators import InputRequired, Length

from evalapp.approvals.rules.rating import GRADE_WORDS, GRADES, TOPIC_WORDS, Topic
from evalapp.approvals.services.voices import WORDS_LIMIT
from evalapp.supervision.rules.grading import GRADE_WORDS as ANSWER_WORDS
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l, lazy_gettext

_LONGEST = 100  # of what is typed to find a case, however it is spaced


class FindForm(Form):
    """The number of a case and its code."""

    number = StringField(
        _l("办件编号"),
        filters=[stripped],
        validators=[InputRequired(_l("请填办件编号。")), Length(max=_LONGEST)],
    )
    code = StringField(
        _l("查询码"),
        filters=[stripped],
        validators=[InputRequired(_l("请填 8 位查询码。")), Length(max=_LONGEST)],
    )


class OwnForm(Form):
    """Which of the cases under one's own number is to be opened."""

    reference = HiddenField(validators=[InputRequired(), Length(max=40)])


class GradeForm(Form):
    """One of the five grades, and what was ticked with it."""

    grade = RadioField(
        _l("总的来说"),
        choices=[SelectChoice(str(each), lazy_gettext(GRADE_WORDS[each])) for each in GRADES],
        validators=[InputRequired(_l("请选一个等级。"))],
    )
    codes = SelectMultipleField(_l("具体说说"), choices=[], validate_choice=False)

    @property
    def chosen(self) -> int:
        """The grade that was chosen."""
        return int(self.grade.data)

    def ticked(self, offered: set[str]) -> list[str]:
        """What was ticked of what belongs to the grade; the rest is left out, not refused."""
        return [code for code in self.codes.data or [] if code in offered]


class ComplaintForm(Form):
    """What a complaint is about, and what happened."""

    topic = RadioField(
        _l("投诉什么"),
        choices=[SelectChoice(each.value, lazy_gettext(TOPIC_WORDS[each])) for each in Topic],
        coerce=Topic,
        validators=[InputRequired(_l("请选投诉什么。"))],
    )
    words = TextAreaField(
        _l("发生了什么"),
        filters=[stripped],
        validators=[InputRequired(_l("请写发生了什么。")), Length(max=WORDS_LIMIT)],
    )


class JudgeForm(Form):
    """What the applicant says of an answer."""

    matter = HiddenField(validators=[InputRequired(), Length(max=40)])
    grade = RadioField(
        _l("这个答复怎么样"),
        choices=[SelectChoice(each.value, lazy_gettext(ANSWER_WORDS[each])) for each in AnswerGrade],
        coerce=AnswerGrade,
        validators=[InputRequired(_l("请选一项。"))],
    )
    again = BooleanField(_l("没有解决，重新打开，请单位再答"))


def unsent(kind: type[Form], prefix: str, **data: Any) -> Any:
    """Return a form of the page that was not sent: whatever the request holds is another form's."""
    return kind(formdata=None, prefix=prefix, data=data)
