"""What residents fill in."""

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from evalapp.comments.rules import wording
from evalapp.core.i18n import N_
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l, gettext

_FAR_TOO_LONG = wording.MOST_CHARACTERS * 20


class CommentForm(Form):
    """Words, and if one likes the moment of the recording that they are about."""

    text = TextAreaField(
        _l("想说的话"),
        description=_l("300 字以内，审核后公开，不署名，只显示日期。电话、证件号会自动隐去。"),
        filters=[stripped],
        validators=[InputRequired(_l("请先写下想说的话。")), Length(max=_FAR_TOO_LONG)],
    )
    at = StringField(
        _l("说的是录像的哪一刻"),
        description=_l("写成 14:28 这样，不写也可以。"),
        filters=[stripped],
        validators=[Optional(), Length(max=10, message=_l("时刻请写成 14:28 这样。"))],
    )

    def validate_at(self, field: Any) -> None:
        try:
            wording.moment(field.data)
        except ValueError:
            raise ValidationError(gettext(N_("时刻请写成 14:28 这样。"))) from None

    @property
    def at_seconds(self) -> int | None:
        return wording.moment(self.at.data) if self.at.data else None


class AppealForm(Form):
    """Why a refused comment should be public after all."""

    text = TextAreaField(
        _l("为什么应该公开"),
        description=_l("200 字以内。由另一位工作人员来看，只能申诉一次。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下为什么应该公开。")), Length(max=_FAR_TOO_LONG)],
    )
