"""What a unit writes for itself about what it answers for, wherever it answers: a note, and who is to do it."""

import uuid
from collections.abc import Iterable

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from evalapp.console.forms.unit_profile import short
from evalapp.console.queries.unit_inbox import Named
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.supervision.rules.plans import POST_LIMIT
from evalapp.web.formbase import Form, of_district, stripped
from evalapp.web.i18n import _l

LONG = Length(max=10_000)  # the service names the limit; this one keeps a flood out


class InsideNoteForm(Form):
    text = TextAreaField(
        _l("内部备注"),
        description=_l("只有本单位和评议办看得到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下备注。")), LONG],
    )


class HandingOverForm(Form):
    handler = StringField(
        _l("由哪个岗位办"),
        description=_l("写岗位，不写姓名。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填岗位。")), short(POST_LIMIT)],
    )
    section = SelectField(_l("科室"), validators=[Optional()], validate_choice=False)
    note = TextAreaField(_l("给他的备注"), filters=[stripped], validators=[Optional(), LONG])

    def offer(self, sections: Iterable[Named]) -> None:
        """Say to which sections it can be handed."""
        self.section.choices = [
            SelectChoice(value="", label=_l("不指定科室")),
            *(of_district(str(section.id), section.title) for section in sections),
        ]

    @property
    def section_id(self) -> uuid.UUID | None:
        """The section that was chosen; the service asks whether it is the unit's. Raises `Invalid` for no id."""
        try:
            return uuid.UUID(self.section.data) if self.section.data else None
        except ValueError as error:
            raise Invalid(N_("请选科室。"), field="section") from error
