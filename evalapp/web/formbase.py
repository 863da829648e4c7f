"""The base of every form: CSRF, errors in the reader's language, refusals at their field."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.i18n import get_builtin_gnu_translations

from evalapp.core.errors import DomainError
from evalapp.web import i18n

_CHINESE = get_builtin_gnu_translations(["zh"])


class _Translations:
    """WTForms' own sentences, which are English, in the reader's language."""

    def gettext(self, string: str) -> str:
        return str(_CHINESE.gettext(string)) if i18n.language() == "zh" else string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form checks shape; whether something is allowed is the service's business."""

    class Meta:
        def get_translations(self, _form: Any) -> _Translations:
            return _Translations()

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


def stripped(value: str | None) -> str | None:
    """A field filter: no space at either end, unknown line ends made plain."""
    return value.replace("\r\n", "\n").strip() if value else value
