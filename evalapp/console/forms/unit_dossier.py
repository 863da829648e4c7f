"""The report that a unit hands in before its recording."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


class ReportForm(Form):
    """`seen` is the version that was read; 0 is a first report. The service counts the characters and says so."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    report = TextAreaField(
        _l("报告"),
        description=_l("先说管什么，再说承诺了什么，最后说最想请居民看的工作。不写套话。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写报告。")), Length(max=20_000)],
    )
