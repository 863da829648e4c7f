"""What a unit writes about a comment before it: a reply with its draft, a note, a hand-over, a template."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.handing_over import LONG, HandingOverForm, InsideNoteForm
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


def _seen() -> WholeNumberField:
    return WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])


class ReplyForm(Form):
    """What was seen: the version of the reply that is changed (0 is a first one), of the draft, and of the matter."""

    seen = _seen()
    seen_draft = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    seen_matter = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    text = TextAreaField(
        _l("公开回复"),
        description=_l(
            "先回答问的那一句，再说怎么改、哪天改完。不写“高度重视”，只写“已转办”不算回复。500 字以内。"
        ),
        filters=[stripped],
        validators=[InputRequired(_l("请写下回复。")), LONG],
    )


class InboxNoteForm(InsideNoteForm):
    """Its matter is found by the comment: what else was done to it meanwhile does not matter to a note."""


class InboxHandOverForm(HandingOverForm):
    seen_matter = _seen()


class SignForm(Form):
    """The head's signature on the draft that was read."""

    seen_draft = _seen()
    seen_matter = WholeNumberField(widget=HiddenInput(), validators=[Optional()])


class SendBackForm(Form):
    seen_draft = _seen()
    note = TextAreaField(
        _l("要改什么"),
        description=_l("200 字以内，起草的同事会看到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明要改什么。")), LONG],
    )


class TemplateForm(Form):
    title = StringField(
        _l("标题"),
        description=_l("30 字以内。和已有的同名，就换成新的写法。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写标题。")), Length(max=1000)],
    )
    text = TextAreaField(
        _l("开头怎么写"), filters=[stripped], validators=[InputRequired(_l("请写下内容。")), LONG]
    )
