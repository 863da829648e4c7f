"""What people fill in on the public pages. Grades have no form class: they are checked by hand, on the path of ballots."""

import re

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from evalapp.programme.rules.recordings import TROUBLES
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import lazy_gettext as _l

MOMENT = re.compile(r"(?:(\d{1,2})[:：])?(\d{1,3})[:：]([0-5]\d)")
MOST_CHARACTERS = 300


def seconds_of(text: str | None) -> int | None:
    """`14:24` and `1:02:03` in seconds, None for nothing. Raises `ValueError`."""
    if not text:
        return None
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _is_moment(_form: Form, field: StringField) -> None:
    try:
        seconds_of(field.data)
    except ValueError:
        raise ValidationError(_l("请写成 14:24 这样的时间，或者留空。")) from None


class CommentForm(Form):
    """A resident's words, and the moment of the recording that they are about."""

    text = TextAreaField(
        _l("想说的话"),
        filters=[stripped],
        description=_l("300 字以内，审核后公开，部门会公开回复。不要写别人的姓名、住址、电话。"),
        validators=[
            InputRequired(_l("请先写下想说的话。")),
            Length(max=MOST_CHARACTERS * 4, message=_l("留言太长了，请删短一些。")),
        ],
    )
    at = StringField(
        _l("说的是录像里哪一刻"),
        filters=[stripped],
        description=_l("例如 14:24，可以不填"),
        validators=[_is_moment],
    )

    @property
    def at_seconds(self) -> int | None:
        return seconds_of(self.at.data)


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
        return seconds_of(self.at.data)
