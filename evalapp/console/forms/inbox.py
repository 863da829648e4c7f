"""What a unit replies."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


class ReplyForm(Form):
    """`seen` is the version of the reply that is changed; 0 is a first reply."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    text = TextAreaField(
        _l("公开回复"),
        description=_l("先回答问的那一句，再说怎么改、哪天改完。不写“高度重视”。500 字以内。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下回复。")), Length(max=10_000)],
    )
