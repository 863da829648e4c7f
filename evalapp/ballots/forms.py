"""What people fill in: the ballot, the client's code, a receipt's code; and the words for what may be wrong."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from wtforms import HiddenField, SelectMultipleField, StringField, SubmitField
from wtforms.fields.choices import RadioField, SelectChoice
from wtforms.validators import InputRequired, Length

from evalapp.ballots.rules.grades import Dimension, Fault, Grade, Submission, Unfit, read_submission
from evalapp.ballots.rules.receipts import NonceBy
from evalapp.core.i18n import N_
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import _l, gettext

FAULTS = {
    Fault.MISSING: N_("请选一个等级，或选“不了解”。"),
    Fault.UNKNOWN_FIELD: N_("有不认识的字段。"),
    Fault.WRONG_SHAPE: N_("格式不对。"),
    Fault.NO_SUCH_GRADE: N_("等级应是 1 到 5，或不了解。"),
    Fault.REASON_WITHOUT_LOW_GRADE: N_("只有评“不满意”或“非常不满意”时才选原因。"),
    Fault.NO_SUCH_REASON: N_("没有这个原因。"),
    Fault.TOO_MANY_REASONS: N_("每项最多选三个原因，不能重复。"),
    Fault.NO_NONCE: N_("请提供随机数（nonce）：你自己取的 16 个随机字节，写成 32 位十六进制字符。"),
    Fault.BAD_NONCE: N_("随机数应是 32 位十六进制字符。"),
    Fault.TOO_LONG: N_("内容太长了。"),
}
_DIGITS = 9  # of the seconds that were watched
UNSURE = "unsure"
_BROWSER = "browser"  # what our script writes when it drew the nonce itself
_CHOICES = [SelectChoice(str(grade.value), str(grade.value)) for grade in Grade] + [
    SelectChoice(UNSURE, UNSURE)
]


def _grade_field(label: str) -> RadioField:
    return RadioField(label, choices=_CHOICES, validators=[InputRequired(_l("请选一个等级，或选“不了解”。"))])


class BallotForm(Form):
    """Three grades with reasons. `key` names the request, `nonce` is the browser's, or the server's without JavaScript."""

    openness = _grade_field(_l("晒工作"))
    highlights = _grade_field(_l("评亮点"))
    service = _grade_field(_l("比服务"))
    openness_reasons = SelectMultipleField(choices=[], validate_choice=False, name="openness-reasons")
    highlights_reasons = SelectMultipleField(choices=[], validate_choice=False, name="highlights-reasons")
    service_reasons = SelectMultipleField(choices=[], validate_choice=False, name="service-reasons")
    key = HiddenField(
        default=lambda: secrets.token_hex(16),
        validators=[InputRequired(), Length(max=64)],
        name="idempotency_key",
    )
    nonce = HiddenField(default=lambda: secrets.token_hex(16))
    nonce_by = HiddenField(default="server")
    watched = HiddenField()

    @property
    def drawn_by(self) -> NonceBy:
        """Who drew the nonce."""
        return NonceBy.VOTER if self.nonce_by.data == _BROWSER else NonceBy.SERVER

    def submission(self, *, reasons: Mapping[str, Collection[str]]) -> Submission | None:
        """Return what was filled in, checked as the API checks it; None with the faults at their fields."""
        try:
            return read_submission(self._body(), reasons=reasons)
        except Unfit as unfit:
            name = unfit.place.split(".")[-1]
            if name in self._fields:
                self._fields[name].errors = [gettext(FAULTS[unfit.fault])]
            else:
                self.form_errors.append(gettext(FAULTS[unfit.fault]))
            return None

    def _body(self) -> dict[str, Any]:
        """What the API would have been sent. Reasons beside a grade that asks for none are left out, not refused."""
        grades, reasons = {}, {}
        for dimension in Dimension:
            chosen = self._fields[dimension.value].data
            grades[dimension.value] = None if chosen == UNSURE else int(chosen)
            picked = self._fields[f"{dimension.value}_reasons"].data
            if picked and chosen in {"1", "2"}:
                reasons[dimension.value] = list(picked)
        watched = self.watched.data or ""
        return {
            "grades": grades,
            "reasons": reasons,
            "watched": int(watched) if watched.isdecimal() and len(watched) <= _DIGITS else None,
            "nonce": self.nonce.data,
        }

    @classmethod
    def empty(cls) -> "BallotForm":
        """Return a form with a fresh nonce and key, whatever the request holds."""
        return cls(formdata=None)


class StandingForm(Form):
    """The code from a client's card."""

    code = StringField(
        _l("编号卡上的 16 位字符"),
        filters=[stripped],
        validators=[InputRequired(_l("请输入编号。")), Length(max=40)],
    )
    submit = SubmitField(_l("确认"))


class CaseStandingForm(Form):
    """A completed case, proven by its number and its code."""

    number = StringField(
        _l("办件编号"), filters=[stripped], validators=[InputRequired(_l("请填办件编号。")), Length(max=80)]
    )
    code = StringField(
        _l("查询码"), filters=[stripped], validators=[InputRequired(_l("请填 8 位查询码。")), Length(max=20)]
    )
    submit = SubmitField(_l("确认"))


class VerifyForm(Form):
    """The code of a receipt; sent by GET, so that the page can be kept."""

    class Meta:
        csrf = False

    code = StringField(
        _l("回执号"), filters=[stripped], validators=[InputRequired(_l("请输入回执号。")), Length(max=100)]
    )
