"""Every form that a page of the small district shows to somebody, with what it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import html5lib
import pytest

from evalapp.web.formbase import Form
from tests.support.role_matrix import COLUMNS, asked_of, matrix
from tests.support.small_district import Small, rules_of

PLAUSIBLE = {"number": "5", "date": "2027-01-05", "time": "10:00", "datetime-local": "2027-01-05T10:00"}


@dataclass
class Shown:
    """A form as a page shows it, with what it holds or something plausible."""

    column: str
    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


def forms_of(small: Small) -> list[Shown]:
    """Every form on every page of everybody, each once."""
    found: dict[tuple[str, str, tuple[str, ...]], Shown] = {}
    rules = rules_of(small.app)
    for name in asked_of(small.app):
        method, _space, _rule = name.partition(" ")
        if method != "GET" or "/static/" in name:
            continue
        for column in COLUMNS:
            if matrix()[name][column] != 200:
                continue
            path = small.path(rules[name])
            answer = small.answer("GET", path, column, headers={})
            if answer.mimetype == "text/html":
                for form in forms_on(answer.text, column, path):
                    found.setdefault((form.method, form.action, tuple(sorted(form.values))), form)
    return list(found.values())


def forms_on(page: str, column: str, path: str) -> Iterator[Shown]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for element in tree.iter("form"):
        shown = Shown(
            column, element.get("method", "get").upper(), (element.get("action") or path).split("#")[0]
        )
        for control in element.iter():
            if control.tag not in {"input", "textarea", "select", "button"}:
                continue
            name, kind = control.get("name"), control.get("type", "text")
            if not name or name.endswith("csrf_token") or kind == "file":
                continue
            shown.values.setdefault(name, _held(control, kind))
        yield shown


def _held(control: Any, kind: str) -> str:
    if control.tag == "textarea":
        return (control.text or "").strip() or "写一句话。"
    if control.tag == "select":
        values = [option.get("value", "") for option in control.iter("option")]
        return next((value for value in values if value), "")
    return control.get("value") or PLAUSIBLE.get(kind, "写一句话")


def names_of(form: Form) -> tuple[str, ...]:
    return tuple(part.name for part in form if part.name != "csrf_token")


@contextmanager
def made_forms() -> Iterator[list[Form]]:
    """The forms that views make inside the block."""
    made: list[Form] = []
    real = Form.__init__

    def note(self: Form, *arguments: Any, **words: Any) -> None:
        real(self, *arguments, **words)
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Form, "__init__", note)
        yield made
