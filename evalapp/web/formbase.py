"""The base of every form: CSRF, errors in the reader's language, refusals at their field, and its numbers and days."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, DateTimeLocalField, Field, IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_builtin_gnu_translations

from evalapp.core.errors import DomainError
from evalapp.web import i18n

LARGEST = 2**31 - 1  # what an integer column holds on either database
_DIGITS = 20
_YEARS = range(2000, 2200)
_CHINESE = get_builtin_gnu_translations(["zh"])


class _Translations:
    """WTForms' own sentences, which are English, in the reader's language."""

    def gettext(self, string: str) -> str:
        return str(_CHINESE.gettext(string)) if i18n.language() == "zh" else string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        if i18n.language() == "zh":
            return str(_CHINESE.ngettext(singular, plural, n))
        return singular if n == 1 else plural


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form checks shape; whether something is allowed is the service's business."""

    class Meta:
        def get_translations(self, _form: Any) -> _Translations:
            return _Translations()

    @property
    def prefix(self) -> str:
        """Which of the forms of a page this is, as it was said when it was made."""
        return str(self._prefix).removesuffix("-")

    @property
    def refusals(self) -> list[str]:
        """Refusals that belong to no field: shown above the form."""
        return [str(error) for error in self.form_errors]

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form."""
        field: Field | None = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(i18n.sentence(error))
        else:
            field.errors = [*field.errors, i18n.sentence(error)]

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)


class WholeNumberField(IntegerField):  # type: ignore[misc]  # WTForms has no types
    """A whole number from `least` to `most`: the only field for numbers, since whatever lies outside never gets further.

    WTForms' own takes numbers of any length, which break its range check and the columns behind it.
    """

    data: Any

    def __init__(
        self,
        label: str | None = None,
        *,
        least: int = 0,
        most: int = LARGEST,
        refusal: str = "",
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most
        if most != LARGEST:
            self.flags.min, self.flags.max = least, most  # for the browser
        self._refusal = refusal or i18n.lazy_gettext(
            "请填 %(least)d 到 %(most)d 的整数。", least=least, most=most
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        self.data = None
        try:
            number = int(typed) if len(typed) <= _DIGITS else self.most + 1
        except ValueError:
            number = self.most + 1
        if not self.least <= number <= self.most:
            raise ValueError(self._refusal)
        self.data = number


class DayField(DateField):  # type: ignore[misc]  # WTForms has no types
    """A day of this century or the next: at the ends of the calendar a time zone already leads out of it."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = _in_our_years(self.data)


class MomentField(DateTimeLocalField):  # type: ignore[misc]  # WTForms has no types
    """A day and a time, in the same years."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = _in_our_years(self.data)


def _in_our_years(day: date | None) -> date | None:
    if day is not None and day.year not in _YEARS:
        raise ValueError(
            i18n.gettext("请填 %(first)d 年到 %(last)d 年之间的日期。", first=_YEARS[0], last=_YEARS[-1])
        )
    return day


def of_district(value: Any, name: str, *, indent: int = 0) -> SelectChoice:
    """Something to choose that bears a name of the district, marked as Chinese on an English page."""
    marked = {"lang": "zh-Hans"} if i18n.language() == "en" else None
    return SelectChoice(value=value, label="　" * indent + name, render_kw=marked)


def to_choose(choices: Iterable[SelectChoice]) -> list[SelectChoice]:
    """Choices with none chosen beforehand, so that nobody takes the first by pressing too soon; a single one needs no choosing."""
    listed = list(choices)
    if len(listed) < 2:
        return listed
    return [SelectChoice(value="", label=i18n.lazy_gettext("请选择")), *listed]


def stripped(value: str | None) -> str | None:
    """A field filter: no space at either end, unknown line ends made plain."""
    return value.replace("\r\n", "\n").strip() if value else value
