"""What a unit says of itself: how to reach it, what it is for, its posts."""

from collections.abc import Sequence
from dataclasses import dataclass

import wtforms
from wtforms import FieldList, FormField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from evalapp.units.models import Unit, UnitFunction, UnitPost
from evalapp.units.services import FunctionText, PostText
from evalapp.units.services.profile import (
    ADDRESS_LIMIT,
    FUNCTION_TEXT_LIMIT,
    FUNCTION_TITLE_LIMIT,
    HANDLED_BY_LIMIT,
    HOURS_LIMIT,
    MOST_ENTRIES,
    POST_DUTY_LIMIT,
    SUMMARY_LIMIT,
)
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _, _l

_FREE_ROWS = 2


def short(limit: int) -> Length:
    """Refuse more than `limit` characters, in words."""
    return Length(max=limit, message=_l("最多 %(most)s 个字。", most=limit))


@dataclass(frozen=True, kw_only=True)
class EntryFault:
    """A refused field of one entry."""

    field_id: str
    text: str


class ContactForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    summary = TextAreaField(
        _l("一句话介绍"),
        description=_l("居民一看就懂：管什么事。例如“管住房、管工地、管物业”。"),
        filters=[stripped],
        validators=[Optional(), short(SUMMARY_LIMIT)],
    )
    telephone = StringField(_l("电话"), filters=[stripped], validators=[Optional(), short(60)])
    address = StringField(_l("地址"), filters=[stripped], validators=[Optional(), short(ADDRESS_LIMIT)])
    office_hours = StringField(
        _l("办公时间"), filters=[stripped], validators=[Optional(), short(HOURS_LIMIT)]
    )

    @classmethod
    def of(cls, unit: Unit) -> "ContactForm":
        """Return the form as `unit` is now."""
        form = cls(formdata=None, obj=unit)
        form.seen.data = unit.revision
        return form


class _Entry(wtforms.Form):  # type: ignore[misc]  # WTForms has no types
    """One row of a list; without a title it is left out, and with other words a title is asked for."""

    def validate_title(self, field: wtforms.Field) -> None:
        others = (each.data for each in self if each.name != field.name)
        if not (field.data or "").strip() and any((value or "").strip() for value in others):
            raise wtforms.ValidationError(_("请写名称，或者把这一条清空。"))


class FunctionEntry(_Entry):
    title = StringField(_l("职能"), filters=[stripped], validators=[short(FUNCTION_TITLE_LIMIT)])
    text = TextAreaField(_l("做什么"), filters=[stripped], validators=[short(FUNCTION_TEXT_LIMIT)])
    handled_by = StringField(_l("承办科室"), filters=[stripped], validators=[short(HANDLED_BY_LIMIT)])


class PostEntry(_Entry):
    title = StringField(_l("岗位"), filters=[stripped], validators=[short(FUNCTION_TITLE_LIMIT)])
    duty = StringField(_l("负责什么"), filters=[stripped], validators=[short(POST_DUTY_LIMIT)])
    telephone = StringField(_l("电话"), filters=[stripped], validators=[short(60)])


class _EntriesForm(Form):
    """A list of rows; cleared ones go, and two free ones stand at the end."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])

    def with_free_rows(self) -> None:
        """Add free rows up to the limit."""
        for _number in range(min(_FREE_ROWS, MOST_ENTRIES - len(self.entries.entries))):
            self.entries.append_entry()

    @property
    def faults(self) -> list[EntryFault]:
        """Every refused field, with what is wrong."""
        return [
            EntryFault(
                field_id=field.id,
                text=_("第 %(n)s 条，%(label)s：%(error)s", n=number, label=field.label.text, error=error),
            )
            for number, entry in enumerate(self.entries, start=1)
            for field in entry.form
            for error in field.errors
        ]


class FunctionsForm(_EntriesForm):
    entries = FieldList(FormField(FunctionEntry), max_entries=MOST_ENTRIES)

    @classmethod
    def of(cls, unit: Unit, functions: Sequence[UnitFunction]) -> "FunctionsForm":
        """Return the form with what is said now."""
        form = cls(formdata=None, entries=list(functions), prefix="functions-")
        form.seen.data = unit.revision
        form.with_free_rows()
        return form

    def texts(self) -> list[FunctionText]:
        return [
            FunctionText(
                title=entry.title.data or "",
                text=entry.text.data or "",
                handled_by=entry.handled_by.data or "",
            )
            for entry in self.entries
        ]


class PostsForm(_EntriesForm):
    entries = FieldList(FormField(PostEntry), max_entries=MOST_ENTRIES)

    @classmethod
    def of(cls, unit: Unit, posts: Sequence[UnitPost]) -> "PostsForm":
        """Return the form with what is said now."""
        form = cls(formdata=None, entries=list(posts), prefix="posts-")
        form.seen.data = unit.revision
        form.with_free_rows()
        return form

    def texts(self) -> list[PostText]:
        return [
            PostText(
                title=entry.title.data or "", duty=entry.duty.data or "", telephone=entry.telephone.data or ""
            )
            for entry in self.entries
        ]
