"""What a unit writes about a comment before it: a reply with its draft, a note, a hand-over, a template."""

import uuid
from collections.abc import Sequence

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.unit_profile import short
from evalapp.console.queries.unit_inbox import Named
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.supervision.rules.plans import POST_LIMIT
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l

_LONG = Length(max=10_000)


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
        validators=[InputRequired(_l("请写下回复。")), _LONG],
    )


class InboxNoteForm(Form):
    text = TextAreaField(
        _l("内部备注"),
        description=_l("只有本单位和评议办看得到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下备注。")), _LONG],
    )


class InboxHandOverForm(Form):
    seen_matter = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    handler = StringField(
        _l("由哪个岗位办"),
        description=_l("写岗位，不写姓名。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填岗位。")), short(POST_LIMIT)],
    )
    section = SelectField(_l("科室"), validators=[Optional()], validate_choice=False)
    note = TextAreaField(_l("给他的备注"), filters=[stripped], validators=[Optional(), _LONG])

    def offer(self, sections: Sequence[Named]) -> None:
        """Say to which sections it can be handed."""
        self.section.choices = [
            SelectChoice(value="", label=_l("不指定科室")),
            *(SelectChoice(value=str(section.id), label=section.title) for section in sections),
        ]

    @property
    def section_id(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.section.data) if self.section.data else None
        except ValueError as error:
            raise Invalid(N_("请选科室。"), field="section") from error


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
        validators=[InputRequired(_l("请写明要改什么。")), _LONG],
    )


class TemplateForm(Form):
    title = StringField(
        _l("标题"),
        description=_l("30 字以内。和已有的同名，就换成新的写法。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写标题。")), Length(max=1000)],
    )
    text = TextAreaField(
        _l("开头怎么写"), filters=[stripped], validators=[InputRequired(_l("请写下内容。")), _LONG]
    )
